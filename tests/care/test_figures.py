"""Figures for leads, against a set of cases that was counted by hand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from bot.care import figures
from bot.care.figures import Figures, Period
from bot.care.suppression import Table
from bot.clock import LOCAL
from bot.db.care_models import AlarmMark
from bot.db.models import Message
from bot.db.rating_models import Rating
from bot.db.session import transaction
from bot.db.states import Author, CaseState, Category, RatingValue, Verdict
from bot.level import Level
from tests.care.figures_ground import case, counsellor
from tests.care.ground import SetClock

DAY = datetime(2026, 11, 2, 0, 0, tzinfo=LOCAL)
HOUR = timedelta(hours=1)
MONTH = Period(DAY, DAY + timedelta(days=28))


def by_hand() -> None:
    """Six imminent cases at 2 in the morning, ten high ones at 15, six low ones; an exercise and one of last month."""
    with transaction() as session:
        lin, qiu = counsellor(session, "林"), counsellor(session, "邱")
        for number in range(6):
            facts = {"seen": 10.0 * (number + 1), "replied": 60.0 * (number + 1), "by": lin}
            case(session, DAY + 2 * HOUR, Level.imminent, state=CaseState.closed, **facts)
        for number in range(10):
            seen = 100.0 * (number + 1)  # up to 300 s are in time
            case(session, DAY + timedelta(days=1) + 15 * HOUR, Level.high, seen=seen, by=qiu, stopped=2000)
        for _ in range(6):
            case(session, DAY + timedelta(days=9) + 9 * HOUR, Level.low, called=False, category=Category.family)
        case(session, DAY + HOUR, Level.imminent, seen=1, replied=1, by=lin, drill=True)
        case(session, DAY - HOUR, Level.imminent, seen=1, replied=1, by=lin)


def found(key: str, of: Figures) -> Table:
    shown = of.of(key).table
    assert shown is not None
    return shown


def cell(shown: Table, row: str, column: str) -> int | None:
    return shown.cells[shown.rows.index(row)][shown.columns.index(column)]


def test_figures_are_those_counted_by_hand(any_database: str, at: SetClock) -> None:
    by_hand()
    of = figures.of(MONTH)
    imminent, high, low, _ = of.speeds
    assert (imminent.seen_median, imminent.seen_p90) == (35.0, None)  # of six no ninth tenth is told
    assert (imminent.reply_median, imminent.reply_p90) == (210.0, None)
    assert (high.seen_median, high.seen_p90, high.reply_median) == (550.0, 900.0, None)
    assert low.seen_median is None
    assert found("seen", of).sums == (6, 10, 6, 0)
    assert cell(found("seen", of), "not_called", "low") == 6
    assert cell(found("seen", of), "in_time", "imminent") == 6
    assert cell(found("seen", of), "late", "high") is None  # seven late, but the three in time may not be told
    assert cell(found("replied", of), "left", "high") == 10
    assert cell(found("states", of), "closed", "imminent") == 6
    assert cell(found("categories", of), "family", "low") == 6
    assert cell(found("by_hour", of), "02", "imminent") == 6
    assert cell(found("by_day", of), "2026-11-03", "high") == 10
    assert cell(found("signs_by_hour", of), "15", "high") == 10
    assert (cell(found("load", of), "林", "imminent"), cell(found("load", of), "邱", "high")) == (6, 10)


def test_alarms_and_ratings_are_counted_by_their_last_word(any_database: str, at: SetClock) -> None:
    with transaction() as session:
        lin = counsellor(session)
        for number in range(12):
            row = case(session, DAY + HOUR, Level.high)
            cry = Message(conversation_id=row.conversation_id, author=Author.worker, body="x", level=Level.high)
            session.add(cry)
            session.flush()
            verdicts = [Verdict.wrong] if number < 5 else [Verdict.wrong, Verdict.right]
            for verdict in verdicts:
                session.add(AlarmMark(message_id=cry.id, verdict=verdict, staff_id=lin, at=DAY + 2 * HOUR))
                session.flush()
            value = RatingValue.good if number < 6 else None
            facts = {"conversation_id": row.conversation_id, "case_id": row.id, "asked_at": DAY + 3 * HOUR}
            session.add(Rating(message_id=cry.id, value=value, **facts))
    of = figures.of(MONTH)
    alarms = found("alarms", of)
    assert (cell(alarms, "right", "high"), cell(alarms, "wrong", "high")) == (7, 5)
    assert [cell(found("ratings", of), key, "all") for key in figures.RATED] == [6, 0, 0, 6]


def test_levels_with_few_cases_are_counted_together() -> None:
    few = Counter({Level.imminent: 2, Level.high: 9, Level.low: 1, Level.none: 30})
    assert [figures.name(group) for group in figures.grouped(few)] == ["imminent+high", "low+none"]
    assert figures.grouped(Counter({Level.high: 4})) == []


def test_where_single_hours_would_tell_longer_parts_of_the_day_are_counted(database: object, at: SetClock) -> None:
    with transaction() as session:
        for hour in range(24):
            case(session, DAY + hour * HOUR, Level.high)
    of = figures.of(MONTH).of("by_hour")
    assert of.per == 6
    assert of.table is not None
    assert [row[1] for row in of.table.cells] == [6, 6, 6, 6]


def test_an_empty_period_has_no_tables(database: object) -> None:
    assert {one.table for one in figures.of(MONTH).breakdowns} == {None}


@pytest.mark.parametrize("days", [1, 31, 90, 366])
def test_a_period_by_day_has_as_many_rows_as_can_be_read(database: object, at: SetClock, days: int) -> None:
    with transaction() as session:
        for _ in range(6):
            case(session, DAY + HOUR, Level.high)
    shown = figures.of(Period(DAY, DAY + timedelta(days=days))).of("by_day").table
    assert shown is not None
    assert 1 <= len(shown.rows) <= 31
    assert shown.total == 6
