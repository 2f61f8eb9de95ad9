"""The reply window against a plain count: whatever happens in whatever order, the two agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.window import RESERVE, WINDOWS, Allowance, Window, allowance, joinable, window_of

START = datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_web_and_telegram_have_no_window_and_the_others_what_they_publish() -> None:
    assert window_of("web") is None
    assert window_of("telegram") is None
    assert (WINDOWS["wechat"].span, WINDOWS["wechat"].messages) == (timedelta(hours=48), 5)
    assert (WINDOWS["weibo"].span, WINDOWS["weibo"].messages) == (timedelta(hours=48), None)


@pytest.mark.parametrize(
    ("left", "person", "bot"), [(5, True, True), (3, True, True), (2, True, False), (1, True, False), (0, False, False)]
)
def test_the_last_messages_are_kept_for_a_person_while_a_case_is_open(left: int, person: bool, bot: bool) -> None:
    found = Allowance(START + timedelta(hours=1), left, reserved=True)
    assert (found.admits(START, by_person=True), found.admits(START, by_person=False)) == (person, bot)
    unreserved = Allowance(START + timedelta(hours=1), left, reserved=False)
    assert unreserved.admits(START, by_person=False) == (left > 0)


def test_at_the_second_at_which_it_closes_it_is_closed() -> None:
    found = allowance(Window(timedelta(hours=48), 5), START, 0, case_is_open=False)
    before = START + timedelta(hours=48) - timedelta(seconds=1)
    assert found.is_open(before)
    assert found.is_short(before)
    assert not found.is_open(before + timedelta(seconds=1))
    assert not found.admits(before + timedelta(seconds=1), by_person=True)


def test_little_time_or_few_messages_is_said_in_time() -> None:
    plenty = Allowance(START + timedelta(hours=3), RESERVE + 1, reserved=False)
    assert not plenty.is_short(START)
    assert plenty.is_short(START + timedelta(hours=1))
    assert Allowance(START + timedelta(hours=3), RESERVE, reserved=False).is_short(START)
    assert not Allowance(START + timedelta(hours=3), None, reserved=False).is_short(START)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.integers(1, 120))
def test_joined_texts_never_exceed_the_bound_unless_one_alone_does(texts: list[str], longest: int) -> None:
    count = joinable(texts, Window(timedelta(hours=1), longest=longest))

    def size(number: int) -> int:
        return len("\n".join(texts[:number]).encode("utf-8", "replace"))

    assert 1 <= count <= len(texts)
    assert count == 1 or size(count) <= longest
    assert count == len(texts) or size(count + 1) > longest
