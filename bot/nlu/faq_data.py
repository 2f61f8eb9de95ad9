"""What the FAQ index is made of: FAQs from files or from one bank, and the examples of the intents beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MIN_LINE = 6
_SENTENCE_END = re.compile(r"[\n。；]")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class Faq:
    """One question as the index needs it."""

    id: str
    topic: str
    question: str
    variants: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def wordings(self) -> tuple[str, ...]:
        """What a person may say for it."""
        return (self.question, *self.variants)


@dataclass(frozen=True)
class Row:
    """One text of the index: `faq` its number (None: of no FAQ), `topic` the topic it belongs to, if any."""

    text: str
    faq: int | None
    topic: str | None
    asks: bool
    """True for a wording a person may use; False for a line of an answer."""


def read_faqs(source: Path) -> list[Faq]:
    """Return the FAQs under a directory, or of one bank.json, by id.

    Raise ValueError naming what cannot be read, or an id that stands there twice.
    """
    rows = _of_files(source) if source.is_dir() else _of_bank(source)
    faqs = sorted((_faq(where, row) for where, row in rows), key=lambda faq: faq.id)
    for number, faq in enumerate(faqs[1:]):
        if faq.id == faqs[number].id:
            raise ValueError(f"{source}: {faq.id} is there twice")
    return faqs


def _of_files(directory: Path) -> Iterator[tuple[str, Any]]:
    for path in sorted(directory.rglob("*.yml")):
        try:
            yield str(path), _yaml(path)
        except yaml.YAMLError as error:
            raise ValueError(f"{path}: {type(error).__name__}") from error


def _of_bank(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {type(error).__name__}") from error
    if not isinstance(rows, list):
        raise ValueError(f"{path}: is no list")
    for number, row in enumerate(rows, start=1):
        yield f"{path}: row {number}", row


def _faq(where: str, row: Any) -> Faq:
    try:
        lines = _SENTENCE_END.split(_PLACEHOLDER.sub("", row["answer"]))
        kept = tuple(line.strip() for line in lines if len(line.strip()) >= MIN_LINE)
        return Faq(row["id"], row["topic"], row["question"], tuple(row["variants"]), kept)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{where}: {type(error).__name__}") from error


def _yaml(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where it is built in: ten times faster
    return yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # both are safe loaders


def read_intents(directory: Path) -> list[tuple[str, str]]:
    """Return (intent, example) of every intent file; nothing where there is no directory."""
    return [pair for path in sorted(directory.glob("*.yml")) for pair in _examples(path)]


def _examples(path: Path) -> Iterator[tuple[str, str]]:
    for block in _yaml(path)["nlu"]:
        for line in block["examples"].splitlines():
            if line.strip().startswith("- "):
                yield block["intent"], line.strip()[2:].strip()


def rows_of(faqs: list[Faq], intents: list[tuple[str, str]]) -> list[Row]:
    """Return all texts of the index: FAQ by FAQ its wordings and the lines of its answer, then intent examples."""
    return [row for number, faq in enumerate(faqs) for row in _rows(number, faq)] + [
        Row(text, None, topic_of(intent), True) for intent, text in intents
    ]


def _rows(number: int, faq: Faq) -> Iterator[Row]:
    yield from (Row(text, number, faq.topic, True) for text in faq.wordings)
    yield from (Row(text, number, faq.topic, False) for text in faq.lines)


def topic_of(intent: str) -> str | None:
    """Return the topic an intent asks for in general; None for any other intent."""
    return intent[4:] if intent.startswith("ask_") else None
