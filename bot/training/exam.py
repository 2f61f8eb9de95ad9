"""What a candidate is asked: sentences that nobody trained on, and those of people in danger that triage does not see.

A sentence is known by its place; what was understood is kept as ids only, never with its words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot import heldout, triage
from bot.triage import safety

FAQ, INTENT, UNSEEN, MILD, SEEN = "faq", "intent", "unseen", "mild", "seen"
FILE = "exam.json"
EACH = {FAQ: 3, SEEN: 4}  # of many sentences of a kind one in so many is asked: they take most of the time


@dataclass(frozen=True)
class Item:
    """One sentence. `wanted` is the FAQ or intent that it means; in danger it is the id of the sentence.

    `part` is faq or intent for a held-out sentence. For one of somebody in distress it says who hears it: `unseen` if
    triage does not, so that the engine alone can; `mild` if triage grades it `low`, so that care is said first and an
    answer of the engine comes below it; `seen` if triage sees danger, so that its text never reaches the engine.
    """

    part: str
    wanted: str
    text: str


@dataclass(frozen=True)
class Understood:
    """What was made of a sentence: an intent, the FAQ that was answered, those that were offered or answered."""

    intent: str
    faq: str | None
    offered: tuple[str, ...]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Understood:
        """From a row of the engine."""
        offered = [row["faq"], *(one["faq"] for one in row.get("candidates") or [])]
        return cls(row["intent"], row["faq"], tuple(dict.fromkeys(one for one in offered if one)))


@cache
def items() -> tuple[Item, ...]:
    """All of them, in a fixed order; read and graded once a process."""
    return (*_held_out(FAQ), *_held_out(INTENT), *_danger())


def _held_out(part: str) -> Iterator[Item]:
    for wanted, texts in heldout.groups(heldout.FAQS if part == FAQ else heldout.INTENTS):
        yield from (Item(part, wanted, text) for text in texts[:: EACH.get(part, 1)])


def _danger() -> Iterator[Item]:
    rows = safety.judged(triage.live(), [one for one in safety.frozen() if one.level.rank > 0])
    seen = [row for row in rows if row.alarms and row.is_risk][:: EACH[SEEN]]
    for row in [row for row in rows if not row.alarms] + seen:
        part = SEEN if row.alarms else MILD if row.found.level.rank > 0 else UNSEEN
        yield Item(part, row.sentence.id, row.sentence.text)


def digest() -> str:
    """Names the sentences: what was understood of other ones cannot be compared."""
    content = json.dumps([(one.part, one.wanted, one.text) for one in items()])
    return hashlib.sha256(content.encode()).hexdigest()


def texts() -> list[str]:
    """All sentences."""
    return [one.text for one in items()]


def keep(found: list[Understood], folder: Path) -> None:
    """Keeps it with a release."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[one.intent, one.faq, list(one.offered)] for one in found]
    (folder / FILE).write_text(json.dumps({"digest": digest(), "rows": rows}), encoding="utf-8")


def kept(folder: Path) -> list[Understood] | None:
    """What was kept there of these very sentences; None if there is nothing."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        rows = [Understood(intent, faq, tuple(offered)) for intent, faq, offered in found["rows"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return rows if found.get("digest") == digest() and len(rows) == len(items()) else None
