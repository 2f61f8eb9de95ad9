"""What a calculator asks, how each answer is read, and what is kept of it: short strings, as a form can keep them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.knowledge import spoken
from bot.knowledge.calculators.worked import Worked, chinese, plain
from bot.knowledge.numerals import fold
from bot.knowledge.spoken import Day

Facts = Mapping[str, str]
Reader = Callable[[str, date], str | None]
SKIPPED, NO, YES = "skip", "no", "yes"
LEAST_YUAN, MOST_YUAN = 100, 1_000_000  # a month; what lies outside is a slip
_NOT_YET = re.compile(
    r"还没|没[签有走订补]|^没$|没呢|还在|在职|在干|在上班|现在还|不是|^不$|没离|没辞|^no$|从来没|一直没"
)
_DAY_IN_IT = re.compile(r"\d|[一二三四五六七八九十]{1,3}[月号日]|昨|前[天年]|去年|今天")
_YES = re.compile(r"^(?:是|对|有|嗯|算|提前|通知了|难产|满了?|yes)")
_NO = re.compile(r"^(?:不|没|否|无|顺产|no)")


@dataclass(frozen=True)
class Question:
    """One fact that is asked for. Its wording is the fixed text `calc_<name>`."""

    name: str
    label: str  # on the button that changes it, and in the list of what was said
    read: Reader
    named: str  # words by which a correction names it
    again: str  # which example helps when an answer was not understood: the fixed text `calc_again_<again>`
    when: Callable[[Facts], bool] = lambda facts: True
    required: bool = False


@dataclass(frozen=True)
class Calculator:
    """One calculator: the words that ask for it, its questions in order, the FAQ that explains it, its work."""

    name: str
    title: str
    words: str
    faq: str
    questions: tuple[Question, ...]
    work_out: Callable[[Facts, date], Worked]

    def next_question(self, facts: Facts) -> Question | None:
        """Gives the first question that is due and unanswered."""
        return next((q for q in self.due(facts) if q.name not in facts), None)

    def due(self, facts: Facts) -> list[Question]:
        """Gives the questions that the answers so far leave."""
        return [question for question in self.questions if question.when(facts)]


def is_one_of(name: str, *values: str) -> Callable[[Facts], bool]:
    """Gives the condition that another answer is one of these."""
    return lambda facts: facts.get(name) in values


def decimal_of(facts: Facts, name: str) -> Decimal | None:
    """Gives a number that was kept; None if it was skipped or not asked."""
    kept = facts.get(name, SKIPPED)
    return None if kept in (SKIPPED, NO) else Decimal(kept)


def day_of(facts: Facts, name: str) -> Day | None:
    """Gives a day that was kept; None if it was skipped, not asked or answered by no."""
    kept = facts.get(name, SKIPPED)
    return None if kept in (SKIPPED, NO) or kept.endswith("m") else spoken.day_from(kept)


def told(kept: str) -> str:
    """Gives a kept answer as it is shown; of one of several things only its name."""
    if kept == SKIPPED:
        return "没填"
    if re.fullmatch(r"\d+m", kept):
        years, rest = divmod(int(kept[:-1]), 12)
        return "".join((f"{years} 年" if years else "", f" {rest} 个月" if rest or not years else "")).strip()
    if "-" in kept:
        day = spoken.day_from(kept)
        return chinese(day.date) + ("" if day.exact else "（没说哪天，先按这天）")
    return plain(Decimal(kept)) if re.fullmatch(r"[\d.]+", kept) else kept


def months_of(kept: str) -> int | None:
    """Gives the months of a kept length of time; None if a day was kept instead."""
    return int(kept[:-1]) if kept.endswith("m") else None


def money(text: str, today: date) -> str | None:
    """Reads yuan a month."""
    value = spoken.money(text)
    return str(value) if value is not None and LEAST_YUAN <= value <= MOST_YUAN else None


def hours(text: str, today: date) -> str | None:
    """Reads hours of a month."""
    value = spoken.hours(text)
    return str(value) if value is not None and 0 <= value <= 744 else None


def count(most: int, least: int = 0) -> Reader:
    """Gives the reader of a number of things between `least` and `most`."""

    def read(text: str, today: date) -> str | None:
        value = spoken.count(text)
        return str(value) if value is not None and least <= value <= most else None

    return read


def day_past(text: str, today: date) -> str | None:
    """Reads a day that has come."""
    found = spoken.day(text, today)
    return str(found) if found else None


def day_near(text: str, today: date) -> str | None:
    """Reads a day, past or to come."""
    found = spoken.day(text, today, past=False)
    return str(found) if found else None


def day_or_not_yet(text: str, today: date) -> str | None:
    """Reads a day that has come, or that it has not happened."""
    if found := day_past(text, today):
        return found
    folded = fold(text)
    return NO if _NOT_YET.search(folded) and not _DAY_IN_IT.search(folded) else None


def since(text: str, today: date) -> str | None:
    """Reads since when: a day, or a length of time, kept as months (42m)."""
    if (length := span(text, today)) is not None:
        return length
    return day_past(text, today)


def span(text: str, today: date) -> str | None:
    """Reads a length of time, kept as months (42m); at most seventy years."""
    length = spoken.months(text)
    if length is None or spoken.day(text, today, past=False):
        return None
    return f"{length}m" if 0 <= length <= 840 else None


def choice(**words: str) -> Reader:
    """Gives the reader of one of several things, each recognised by its words; the first that is named counts."""
    found = {name: re.compile(pattern) for name, pattern in words.items()}

    def read(text: str, today: date) -> str | None:
        if text in found:
            return text
        folded = fold(text)
        return next((name for name, pattern in found.items() if pattern.search(folded)), None)

    return read


def yes_no(text: str, today: date) -> str | None:
    """Reads yes or no."""
    folded = fold(text)
    if _NO.search(folded):
        return NO
    return YES if _YES.search(folded) else None
