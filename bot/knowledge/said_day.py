"""A day in a worker's words. Where only a month or a year is said its first day counts, so that no deadline is told
too late."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

LONGEST_AGO = 20_000  # days
_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN = re.compile("[零〇一二两三四五六七八九十]+(?=[年个天周月号日])")
_YEARS_BACK = {"今年": 0, "去年": 1, "前年": 2, "大前年": 3, "明年": -1, "后年": -2}
_DAYS_BACK = {"今天": 0, "今早": 0, "刚才": 0, "昨天": 1, "昨晚": 1, "前天": 2, "大前天": 3}
_MONTHS_BACK = {"这个月": 0, "本月": 0, "上个月": 1, "上月": 1, "上上个月": 2}
_AGO = re.compile(r"(\d+|半)个?(天|周|星期|礼拜|月|年)(?:多)?(?:以?前|之前)")
_SHORT = re.compile(r"(?<![\d./-])(\d{1,2})[./-](\d{1,2})(?![\d./-])")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR = re.compile(r"(\d{4}|\d{2})年(?!前)")
_MONTH = re.compile(r"(\d{1,2})月")
_DAY = re.compile(r"(\d{1,2})[号日]|(?:月|月份)(\d{1,2})(?!\d)")


def day_said(text: str, today: date) -> date | None:
    """Gives the day that is meant, never one after `today`; None where no day is said or there is no such one.

    A month without a year is the last one of that name.
    """
    words = _HAN.sub(_as_digits, unicodedata.normalize("NFKC", text).replace(" ", ""))
    words = _SHORT.sub(r"\1月\2号", words)
    found = _relative(words, today) or _on_calendar(words, today)
    return found if found is None or found <= today else None


def _as_digits(match: re.Match[str]) -> str:
    words = match.group()
    tens, ten, ones = words.partition("十")
    if not ten:
        return "".join(str(_DIGITS[word]) for word in words)
    return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))


def _relative(words: str, today: date) -> date | None:
    if ago := _AGO.search(words):
        return _ago(ago.group(1), ago.group(2), today)
    back = next((days for name, days in sorted(_DAYS_BACK.items(), key=_longest) if name in words), None)
    if back is not None:
        return today - timedelta(days=back)
    if re.search("上个?(?:周|星期|礼拜)", words):
        return today - timedelta(days=today.weekday() + 7)
    return None


def _ago(number: str, unit: str, today: date) -> date | None:
    halves = {"天": 1, "月": 15, "年": 183}
    if number == "半":
        return today - timedelta(days=halves.get(unit, 4))
    days = int(number) * {"天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 31, "年": 366}[unit]
    return today - timedelta(days=days) if days < LONGEST_AGO else None


def _on_calendar(words: str, today: date) -> date | None:
    if exact := _DATE.search(words):
        return _day(*map(int, exact.groups()))
    year, (month, months_year) = _year(words, today), _month(words, today)
    day = next((int(one or other) for one, other in _DAY.findall(words)), None)
    if month is None:
        return date(year, 1, 1) if year is not None and day is None else None
    if year is not None:
        return _day(year, month, day or 1)
    if months_year is not None:
        return _day(months_year, month, day or 1)
    this_year = _day(today.year, month, day or 1)
    return this_year if this_year is not None and this_year <= today else _day(today.year - 1, month, day or 1)


def _year(words: str, today: date) -> int | None:
    if said := _YEAR.search(words):
        return int(said.group(1)) % 100 + 2000 if len(said.group(1)) == 2 else int(said.group(1))
    back = next((years for name, years in sorted(_YEARS_BACK.items(), key=_longest) if name in words), None)
    return None if back is None else today.year - back


def _month(words: str, today: date) -> tuple[int | None, int | None]:
    """The month, and its year where the words say how long ago it was."""
    back = next((months for name, months in sorted(_MONTHS_BACK.items(), key=_longest) if name in words), None)
    if back is not None:
        count = today.year * 12 + today.month - 1 - back
        return count % 12 + 1, count // 12
    if edge := re.search("年([初底末])", words):
        return 1 if edge.group(1) == "初" else 12, None
    said = _MONTH.search(words)
    return (int(said.group(1)), None) if said else (None, None)


def _longest(row: tuple[str, int]) -> int:
    return -len(row[0])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year > 1950 else None
    except ValueError:
        return None
