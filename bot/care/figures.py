"""Figures for leads: how fast, how many, when, with what outcome. Never a person, and no number under five."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from statistics import median
from typing import Any

from bot.care import figures_rows as rows
from bot.care.figures_rows import CaseRow, Period
from bot.care.suppression import LEAST, Table, TooFew, table
from bot.clock import local, now
from bot.db.session import reading
from bot.db.states import CaseState, Category, OutcomeKind, RatingValue, Verdict
from bot.level import Level
from bot.settings import settings

LEAST_FOR_P90 = 2 * LEAST  # of fewer, the ninth tenth is one person's own time
MOST_STEPS = 31  # rows of a table by day
UNANSWERED_AFTER = timedelta(hours=24)
SEEN = ("in_time", "late", "not_yet", "not_called")
REPLIED = ("in_time", "late", "waiting", "left", "nobody", "not_called")
RATED = (*RatingValue, "unrated")
Group = tuple[Level, ...]  # levels that are counted together, because one alone would be too few


@dataclass(frozen=True)
class Breakdown:
    """One table. Rows and columns are keys, for the page to name; `table` is None where all numbers are too small."""

    key: str
    table: Table | None
    per: int = 1  # hours or days that one row stands for


@dataclass(frozen=True)
class Speed:
    """How fast the cases of some levels were seen and answered, in seconds; None where too few were."""

    levels: str
    seen_median: float | None
    seen_p90: float | None
    reply_median: float | None
    reply_p90: float | None


@dataclass(frozen=True)
class Figures:
    """Everything of one period."""

    period: Period
    speeds: tuple[Speed, ...]
    breakdowns: tuple[Breakdown, ...]

    def of(self, key: str) -> Breakdown:
        """One table by its key."""
        return next(one for one in self.breakdowns if one.key == key)


def of(period: Period) -> Figures:
    """Gives the figures of a period; reads only."""
    with reading() as session:
        cases, signs = rows.cases(session, period), rows.signs(session, period)
        taken, verdicts = rows.taken(session, period), rows.verdicts(session, period)
        rated = Counter("unrated" if value is None else value for value in rows.ratings(session, period))
    groups = grouped(Counter(case.level for case in cases))
    signed = grouped(Counter(level for _, level in signs))
    return Figures(
        period,
        tuple(_speed(group, cases) for group in groups),
        (
            *_of_cases(cases, groups),
            _finest("by_day", [(case.opened_at, case.level) for case in cases], groups, _days(period)),
            _finest("by_hour", [(case.opened_at, case.level) for case in cases], groups, _hours()),
            _finest("signs_by_hour", signs, signed, _hours()),
            _load(taken),
            _crossed("alarms", list(Verdict), Counter((verdict, level) for level, verdict in verdicts)),
            Breakdown("ratings", _table(list(RATED), ["all"], [[rated[key]] for key in RATED])),
        ),
    )


def grouped(counts: Counter[Level]) -> list[Group]:
    """The levels, worst first, each with its neighbour where it has 1 to 4 alone; none if all together are so few."""
    groups: list[Group] = [(level,) for level in reversed(Level)]
    while len(groups) > 1 and (small := next((one for one in groups if 0 < _size(one, counts) < LEAST), None)):
        at = min(groups.index(small), len(groups) - 2)
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
    return [] if 0 < sum(counts.values()) < LEAST else groups


def _size(group: Group, counts: Counter[Level]) -> int:
    return sum(counts[level] for level in group)


def name(group: Group) -> str:
    """The key of a group: its levels with a plus between."""
    return "+".join(group)


def _of_cases(cases: list[CaseRow], groups: list[Group]) -> list[Breakdown]:
    kinds: list[tuple[str, Sequence[str], Callable[[CaseRow], str]]] = [
        ("seen", SEEN, seen_as),
        ("replied", REPLIED, replied_as),
        ("states", list(CaseState), lambda case: case.state),
        ("categories", list(Category), lambda case: case.category),
        ("outcomes", (*OutcomeKind, "unsaid", "open"), lambda case: case.outcome),
    ]
    return [
        Breakdown(key, _cross(keys, groups, Counter((of(case), case.level) for case in cases)))
        for key, keys, of in kinds
    ]


@lru_cache
def _targets(targets: str) -> dict[Level, timedelta]:
    imminent, high, other = (timedelta(minutes=float(part)) for part in targets.split(","))
    return {Level.imminent: imminent, Level.high: high, Level.low: other, Level.none: other}


def seen_as(case: CaseRow) -> str:
    """Whether a person saw in time that they were called for; who was there already saw it at once."""
    if case.called_at is None:
        return "not_called"
    if case.seen_at is None:
        return "not_yet"
    return (
        "in_time" if case.seen_at - case.called_at <= _targets(settings().acknowledge_targets)[case.level] else "late"
    )


def replied_as(case: CaseRow) -> str:
    """Whether a person's first words came in time, or why they never came."""
    if case.called_at is None:
        return "not_called"
    if case.replied_at is not None:
        in_time = case.replied_at - case.called_at <= _targets(settings().reply_targets)[case.level]
        return "in_time" if in_time else "late"
    if case.stopped_at is not None:
        return "left"
    over = case.state == CaseState.closed or now() - case.called_at > UNANSWERED_AFTER
    return "nobody" if over else "waiting"


