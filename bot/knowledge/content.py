"""The content of an FAQ as a value: read from whatever holds it, written back, the same in every place."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.clean import clean

FIELDS = ("id", "topic", "question", "variants", "answer", "basis", "region", "valid_from", "valid_to", "related")
LISTS = ("variants", "related")
Day = date | str | None  # a text: what stands there is no date


@dataclass(frozen=True)
class Basis:
    """One article of one law."""

    law: str
    article: str


@dataclass(frozen=True)
class Content:
    """What an FAQ says. Nothing is checked yet: `bot.knowledge.checks` says what is wrong with it."""

    id: str = ""
    topic: str = ""
    question: str = ""
    variants: tuple[str, ...] = ()
    answer: str = ""
    basis: tuple[Basis, ...] = ()
    region: str = "全国"
    valid_from: Day = None
    valid_to: Day = None
    related: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The question and its variants."""
        return (self.question, *self.variants)

    def plain(self) -> dict[str, Any]:
        """The same as JSON can hold it: what a revision stores, and what `parse` reads."""
        return {
            **{name: getattr(self, name) for name in ("id", "topic", "question", "answer", "region")},
            **{name: list(getattr(self, name)) for name in LISTS},
            "basis": [{"law": row.law, "article": row.article} for row in self.basis],
            **{name: _written(getattr(self, name)) for name in ("valid_from", "valid_to")},
        }


def _written(day: Day) -> str | None:
    return day.isoformat() if isinstance(day, date) else day


def parse(raw: Mapping[str, Any]) -> Content:
    """Gives the content of a file, a row, a stored revision or a form; what is missing stays empty. Never raises."""
    words = {name: _text(raw.get(name)) for name in ("id", "topic", "question", "region")}
    return Content(
        **words,
        variants=_texts(raw.get("variants")),
        answer=_lines(raw.get("answer")),
        basis=_basis(raw.get("basis")),
        valid_from=day_of(raw.get("valid_from")),
        valid_to=day_of(raw.get("valid_to")),
        related=_texts(raw.get("related")),
    )


def _text(value: object) -> str:
    return "" if value is None else clean(str(value)).strip()


def _lines(value: object) -> str:
    return "\n".join(line.rstrip() for line in _text(value).replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _texts(value: object) -> tuple[str, ...]:
    rows = value if isinstance(value, list | tuple) else _lines(value).split("\n")
    return tuple(text for text in map(_text, rows) if text)


def _basis(value: object) -> tuple[Basis, ...]:
    """Rows of law and article, or lines such as "劳动法|第五十条"."""
    found = []
    for row in value if isinstance(value, list | tuple) else _texts(value):
        if isinstance(row, Mapping):
            found.append(Basis(_text(row.get("law")), _text(row.get("article"))))
        else:
            law, _, article = _text(row).replace("｜", "|").partition("|")
            found.append(Basis(law.strip(), article.strip()))
    return tuple(found)


_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?")


def day_of(value: object) -> Day:
    """Gives a date for what people and spreadsheets write as one; None for nothing; the text itself for all else."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    text = _text(value)
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else text or None
    except ValueError:
        return text


def new_id(topic: str) -> str:
    """Gives an id for a new FAQ; people never have to think of one."""
    start = topic if re.fullmatch("[a-z][a-z_]{1,24}", topic) else "faq"
    return f"{start}_{secrets.token_hex(4)}"


def named(content: Content) -> Content:
    """The content with an id, a new one if it has none."""
    return content if content.id else replace(content, id=new_id(content.topic))
