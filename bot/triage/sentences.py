"""Our own sentences: what the model learns from (nlu_data/triage/sentences), what judges it (tests/triage/frozen)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.level import Level
from bot.settings import ROOT
from bot.triage.levels import Kind, Scope
from bot.triage.lexicon import DATA, read_rows

TRAINING = DATA / "sentences"
SOURCES = (DATA.parent / "intents", DATA.parent / "faq")
FROZEN = ROOT / "tests" / "triage" / "frozen"
NO_KIND = "none"
ORDINARY = "ordinary"
_DELICATE_INTENTS = (
    *("express_", "help_", "worry_", "safety_", "mood_", "insult", "request_human", "leave_contact"),
    *("stop_chat", "deny", "complain_", "show_plan"),
)
_DELICATE_TOPICS = frozenset({"support", "women_minors", "safety", "injury"})
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
WAYS = frozenset(
    (
        *("plain", "indirect", "farewell", "handover", "burden", "until", "envy", "no_wake", "accident", "means"),
        *("place_time", "act", "selfharm", "body", "hopeless", "dialect", "abbrev", "homophone", "shape", "split"),
        *("digits", "emoji", "speech", "spaced", "traditional", "typo", "long", "mixed", "youth", "wages"),
        *("negated_but", "idiom", "trade", "game", "quoted", "knowledge", "negated", "past", "everyday", "command"),
        *("policy", "counselling", "chitchat", "work", "lookalike", ORDINARY),
    )
)


@dataclass(frozen=True)
class Sentence:
    """One sentence with what a reasonable counsellor would say of it. `id` is empty in training."""

    id: str
    text: str
    level: Level
    kind: Kind | None
    scope: Scope
    way: str
    source: str  # the file it stands in, without its ending


def read_sentences(directory: Path) -> list[Sentence]:
    """All sentences of a folder, in the order of its files."""
    return [
        one for path in sorted(directory.glob("*.yml")) for group in read_rows(path) for one in _group(group, path.stem)
    ]


def read_ordinary() -> list[Sentence]:
    """What people ask and say on any day: examples of intents and wordings of FAQs, as sentences without risk.

    Left out is what has to do with distress, danger or somebody to talk to.
    """
    intents, faqs = SOURCES
    found: dict[str, Sentence] = {}
    for path in sorted(intents.glob("*.yml")):
        if not path.stem.startswith(_DELICATE_INTENTS):
            block = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"][0]["examples"]
            lines = [_ENTITY.sub(r"\1", line.removeprefix("- ")) for line in block.splitlines()]
            found |= {text: _ordinary(text, path.stem) for text in lines if text}
    for path in sorted(faqs.glob("*/*.yml")):
        if path.parent.name not in _DELICATE_TOPICS:
            faq = yaml.safe_load(path.read_text(encoding="utf-8"))
            found |= {text: _ordinary(text, path.stem) for text in (faq["question"], *faq["variants"])}
    return list(found.values())


def _ordinary(text: str, source: str) -> Sentence:
    return Sentence("", text, Level.none, None, Scope.self, ORDINARY, source)


def _group(group: dict[str, Any], source: str) -> Iterator[Sentence]:
    kind = None if group["kind"] == NO_KIND else Kind(group["kind"])
    for key, text in _texts(group):
        yield Sentence(key, text, Level(group["level"]), kind, Scope(group["scope"]), group["way"], source)


def _texts(group: dict[str, Any]) -> list[tuple[str, str]]:
    texts = group["texts"]
    return list(texts.items()) if isinstance(texts, dict) else [("", text) for text in texts]


def faults(directory: Path) -> list[str]:
    """Every fault of a folder of sentences as "path: what"; sentences themselves are never quoted."""
    found: list[str] = []
    seen: dict[str, str] = {}
    for path in sorted(directory.glob("*.yml")):
        for at, group in enumerate(read_rows(path), start=1):
            place = f"{path.name}[{at}]"
            found += [f"{place}: {what}" for what in _group_faults(group)]
            found += [f"{place}: {what}" for what in _repeats(group, place, seen)]
    return found


def _group_faults(group: dict[str, Any]) -> Iterator[str]:
    allowed = {
        "level": {str(level) for level in Level},
        "kind": {NO_KIND, *(str(kind) for kind in Kind)},
        "scope": {str(scope) for scope in Scope},
        "way": WAYS,
    }
    yield from (f"unknown {key} {group.get(key)}" for key, known in allowed.items() if group.get(key) not in known)
    if not group.get("reviewer"):
        yield "reviewer is missing"
    if not group.get("texts"):
        yield "texts is missing"


def _repeats(group: dict[str, Any], place: str, seen: dict[str, str]) -> Iterator[str]:
    for number, (_, text) in enumerate(_texts(group) if group.get("texts") else [], start=1):
        if not isinstance(text, str):
            yield f"text {number} is not a string"
        elif text in seen:
            yield f"text {number} stands already in {seen[text]}"
        else:
            seen[text] = place
