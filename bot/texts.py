"""The fixed, reviewed texts of nlu_data/texts.yml, with the local facts filled in. Nothing here is generated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from bot.level import Level
from bot.settings import ROOT, settings

MILD_DISTRESS = {  # intent → the text that answers it
    "express_low_mood": "low_low_mood",
    "express_stress": "low_stress",
    "express_loneliness": "low_loneliness",
    "express_insomnia": "low_insomnia",
    "express_debt_worry": "low_debt",
    "express_family_conflict": "low_family_conflict",
}
FIRST_HELP = {  # intent whose rule begins a form → the text with which that begins
    "worry_about_other": "worry_about_other",
    "help_calm": "ask_breathing_1",
    "help_sleep": "ask_sleep_1",
    "help_homesick": "ask_homesick_1",
    "help_bullying": "ask_bullying_1",
    "help_grief": "ask_grief_1",
    "help_accident": "ask_accident_1",
    "safety_plan": "ask_keep_plan",
    "mood_check": "ask_mood",
    "leave_contact": "ask_contact",
    "calculate": "calc_which",
    "rights_help": "ask_rights_matter",
}
PLAN_FACTS = ("plan_signs", "plan_helps", "plan_people", "plan_places", "plan_numbers")  # the worker's own words
PATH = ROOT / "nlu_data" / "texts.yml"
# known only when a text is sent
MOMENT_FACTS = (
    *("waited", "typical_wait", "next_duty", "case_number", "desk_address", "receipt_code"),
    *("deadline", "employer_deadline"),
)
PLACEHOLDER = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True)
class Button:
    """What a person sees, and the intent that pressing it stands for (never shown)."""

    title: str
    payload: str


@dataclass(frozen=True)
class Text:
    """A fixed text, ready to send."""

    text: str
    buttons: tuple[Button, ...] = ()


def fill(template: str, facts: dict[str, str] | None = None) -> str:
    """Fills `{name}` from the local facts; a line that names an empty or unknown one is left out whole."""
    known = settings().local_facts if facts is None else facts
    lines = [_fill_line(line, known) for line in template.strip().splitlines()]
    return "\n".join(line for line in lines if line is not None).strip()


def _fill_line(line: str, facts: dict[str, str]) -> str | None:
    names = PLACEHOLDER.findall(line)
    if any(not facts.get(name) for name in names):
        return None
    return PLACEHOLDER.sub(lambda match: facts[match.group(1)], line)


@lru_cache
def _raw() -> dict[str, Any]:
    loaded = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return dict(loaded["texts"])


def has(key: str) -> bool:
    """True if there is a text of that key."""
    return key in _raw()


@lru_cache
def get(key: str) -> Text:
    """Gives a text with its buttons. Raises KeyError for an unknown key."""
    row = _raw()[key]
    buttons = tuple(Button(button["title"], button["payload"]) for button in row.get("buttons") or ())
    return Text(fill(row["text"]), buttons)


def offers_person(key: str) -> bool:
    """True if the text ends with the question whether the worker wants a person."""
    return bool(_raw().get(key, {}).get("offers_person"))


def wording(key: str) -> str:
    """Gives what a recorded consent says of the text that was agreed to: its key and review date."""
    return f"{key} {_raw()[key]['reviewed_on']}"


ASK_PERSON = Button("找真人", "/request_human")


def crisis(level: Level, kind: str | None, again: bool = False) -> Text:
    """Gives the fixed reply for a level and kind, or the level's general one; `again`: the short one."""
    head = f"crisis_again_{level}" if again else f"crisis_{level}"
    keys = [f"{head}_{kind}", head]
    found = get(next(key for key in keys if has(key)))
    return found if found.buttons else Text(found.text, (ASK_PERSON,))


def with_facts(key: str, facts: dict[str, str]) -> Text:
    """Gives a text with what is known at this moment filled in as well. Raises KeyError for an unknown key."""
    return Text(fill(_raw()[key]["text"], {**settings().local_facts, **facts}), get(key).buttons)
