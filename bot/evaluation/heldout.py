"""Our held-out sentences with their truth, as an evaluation takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadInput
from bot.heldout import FAQS, INTENTS, PLACE, groups

OUTSIDE = "out_of_scope"


@dataclass(frozen=True)
class Sentence:
    """A sentence and its truth: the intent it is, or the question it asks; the other one is empty."""

    text: str
    intent: str = ""
    faq: str = ""

    @property
    def wanted(self) -> str:
        """The intent or the question."""
        return self.intent or self.faq

    @property
    def is_outside(self) -> bool:
        """True if we have nothing to say to it."""
        return self.intent == OUTSIDE


def read(place: Path = PLACE) -> list[Sentence]:
    """Gives all held-out sentences, those of intents first. Raises BadInput where there are none."""
    intents = [Sentence(text, intent=name) for name, texts in groups(INTENTS, place) for text in texts]
    faqs = [Sentence(text, faq=name) for name, texts in groups(FAQS, place) for text in texts]
    if not intents or not faqs:
        raise BadInput(f"{place}: there are no held-out sentences")
    return intents + faqs


def write(path: Path, pairs: Iterable[tuple[str, str]]) -> Path:
    """Writes (intent, text) as JSON lines {"text", "intent"} and gives the path."""
    lines = (json.dumps({"text": text, "intent": intent}, ensure_ascii=False) for intent, text in pairs)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
