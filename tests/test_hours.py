"""Hours as settings write them: nights, weekdays, what comes next."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.clock import LOCAL
from bot.hours import Hours

NIGHT = Hours.parse("21:00-08:00")
OFFICE = Hours.parse("1-5 08:30-12:00, 1-5 14:30-18:00, 6 09:00-11:00")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("2026-11-26T20:59", False), ("2026-11-26T21:00", True), ("2026-11-27T07:59", True), ("2026-11-27T08:00", False)],
)
def test_a_night_goes_past_midnight(at: str, quiet: bool) -> None:
    assert NIGHT.holds(moment(at)) is quiet


def test_the_end_of_a_night_is_the_next_morning() -> None:
    assert NIGHT.end(moment("2026-11-26T23:30")) == moment("2026-11-27T08:00")
    assert NIGHT.end(moment("2026-11-27T00:30")) == moment("2026-11-27T08:00")
    assert NIGHT.end(moment("2026-11-27T12:00")) == moment("2026-11-27T12:00")


@pytest.mark.parametrize(
    ("at", "start"),
    [
        ("2026-11-26T07:00", "2026-11-26T08:30"),  # a Thursday
        ("2026-11-26T12:30", "2026-11-26T14:30"),
        ("2026-11-27T18:30", "2026-11-28T09:00"),
        ("2026-11-28T12:00", "2026-11-30T08:30"),
    ],
)
def test_the_next_duty_is_found_across_the_weekend(at: str, start: str) -> None:
    assert OFFICE.next_start(moment(at)) == moment(start)


def test_nothing_set_means_nothing_known() -> None:
    unknown = Hours.parse("")
    assert not unknown.holds(moment("2026-11-26T12:00"))
    assert unknown.next_start(moment("2026-11-26T12:00")) is None


@pytest.mark.parametrize("wrong", ["8-17", "25:00-26:00", "0-3 08:00-09:00", "always"])
def test_what_is_not_hours_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        Hours.parse(wrong)
