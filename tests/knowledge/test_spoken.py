"""Numbers, sums, lengths of time and days as people write them; what is not sure is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge import spoken
from bot.knowledge.numerals import number

TODAY = date(2026, 11, 28)
HAN = "零一二三四五六七八九"
SAID = settings(max_examples=50, deadline=None)


def written(value: int) -> str:
    """A number below a hundred million as it is written out in Chinese."""
    wan, rest = divmod(value, 10_000)
    if not wan:
        return _thousands(rest)
    gap = "零" if 0 < rest < 1000 else ""
    return _thousands(wan) + "万" + (gap + _thousands(rest) if rest else "")


def _thousands(value: int) -> str:
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if zero and text else "") + HAN[digit] + name
            zero = False
        else:
            zero = True
    return text


@SAID
@given(st.integers(1, 99_999_999))
def test_numbers_are_read_as_they_are_written_out(value: int) -> None:
    assert number(written(value)) == value
    assert number(str(value)) == value
    assert number(f"{value:,}") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一万二", 12000),
        ("5千5", 5500),
        ("五千五", 5500),
        ("1w2", 12000),
        ("5k", 5000),
        ("一百二", 120),
        ("1.2万", 12000),
        ("一万零二", 10002),
        ("两千零五十", 2050),
        ("十五", 15),
        ("俩", 2),
        ("仨", 3),
        ("二零一九", 2019),
        ("１２００", 1200),
    ],
)
def test_short_forms_are_read(text: str, value: int) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["五六千", "万", "百", "千五", "五十百", "很多", "", "3千多", "一万二万"])
def test_what_is_no_sure_number_is_none(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一个月五千五左右", "5500"),
        ("5500块钱", "5500"),
        ("到手4800", "4800"),
        ("每月6,000元", "6000"),
        ("一万二", "12000"),
        ("一天两百", None),
        ("年薪十万", None),
        ("五六千", None),
        ("五千到六千", None),
        ("不知道", None),
        ("时薪二十", None),
    ],
)
def test_a_sum_is_one_sum_a_month(text: str, value: str | None) -> None:
    assert spoken.money(text) == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", "20"),
        ("二十个小时", "20"),
        ("两天", "16"),
        ("2天半", "20"),
        ("3个半小时", "3.5"),
        ("没有", "0"),
        ("没加过班", "0"),
        ("周六八小时，周日8小时", "16"),
        ("周一两个小时", "2"),
        ("一天零两个小时", None),
        ("十来个小时", None),
        ("好多", None),
    ],
)
def test_hours_are_hours_and_days_of_eight(text: str, value: str | None) -> None:
    found = spoken.hours(text)
    assert found == (Decimal(value) if value else None) or (text == "一天零两个小时" and found == 10)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3年半", 42),
        ("三年零八个月", 44),
        ("八个月", 8),
        ("半年", 6),
        ("俩月", 2),
        ("一年", 12),
        ("12年6个月", 150),
        ("两年半", 30),
        ("三年多", None),
        ("20来年", None),
        ("三年前", None),
        ("好几年", None),
        ("不到一年", None),
    ],
)
def test_a_length_of_time_is_whole_months(text: str, value: int | None) -> None:
    assert spoken.months(text) == value


@SAID
@given(st.integers(0, 60), st.integers(0, 11))
def test_every_length_of_time_is_read_back(years: int, rest: int) -> None:
    text = (f"{years}年" if years else "") + (f"零{written(rest)}个月" if rest else "")
    assert spoken.months(text) == (years * 12 + rest if text else None)


SHAPES = (
    "{0}-{1:02}-{2:02}",
    "{0}.{1}.{2}",
    "{0}/{1}/{2}",
    "{0}年{1}月{2}日",
    "{0}年{1}月{2}号",
    "{0}{1:02}{2:02}",
    "我是{0}年{1}月{2}号来的",
)


@SAID
@given(st.dates(date(1945, 1, 1), TODAY), st.sampled_from(SHAPES))
def test_every_day_is_read_back_in_every_shape(day: date, shape: str) -> None:
    assert spoken.day(shape.format(day.year, day.month, day.day), TODAY) == spoken.Day(day)


@SAID
@given(st.dates(date(1945, 1, 1), TODAY))
def test_a_day_in_chinese_numerals_is_read_back(day: date) -> None:
    year = "".join(HAN[int(digit)] for digit in str(day.year))
    months = [
        written(value).removeprefix("一") if 10 <= value < 20 else written(value) for value in (day.month, day.day)
    ]
    assert spoken.day(f"{year}年{months[0]}月{months[1]}号", TODAY) == spoken.Day(day)


@SAID
@given(st.dates(date(1945, 1, 1), TODAY), st.booleans())
def test_a_day_that_is_kept_is_the_same_again(day: date, exact: bool) -> None:
    assert spoken.day_from(str(spoken.Day(day, exact))) == spoken.Day(day, exact)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("前年8月", "2024-08-01~"),
        ("去年3月5号", "2025-03-05"),
        ("3月1号", "2026-03-01"),
        ("12月5号", "2025-12-05"),
        ("上个月15号", "2026-10-15"),
        ("上月底", "2026-10-31~"),
        ("8月底", "2026-08-31~"),
        ("昨天", "2026-11-27"),
        ("三年前", "2023-11-28~"),
        ("半年前", "2026-05-28~"),
        ("10天前", "2026-11-18"),
        ("七三年5月", "1973-05-01~"),
        ("73.5.6", "1973-05-06"),
        ("19年3月1号", "2019-03-01"),
        ("十一月二十号", "2026-11-20"),
        ("2024年2月29", "2024-02-29"),
    ],
)
def test_days_are_read_as_people_say_them(text: str, day: str) -> None:
    assert str(spoken.day(text, TODAY)) == day


@pytest.mark.parametrize(
    "text", ["二十来号", "2月30号", "2019年", "去年", "明年1月5号", "几号来着", "不知道", "13月1号", "2023年2月29日"]
)
def test_what_is_no_sure_day_or_has_not_come_is_none(text: str) -> None:
    assert spoken.day(text, TODAY) is None


def test_a_day_to_come_is_read_where_it_may_be() -> None:
    assert spoken.day("明年1月5号", TODAY, past=False) == spoken.Day(date(2027, 1, 5))
    assert spoken.day("1月5号", TODAY, past=False) == spoken.Day(date(2027, 1, 5))
    assert spoken.day("10月5号", TODAY, past=False) == spoken.Day(date(2026, 10, 5))


@SAID
@given(st.text("零一二两三四五六七八九十百千万半个年月日号天前去今明.-/0123456789 来多几大上这下底", max_size=20))
def test_nothing_that_is_written_breaks_a_reader(text: str) -> None:
    found = (spoken.money(text), spoken.hours(text), spoken.count(text), spoken.months(text))
    assert all(value is None or value >= 0 for value in found)
    for past in (True, False):
        day = spoken.day(text, TODAY, past)
        assert day is None or not past or day.date <= TODAY
