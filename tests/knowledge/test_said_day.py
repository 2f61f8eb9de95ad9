"""Days in workers' words: the earlier reading counts, and none lies ahead."""

from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.said_day import day_said

TODAY = date(2026, 11, 28)  # a Saturday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026年8月15日", (2026, 8, 15)),
        ("2026-08-15", (2026, 8, 15)),
        ("二〇二五年三月二号", (2025, 3, 2)),
        ("25年3月", (2025, 3, 1)),
        ("八月十五号", (2026, 8, 15)),
        ("8.15", (2026, 8, 15)),
        ("8月15", (2026, 8, 15)),
        ("十二月", (2025, 12, 1)),
        ("去年八月", (2025, 8, 1)),
        ("去年年底", (2025, 12, 1)),
        ("前年", (2024, 1, 1)),
        ("上个月三号", (2026, 10, 3)),
        ("上上个月", (2026, 9, 1)),
        ("大前天", (2026, 11, 25)),
        ("昨晚下班时候", (2026, 11, 27)),
        ("十天前", (2026, 11, 18)),
        ("上周二", (2026, 11, 16)),
        ("三个月前", (2026, 8, 27)),
        ("２０２６年１１月２８日", (2026, 11, 28)),
    ],
)
def test_a_day_is_understood(words: str, day: tuple[int, int, int]) -> None:
    assert day_said(words, TODAY) == date(*day)


@pytest.mark.parametrize(
    "words", ["", "就是那天", "2026年13月1日", "2月30号", "2026年12月1日", "明年三月", "99999999年前", "15号", "三千块"]
)
def test_what_is_no_day_or_lies_ahead_is_none(words: str) -> None:
    assert day_said(words, TODAY) is None
