"""Who is on duty at a moment: weekly turns, exceptions that win over them, and what people said of themselves.

Pure: what the database holds is handed in. Times of day are China's, which knows no daylight saving.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.clock import LOCAL, local
from bot.db.states import Rung

PLACES = (Rung.first, Rung.second, Rung.lead)
DAY = timedelta(days=1)
HORIZON = 15  # days that are searched for the next duty


@dataclass(frozen=True)
class Turn:
    """From `starts` to `ends` on a day of every week (1 is Monday); into the next day if it does not end after it."""

    weekday: int
    starts: time
    ends: time
    staff_id: str
    place: Rung


@dataclass(frozen=True)
class Change:
    """The same on one date, instead of the turns that overlap it; `staff_id` None: nobody, `place` None: all places."""

    day: date
    starts: time
    ends: time
    staff_id: str | None
    place: Rung | None


@dataclass(frozen=True)
class Switch:
    """Somebody said: I am here, or: I am away; until then."""

    staff_id: str
    here: bool
    until: datetime


@dataclass(frozen=True)
class Rota:
    """Everything that says who is on duty."""

    turns: tuple[Turn, ...] = ()
    changes: tuple[Change, ...] = ()
    switches: tuple[Switch, ...] = ()

    @property
    def is_kept(self) -> bool:
        """True if somebody stands on it; holidays alone are no rota, and the setting of hours is what is known."""
        return bool(self.turns) or any(change.staff_id for change in self.changes)


def on_duty(at: datetime, rota: Rota) -> dict[Rung, tuple[str, ...]]:
    """Gives the ids of staff on each place at that moment, in the rota's order, each named once a place."""
    awake = [switch for switch in rota.switches if at < switch.until]
    away = {switch.staff_id for switch in awake if not switch.here}
    found = {place: _unique(_planned(at, rota, place), away) for place in PLACES}
    planned = {staff_id for people in found.values() for staff_id in people}
    extra = [switch.staff_id for switch in awake if switch.here and switch.staff_id not in planned]
    return {**found, Rung.first: _unique([*found[Rung.first], *extra], away)}


def _planned(at: datetime, rota: Rota, place: Rung) -> Iterable[str]:
    there = local(at)
    days = (there.date() - DAY, there.date())
    changes = [one for one in rota.changes if one.place in (place, None) and one.day in days]
    valid = [one for one in changes if _holds(one.day, one, at)]
    if valid:
        return [one.staff_id for one in valid if one.staff_id is not None]
    return [
        turn.staff_id
        for turn in rota.turns
        if turn.place == place and any(day.isoweekday() == turn.weekday and _holds(day, turn, at) for day in days)
    ]


def _unique(people: Iterable[str], away: set[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(people) if one not in away)


def _holds(day: date, span: Turn | Change, at: datetime) -> bool:
    start, end = _bounds(day, span)
    return start <= at < end


def _bounds(day: date, span: Turn | Change) -> tuple[datetime, datetime]:
    end = day if span.ends > span.starts else day + DAY
    return datetime.combine(day, span.starts, LOCAL), datetime.combine(end, span.ends, LOCAL)


def anybody(at: datetime, rota: Rota) -> bool:
    """True if somebody is on duty to answer: on the first or second place; a lead is there for what is left over."""
    found = on_duty(at, rota)
    return bool(found[Rung.first] or found[Rung.second])


def next_start(at: datetime, rota: Rota) -> datetime | None:
    """Gives the next moment at which somebody comes on duty after nobody was; the moment itself if one is there."""
    if anybody(at, rota):
        return at
    edges = sorted({edge for edge in _edges(at, rota) if edge > at})
    return next((edge for edge in edges if anybody(edge, rota)), None)


def _edges(at: datetime, rota: Rota) -> Iterator[datetime]:
    """The moments around and after `at` at which duty can change."""
    today = local(at).date()
    for offset in range(-1, HORIZON):
        day = today + DAY * offset
        for turn in rota.turns:
            if turn.weekday == day.isoweekday():
                yield from _bounds(day, turn)
    for change in rota.changes:
        yield from _bounds(change.day, change)
    yield from (switch.until for switch in rota.switches)


@dataclass(frozen=True)
class Gap:
    """Time with nobody on duty."""

    start: datetime
    end: datetime


def gaps(start: datetime, end: datetime, rota: Rota) -> list[Gap]:
    """Gives the time between two moments with nobody on duty, in order, each as long as it is."""
    edges = [start, *sorted({edge for edge in _edges(start, rota) if start < edge < end}), end]
    found: list[Gap] = []
    for since, until in itertools.pairwise(edges):
        if anybody(since, rota):
            continue
        if found and found[-1].end == since:
            found[-1] = Gap(found[-1].start, until)
        else:
            found.append(Gap(since, until))
    return found
