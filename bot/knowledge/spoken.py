"""Amounts, lengths of time and days as workers write them; None where it is not sure, so that one can ask again."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.knowledge.numerals import RUN, fold, number

_NUMBER = r"[\d.零一二两三四五六七八九十百千]+"
_ANOTHER_MEASURE = re.compile(r"[天日年周时]|小时")
_A_MONTH = re.compile(r"(?:每个?|一个?|1个?)月")
_NOTHING = re.compile(r"(?:.{0,2}[都也]|还|一直|从来)?没.{0,5}|无|零|不(?:加班|加|休)")
_YEARS = re.compile(rf"({_NUMBER})(?:周?年|岁)(半)?")
_MONTHS = re.compile(rf"({_NUMBER})个?(半)?月")
_VAGUE = re.compile(r"来|几|多|不到|差不多?[^。]{0,1}(?:年|月)|左右|上下|出头")
_WEEKDAY = re.compile(r"(?<![每一])(?:周|星期|礼拜)[一二三四五六日天末](?![天个])")  # 周六八小时 are eight


def money(text: str) -> Decimal | None:
    """Gives yuan; a sum by the day, the hour or the year, a range and two sums are none."""
    text = _A_MONTH.sub("", fold(text))
    if _ANOTHER_MEASURE.search(text):
        return None
    found = [value for run in RUN.findall(text) if (value := number(run)) is not None]
    whole = [run for run in RUN.findall(text) if number(run) is None]
    return found[0] if len(found) == 1 and not whole else None


def hours(text: str) -> Decimal | None:
    """Gives hours; a day counts as eight, a bare number as hours, none as 0."""
    text = _WEEKDAY.sub("", fold(text))
    if _NOTHING.fullmatch(text):
        return Decimal(0)
    named = re.findall(rf"({_NUMBER})个?(半)?(天|日|个?小时|个?钟头|个?钟|h)?(半)?", text)
    values = [
        _times(value, bool(half or after), 8 if unit in ("天", "日") else 1) for value, half, unit, after in named
    ]
    sure = values and None not in values and not _VAGUE.search(text)
    return sum((value for value in values if value is not None), Decimal(0)) if sure else None


def count(text: str) -> Decimal | None:
    """Gives how many (days, children); none is 0."""
    text = fold(text)
    if _NOTHING.fullmatch(text):
        return Decimal(0)
    if re.search(r"几|多|来", text):
        return None
    found = re.findall(rf"({_NUMBER})[个天日胎]?(半)?", text)
    return _times(found[0][0], bool(found[0][1]), 1) if len(found) == 1 else None


def _times(value: str, half: bool, each: int) -> Decimal | None:
    known = number(value)
    return None if known is None else (known + (Decimal("0.5") if half else 0)) * each


def months(text: str) -> int | None:
    """Gives a length of time in whole months: 3年半 is 42, 俩月 is 2; 三年多 is not sure."""
    text = fold(text).replace("又", "")
    if _VAGUE.search(text) or re.search(r"[前后号日]", text):
        return None
    if re.search(r"(?<![年个\d一二两三四五六七八九十])半年", text):
        return 6
    years, rest = _YEARS.search(text), _YEARS.sub("", text).removeprefix("零")
    part = _MONTHS.search(rest)
    if years is None and part is None:
        return None
    total = _times(years[1], bool(years[2]), 12) if years else Decimal(0)
    more = _times(part[1].removeprefix("零"), False, 1) if part else Decimal(0)
    return None if total is None or more is None else int(total + more)


@dataclass(frozen=True)
class Day:
    """A day; `exact` is false where only its month was said, and the first was taken."""

    date: date
    exact: bool = True

    def __str__(self) -> str:
        return self.date.isoformat() + ("" if self.exact else "~")


def day_from(kept: str) -> Day:
    """Gives the day that `str` of it stood for."""
    return Day(date.fromisoformat(kept.rstrip("~")), not kept.endswith("~"))


_RELATIVE_DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "后天": 2}
_RELATIVE_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_RELATIVE_MONTHS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1}
_D = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = r"(?P<year>\d{4}|\d{2}|[一二零三四五六七八九]{2}|[一二零三四五六七八九]{4})"
_SHAPES = (
    re.compile(rf"{_YEAR}年的?(?P<month>{_D})月份?(?:(?P<day>{_D})[日号]?)?(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)?(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4}|\d{2})[./\-](?P<month>\d{1,2})(?:[./\-](?P<day>\d{1,2}))?(?![\d./\-])"),
    re.compile(rf"(?P<said>大前年|前年|去年|今年|本年|明年|后年)的?(?P<month>{_D})月份?(?:(?P<day>{_D})[日号]?)?"),
    re.compile(rf"(?P<moved>上上|上|这|本|下)个?月(?:(?P<day>{_D})[日号])?"),
    re.compile(rf"(?<![\d年])(?P<month>{_D})月份?(?:(?P<day>{_D})[日号]?)?"),
)
_AGO = re.compile(rf"({_NUMBER}|半)(?:个?(半)?)(年|月|天|周|个?星期)(半)?以?(前|之前|后)")
_UNSURE_DAY = re.compile(r"[来几]号|[来几]日|十来天|大概[^\d]{0,3}号|几月|几号")
_EDGES = {"初": 1, "底": 31, "末": 31}


def day(text: str, today: date, past: bool = True) -> Day | None:
    """Gives the day that is meant; without its year the last such day (or, if not `past`, the nearest).

    With `past`, a day after today is none.
    """
    text = fold(text)
    if _UNSURE_DAY.search(text):
        return None
    found = _relative(text, today) or _written(text, today, past)
    if found is None or (past and found.date > today) or not 1900 < found.date.year < 2100:
        return None
    return found


def _relative(text: str, today: date) -> Day | None:
    for word, days in _RELATIVE_DAYS.items():
        if word in text:
            return Day(today + timedelta(days))
    ago = _AGO.search(text)
    if ago is None:
        return None
    many = Decimal("0.5") if ago[1] == "半" else _times(ago[1], bool(ago[2] or ago[4]), 1)
    if many is None or many > 600:
        return None
    sign = 1 if ago[5] == "后" else -1
    if ago[3] in ("年", "月"):
        return Day(add_months(today, sign * int(many * (12 if ago[3] == "年" else 1))), exact=False)
    return Day(today + timedelta(sign * int(many * (1 if ago[3] == "天" else 7))))


def _written(text: str, today: date, past: bool) -> Day | None:
    for shape in _SHAPES:
        if found := shape.search(text):
            parts = found.groupdict()
            edge = _EDGES.get(text[found.end() : found.end() + 1]) if not parts.get("day") else None
            return _built(parts, edge, today, past)
    return None


def _built(parts: dict[str, str | None], edge: int | None, today: date, past: bool) -> Day | None:
    month, wanted = _small(parts.get("month")), _small(parts.get("day"))
    if parts.get("moved"):
        moved = add_months(today.replace(day=1), _RELATIVE_MONTHS[str(parts["moved"])])
        return _made(moved.year, moved.month, wanted, edge)
    if month is None:
        return None
    if parts.get("said"):
        return _made(today.year + _RELATIVE_YEARS[str(parts["said"])], month, wanted, edge)
    if parts.get("year"):
        return _made(_year(str(parts["year"]), today), month, wanted, edge)
    years = (today.year, today.year - 1) if past else (today.year - 1, today.year, today.year + 1)
    made = [found for year in years if (found := _made(year, month, wanted, edge))]
    if past:
        return next((found for found in made if found.date <= today), None)
    return min(made, key=lambda found: abs(found.date - today), default=None)


def _made(year: int, month: int, wanted: int | None, edge: int | None) -> Day | None:
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    number_of = wanted if wanted is not None else min(edge, last) if edge else 1
    return Day(date(year, month, number_of), wanted is not None) if 1 <= number_of <= last else None


def _small(said: str | None) -> int | None:
    value = number(said) if said else None
    return int(value) if value is not None else None


def _year(said: str, today: date) -> int:
    value = int(number(said) or 0)
    if value >= 100:
        return value
    return value + (2000 if value <= today.year % 100 + 5 else 1900)


def add_months(start: date, more: int) -> date:
    """Gives the same day so many months on, or that month's last day if it has no such day."""
    month = start.year * 12 + start.month - 1 + more
    year, month = divmod(month, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def last_day(start: date, length: int) -> date:
    """Gives the last day of so many months from a day on; the month's last one where it has no such day."""
    found = add_months(start, length)
    return found if found.day < start.day else found - timedelta(1)


def whole_months(start: date, end: date) -> tuple[int, bool]:
    """Gives the whole months from a day to another (not included), and whether days are left over."""
    months = (end.year - start.year) * 12 + end.month - start.month
    months -= add_months(start, months) > end
    return months, add_months(start, months) < end