def _speed(group: Group, cases: list[CaseRow]) -> Speed:
    called = [case for case in cases if case.level in group and case.called_at is not None]
    seen = _waits((case.called_at, case.seen_at) for case in called)
    replied = _waits((case.called_at, case.replied_at) for case in called)
    return Speed(name(group), *_middle_and_end(seen), *_middle_and_end(replied))


def _waits(spans: Iterable[tuple[datetime | None, datetime | None]]) -> list[float]:
    return sorted(max(0.0, (end - start).total_seconds()) for start, end in spans if start and end)


def _middle_and_end(waits: list[float]) -> tuple[float | None, float | None]:
    middle = median(waits) if len(waits) >= LEAST else None
    return middle, waits[math.ceil(0.9 * len(waits)) - 1] if len(waits) >= LEAST_FOR_P90 else None


Counts = Counter[tuple[Any, Level]]


def _crossed(key: str, keys: Sequence[str], counts: Counts) -> Breakdown:
    levels: Counter[Level] = Counter()
    for (_, level), number in counts.items():
        levels[level] += number
    return Breakdown(key, _cross(keys, grouped(levels), counts))


def _cross(keys: Sequence[str], groups: list[Group], counts: Counts) -> Table | None:
    cells = [[sum(counts[key, level] for level in group) for group in groups] for key in keys]
    return _table(keys, [name(group) for group in groups], cells)


def _table(keys: Sequence[str], columns: Sequence[str], cells: list[list[int]]) -> Table | None:
    if not columns or not any(map(any, cells)):
        return None
    try:
        return table([str(key) for key in keys], columns, cells)
    except TooFew:
        return None


def _load(taken: Counts) -> Breakdown:
    return _crossed("load", sorted({person for person, _ in taken}), taken)


@dataclass(frozen=True)
class Steps:
    """Parts of a time: how long one is, their keys, and the key of a moment."""

    per: int
    keys: Sequence[str]
    key_of: Callable[[datetime], str]


def _hours() -> list[Steps]:
    """Parts of the day, from fine to coarse, in hours."""
    return [_hours_of(step) for step in (1, 3, 6)]


def _hours_of(step: int) -> Steps:
    keys = [f"{hour:02}" for hour in range(0, 24, step)]
    return Steps(step, keys, lambda at: keys[local(at).hour // step])


def _days(period: Period) -> list[Steps]:
    """Parts of the period, from fine to coarse, in days; their keys are their first days."""
    first, last = local(period.start).date(), local(period.end - timedelta(seconds=1)).date()
    length = (last - first).days + 1
    fit = [step for step in (1, 7, 30) if length / step <= MOST_STEPS] or [30]
    return [_days_of(first, length, step) for step in fit]


def _days_of(first: date, length: int, step: int) -> Steps:
    keys = [(first + timedelta(days=day)).isoformat() for day in range(0, length, step)]
    return Steps(step, keys, lambda at: keys[(local(at).date() - first).days // step])


def _finest(key: str, moments: list[tuple[datetime, Level]], groups: list[Group], steps: list[Steps]) -> Breakdown:
    """The table by time in the finest steps of which less than half must be hidden; else the coarsest there is."""
    best = Breakdown(key, None)
    for one in steps:
        found = _cross(one.keys, groups, Counter((one.key_of(at), level) for at, level in moments))
        if found is not None:
            best = Breakdown(key, found, one.per)
            if found.hidden * 2 < sum(cell != 0 for row in found.cells for cell in row):
                break
    return best
