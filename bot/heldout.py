"""The held-out sentences, tests/nlu/heldout: written by people who had not seen the training data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.settings import ROOT

PLACE = ROOT / "tests" / "nlu" / "heldout"
FAQS, INTENTS, SHORT = "faq", "intents", "short"


def groups(kind: str, place: Path = PLACE) -> Iterator[tuple[str, list[str]]]:
    """Gives each FAQ or intent with its sentences, in the order of files; nothing where there are none."""
    for path in sorted((place / kind).glob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        found = content if isinstance(content, dict) else {path.stem: content}
        yield from ((name, [str(text) for text in texts]) for name, texts in found.items())
