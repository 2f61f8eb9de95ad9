"""Which sentence belongs to whom: the wordings of all FAQs and the examples of all intents, folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT

INTENTS = ROOT / "nlu_data" / "intents"
_NOISE = re.compile(r"[\W_]+")


def fold(sentence: str) -> str:
    """Gives what makes two sentences the same for us: letters, digits and Han characters only."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", sentence)).lower()


@lru_cache
def examples(directory: Path = INTENTS) -> Mapping[str, tuple[str, ...]]:
    """Intent → its training sentences, read once."""
    found = {}
    for path in sorted(directory.glob("*.yml")):
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"][0]
        lines = rows["examples"].splitlines()
        found[rows["intent"]] = tuple(line[2:].strip() for line in lines if line.startswith("- "))
    return found


@lru_cache
def example_owners() -> Mapping[str, str]:
    """Folded example → its intent."""
    return {fold(one): intent for intent, rows in examples().items() for one in rows}


def owners(rows: Iterable[tuple[str, str, Iterable[Any]]]) -> dict[str, str]:
    """Folded wording → id of the FAQ it belongs to, from (id, question, variants); the first one keeps it."""
    found: dict[str, str] = {}
    for faq_id, question, variants in rows:
        for sentence in (question, *variants):
            found.setdefault(fold(str(sentence)), faq_id)
    return found
