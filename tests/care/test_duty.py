"""Who is on duty at a moment: held against a slow and simple reading of the rota, minute by minute."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from bot.care.duty import PLACES, Change, Gap, Rota, Switch, Turn, anybody, gaps, next_start, on_duty
from bot.clock import LOCAL
from bot.db.states import Rung

MONDAY = date(2026, 11, 23)
STAFF = ("lin", "wu", "he")
DAY = timedelta(days=1)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
places = st.sampled_from(PLACES)
staff = st.sampled_from(STAFF)
days = st.integers(0, 9).map(lambda number: MONDAY + DAY * number)
turns = st.builds(Turn, st.integers(1, 7), times, times, staff, places)
changes = st.builds(Change, days, times, times, st.none() | staff, st.none() | places)
moments = st.integers(0, 9 * 1440).map(lambda minute: at(MONDAY, 0) + timedelta(minutes=minute))
switches = st.builds(Switch, staff, st.booleans(), moments)
rotas = st.builds(
    lambda *parts: Rota(*map(tuple, parts)),
    st.lists(turns, max_size=5),
    st.lists(changes, max_size=3),
    st.lists(switches, max_size=2, unique_by=lambda one: one.staff_id),
)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LOCAL)


def minutes_of(day: date, starts: time, ends: time) -> range:
    """Minutes since the first Monday that a span covers."""
    first = (day - MONDAY).days * 1440 + starts.hour * 60 + starts.minute
    length = (ends.hour * 60 + ends.minute - starts.hour * 60 - starts.minute) % 1440
    return range(first, first + (length or 1440))


def slow(moment: datetime, rota: Rota, place: Rung) -> set[str]:
    """Who stands on a place, read off minute by minute."""
    minute = int((moment - at(MONDAY, 0)).total_seconds() // 60)
    said = {one.staff_id: one.here for one in rota.switches if moment < one.until}
    found: dict[Rung, set[str]] = {}
    for one in PLACES:
        mine = [change for change in rota.changes if change.place in (one, None)]
        winning = [change for change in mine if minute in minutes_of(change.day, change.starts, change.ends)]
        weekly = {
            turn.staff_id
            for turn in rota.turns
            for week in (-1, 0, 1)
            if turn.place == one
            and minute in minutes_of(MONDAY + DAY * (turn.weekday - 1 + 7 * week), turn.starts, turn.ends)
        }
        found[one] = {change.staff_id for change in winning if change.staff_id} if winning else weekly
    everybody = set().union(*found.values())
    if place == Rung.first:
        found[place] |= {who for who, here in said.items() if here and who not in everybody}
    return found[place] - {who for who, here in said.items() if not here}


NIGHT = Turn(7, time(21), time(8), "lin", Rung.first)  # Sunday evening to Monday morning


@given(moments, rotas)
@example(at(MONDAY, 0), Rota((NIGHT,)))
@example(at(MONDAY, 7, 59), Rota((NIGHT,)))
@example(at(MONDAY, 8), Rota((NIGHT,)))
@example(at(MONDAY, 0), Rota((Turn(1, time(0), time(0), "lin", Rung.first),)))
def test_the_fast_reading_of_the_rota_is_the_slow_one(moment: datetime, rota: Rota) -> None:
    found = on_duty(moment, rota)
    assert {place: set(people) for place, people in found.items()} == {
        place: slow(moment, rota, place) for place in PLACES
    }
    assert found == on_duty(moment.astimezone(UTC), rota), "the zone of the question makes no difference"


@given(moments, rotas)
def test_the_next_start_is_the_first_minute_with_somebody(moment: datetime, rota: Rota) -> None:
    start = next_start(moment, rota)
    if start is None:
        assert not any(anybody(moment + timedelta(minutes=30 * step), rota) for step in range(2 * 24 * 7))
        return
    assert anybody(start, rota)
    steps = int((start - moment).total_seconds() // 60)
    assert not any(anybody(moment + timedelta(minutes=step), rota) for step in range(0, steps, 7))


@given(moments, rotas)
def test_a_week_is_made_of_gaps_and_of_duty(moment: datetime, rota: Rota) -> None:
    end = moment + timedelta(days=7)
    found = gaps(moment, end, rota)
    assert all(one.start < one.end for one in found)
    assert all(one.end < other.start for one, other in itertools.pairwise(found)), "joined and in order"
    for step in range(0, 7 * 24 * 60, 97):
        minute = moment + timedelta(minutes=step)
        assert any(gap.start <= minute < gap.end for gap in found) != anybody(minute, rota)


def test_a_holiday_cuts_the_night_at_midnight_and_a_swap_stands_in_its_place() -> None:
    swap = Change(MONDAY - DAY, time(22), time(0), "wu", Rung.first)
    holiday = Change(MONDAY, time(0), time(0), None, None)
    rota = Rota((NIGHT,), (swap, holiday))
    sunday = MONDAY - DAY
    assert on_duty(at(sunday, 21), rota)[Rung.first] == ("lin",)
    assert on_duty(at(sunday, 22), rota)[Rung.first] == ("wu",)
    assert not anybody(at(MONDAY, 0), rota)
    assert next_start(at(MONDAY, 0), rota) == at(MONDAY + DAY * 6, 21)


def test_who_says_here_is_on_duty_and_who_says_away_is_not_until_then() -> None:
    rota = Rota((NIGHT,), (), (Switch("lin", False, at(MONDAY, 1)), Switch("wu", True, at(MONDAY, 2))))
    assert [on_duty(at(MONDAY, hour), rota)[Rung.first] for hour in (0, 1, 2)] == [("wu",), ("lin", "wu"), ("lin",)]


def test_an_empty_week_is_one_gap() -> None:
    assert gaps(at(MONDAY, 0), at(MONDAY + DAY * 7, 0), Rota()) == [Gap(at(MONDAY, 0), at(MONDAY + DAY * 7, 0))]
