"""The helper for wages, injury and dismissal: what is asked, what follows from the answers, the deadlines as days.

nlu_data/rights.yml holds all of it but the wording (nlu_data/texts.yml).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import yaml

from bot.knowledge.said_day import day_said
from bot.knowledge.spoken import add_months
from bot.settings import ROOT

PATH = ROOT / "nlu_data" / "rights.yml"
SKIP = "skip"
MAX_WORDS = 200  # of an answer in the worker's words
_UNSURE = re.compile("不知道|记不(?:清|得|住|起)|忘了|不记得|不清楚|说不(?:清|准|好)|想不起来")

Answers = Mapping[str, str]


@dataclass(frozen=True)
class Ask:
    """One question: how its answer is read (choice, day, yes_no or words) and when it is asked."""

    key: str
    reads: str
    choices: Mapping[str, re.Pattern[str]]
    only_if: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Deadline:
    """A time limit, counted from the day that a question asks for; the keys of the texts that tell it."""

    name: str
    since: str
    only_if: Mapping[str, Sequence[str]]
    open: str
    gone: str
    unknown: str | None
    years: int = 0
    days: int = 0


@dataclass(frozen=True)
class Matter:
    """All of one matter."""

    asks: tuple[Ask, ...]
    says: tuple[tuple[str, Mapping[str, Sequence[str]]], ...]
    deadlines: tuple[Deadline, ...]


@dataclass(frozen=True)
class Advice:
    """What to tell: keys of texts in order, and what stands for their placeholders."""

    texts: tuple[str, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


def load() -> dict[str, Any]:
    """Gives the file as it stands."""
    return dict(yaml.safe_load(PATH.read_text(encoding="utf-8")))


@lru_cache
def matters() -> dict[str, Matter]:
    """Gives the matters by name. Raises KeyError or re.error where the file is faulty."""
    return {name: _matter(row) for name, row in load()["matters"].items()}


def _matter(row: Mapping[str, Any]) -> Matter:
    said = [{"text": one} if isinstance(one, str) else one for one in row["says"]]
    return Matter(
        tuple(_ask(one) for one in row["asks"]),
        tuple((one["text"], _condition(one)) for one in said),
        tuple(_deadline(one) for one in row["deadlines"]),
    )


def _ask(row: Mapping[str, Any]) -> Ask:
    choices = {name: re.compile(words) for name, words in (row.get("choices") or {}).items()}
    return Ask(row["key"], row["reads"], choices, _condition(row))


def _deadline(row: Mapping[str, Any]) -> Deadline:
    span = {"years": row.get("years", 0), "days": row.get("days", 0)}
    keys = (row["open"], row["gone"], row.get("unknown"))
    return Deadline(row["name"], row["since"], _condition(row), *keys, **span)


def _condition(row: Mapping[str, Any]) -> dict[str, list[str]]:
    wanted = (row.get("if") or {}).items()
    return {question: [values] if isinstance(values, str) else list(values) for question, values in wanted}


def _holds(condition: Mapping[str, Sequence[str]], answers: Answers) -> bool:
    return all(answers.get(question) in values for question, values in condition.items())


def asked(matter: str, answers: Answers) -> list[Ask]:
    """Gives the questions of a matter that these answers lead to, in order."""
    return [ask for ask in matters()[matter].asks if _holds(ask.only_if, answers)]


def next_ask(matter: str, answers: Answers) -> Ask | None:
    """Gives the first question that is not answered yet; None when all are."""
    return next((ask for ask in asked(matter, answers) if ask.key not in answers), None)


def of_key(matter: str, key: str) -> Ask:
    """Gives a question. Raises KeyError."""
    return {ask.key: ask for ask in matters()[matter].asks}[key]


def read(ask: Ask, words: str, today: date) -> str | None:
    """Gives an answer as it is kept: a choice's name, a day in ISO form, yes, no, skip, or words; None if it is none.

    Who does not know a day or a choice has skipped it.
    """
    if words == SKIP:
        return SKIP
    if ask.reads == "words":
        return words.strip()[:MAX_WORDS] or None
    found = _read(ask, words, today)
    return SKIP if found is None and _UNSURE.search(words) else found


def _read(ask: Ask, words: str, today: date) -> str | None:
    if ask.reads == "day":
        day = day_said(words, today)
        return day.isoformat() if day else None
    if ask.reads == "yes_no":
        return words if words in ("yes", "no") else None
    if words in ask.choices:
        return words
    return next((name for name, pattern in ask.choices.items() if pattern.search(words)), None)


def advice(matter: str, answers: Answers, today: date) -> Advice:
    """Gives what to do, what to keep, where to go, and until which day."""
    texts = [key for key, condition in matters()[matter].says if _holds(condition, answers)]
    facts: dict[str, str] = {}
    for limit in matters()[matter].deadlines:
        if _holds(limit.only_if, answers):
            key, told = _told(limit, answers.get(limit.since, SKIP), today)
            texts += [key] if key else []
            facts.update(told)
    return Advice(tuple(texts), facts)


def _told(limit: Deadline, since: str, today: date) -> tuple[str | None, dict[str, str]]:
    if since == SKIP:
        return limit.unknown, {}
    last = last_day(date.fromisoformat(since), limit.years, limit.days)
    left = (last - today).days
    if left < 0:
        return limit.gone, {limit.name: in_words(last)}
    return limit.open, {limit.name: f"{in_words(last)}（{f'还有{left}天' if left else '就是今天'}）"}


def last_day(since: date, years: int = 0, days: int = 0) -> date:
    """Gives the last day of a limit that begins on the day after `since`: the same day of the year, or of the month
    the last one where there is none."""
    return add_months(since, 12 * years) + timedelta(days=days)


def in_words(day: date) -> str:
    """Gives a day as people write it."""
    return f"{day.year}年{day.month}月{day.day}日"
