"""Figures in the words of the page: each table with its title, its names, its shares and its chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from bot.care.figures import REPLIED, SEEN, Breakdown, Figures
from bot.care.suppression import Table
from bot.console import case_labels, chart, labels
from bot.db.states import CaseState, Category, RatingValue, Verdict
from bot.level import Level
from bot.settings import settings

WIDE, NARROW = 720, 340
HIDDEN = "不列"
ALL = {"all": "人次"}
_SEEN = dict(zip(SEEN, ("及时看到", "超时看到", "还没有人看到", "没有叫真人"), strict=True))
_REPLIED = dict(
    zip(REPLIED, ("及时回话", "超时回话", "还在等", "职工先走了", "没有等到回话", "没有叫真人"), strict=True)
)
_RATED = {RatingValue.good: "帮上了", RatingValue.fair: "帮上一些", RatingValue.poor: "没帮上", "unrated": "没有点"}
_OUTCOMES: dict[str, str] = {one.value: label for one, label in case_labels.OUTCOMES.items()}
_OUTCOMES |= {"unsaid": "没有记", "open": "还没有结案"}
_SECTIONS: dict[str, tuple[str, str, Mapping[str, str]]] = {  # key → title, what one row is, how a row is called
    "seen": ("多久有人看到", "看到", _SEEN),
    "replied": ("多久有真人回话", "回话", _REPLIED),
    "by_day": ("每天的个案", "日期", {}),
    "by_hour": ("一天里什么时候来", "时段", {}),
    "signs_by_hour": ("一天里什么时候有危险信号", "时段", {}),
    "states": ("办到哪一步", "状态", {state: labels.STATES[state] for state in CaseState}),
    "categories": ("是什么事", "类别", {one: labels.CATEGORIES[one] for one in Category}),
    "outcomes": (
        "怎么结束的",
        "结果",
        _OUTCOMES,
    ),
    "load": ("各人接了多少", "值班员", {}),
    "alarms": ("报警准不准", "值班员的判断", {verdict: labels.VERDICTS[verdict] for verdict in Verdict}),
    "ratings": ("职工怎么说", "评价", _RATED),
}
_HINTS = {
    "by_day": "按个案开立的日子算。",
    "by_hour": "按个案开立的钟点算。",
    "signs_by_hour": "按每条带危险信号的消息算，一个个案可以有好几条。",
    "load": "按接手的个案算，转手的各算一次。只为看谁太累，不是排名。",
    "alarms": "按值班员在对话里打的标记算；漏报算在它本该有的级别上。",
    "ratings": "真人离开以后问一次，点一下就算，以最后一次为准。",
}
_BY_TIME = ("by_day", "by_hour", "signs_by_hour")


@dataclass(frozen=True)
class Section:
    """One table of the page; the charts are drawn for a wide and for a narrow screen."""

    key: str
    title: str
    hint: str
    head: str
    columns: tuple[tuple[str, str], ...]  # class and name
    rows: tuple[tuple[str, ...], ...]  # name, counts, sum; as they are shown
    charts: tuple[Markup, ...]
    share: str
    empty: bool


def sections(found: Figures) -> list[Section]:
    """All tables in the order of the page."""
    return [section(found.of(key)) for key in _SECTIONS]


def section(one: Breakdown) -> Section:
    """One table as it is shown."""
    title, head, _ = _SECTIONS[one.key]
    if one.table is None:
        return Section(one.key, title, hint(one.key), head, (), (), (), "", empty=True)
    table = one.table
    names = [_row_name(one, key) for key in table.rows]
    sums = ("合计", *(shown(value) for value in table.sums), shown(table.total))
    rows = [
        (name, *map(shown, cells), shown(end))
        for name, cells, end in zip(names, table.cells, table.row_sums, strict=True)
    ]
    columns = tuple((worst(key), level_name(key)) for key in table.columns)
    drawn = _charts(one, table, names, title)
    return Section(one.key, title, hint(one.key), head, columns, (*rows, sums), drawn, share(one), empty=False)


def shown(value: int | None) -> str:
    """Gives a count as it is written."""
    return HIDDEN if value is None else str(value)


def level_name(key: str) -> str:
    """Gives the name of a group of levels."""
    return ALL.get(key) or "、".join(labels.LEVELS[Level(level)] for level in key.split("+"))


def worst(key: str) -> str:
    """Gives the class with which a group is drawn."""
    return key.split("+")[0]


def _row_name(one: Breakdown, key: str) -> str:
    if one.key == "by_day":
        day = date.fromisoformat(key)
        last = day + timedelta(days=one.per - 1)
        return f"{day:%m-%d}" if one.per == 1 else f"{day:%m-%d} 至 {last:%m-%d}"
    if one.key in _BY_TIME:
        return f"{int(key)} 时" if one.per == 1 else f"{int(key)}–{int(key) + one.per} 时"
    return _SECTIONS[one.key][2].get(key, key)


def _charts(one: Breakdown, table: Table, names: list[str], title: str) -> tuple[Markup, ...]:
    by_time = one.key in _BY_TIME
    short = [name.split(" ")[0] for name in names] if by_time else names
    text = f"{title}。数字在下面的表里。虚线框是少于 5 而不列的数。"
    series = [worst(key) for key in table.columns]
    drawn = chart.Chart(one.key, title, text, short, series, table.cells)
    draw: Callable[[chart.Chart, int], Markup] = chart.columns if by_time else chart.bars
    return draw(drawn, WIDE), draw(drawn, NARROW)


def hint(key: str) -> str:
    """Gives how a table is counted."""
    targets = {"seen": settings().acknowledge_targets, "replied": settings().reply_targets}
    if key not in targets:
        return _HINTS.get(key, "按个案现在的情况算。")
    imminent, high, other = (f"{float(part):g}" for part in targets[key].split(","))
    in_time = f"紧急 {imminent} 分钟内，高危 {high} 分钟内，其他 {other} 分钟内"
    return f"从职工叫真人或发出危险信号算起。及时的意思是：{in_time}。"


def share(one: Breakdown) -> str:
    """Gives what the numbers that are shown say in one sentence; empty where one of them is hidden."""
    shares = {"seen": ("in_time", "late"), "replied": ("in_time", "late"), "alarms": ("right", "wrong")}
    words = {"seen": "看到的里面，及时的占", "replied": "回了话的里面，及时的占", "alarms": "判过的报警里，判得对的占"}
    if one.table is None or one.key not in shares:
        return ""
    good, bad = (one.table.row_sums[one.table.rows.index(key)] for key in shares[one.key])
    if good is None or bad is None or good + bad == 0:
        return ""
    return f"{words[one.key]} {100 * good / (good + bad):.0f}%。"


def duration(seconds: float | None) -> str:
    """Gives a length of time in words."""
    if seconds is None:
        return HIDDEN
    if seconds < 120:
        return f"{seconds:.0f} 秒"
    return f"{seconds / 60:.0f} 分钟" if seconds < 7200 else f"{seconds / 3600:.1f} 小时"


def speeds(found: Figures) -> list[tuple[str, ...]]:
    """Gives the rows of the table of times."""
    return [
        (level_name(one.levels), *map(duration, (one.seen_median, one.seen_p90, one.reply_median, one.reply_p90)))
        for one in found.speeds
    ]
