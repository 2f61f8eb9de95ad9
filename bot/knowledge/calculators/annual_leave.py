"""Annual leave of one year: how many days, how many of them are still due, what they are worth unused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from bot.knowledge.calculators.asking import (
    Calculator,
    Facts,
    Question,
    count,
    day_of,
    day_or_not_yet,
    decimal_of,
    money,
    months_of,
    since,
)
from bot.knowledge.calculators.worked import (
    CONVERSION,
    PAID_DAYS,
    Contradiction,
    Row,
    Values,
    Worked,
    cents,
    chinese,
    plain,
    yuan,
)
from bot.knowledge.spoken import whole_months

REGULATION, RULES = "职工带薪年休假条例", "企业职工带薪年休假实施办法"
DAYS_OF_YEAR = 365  # the rules divide by it in leap years as well
EXTRA = 2  # of three daily wages one was paid anyway


@dataclass(frozen=True)
class AnnualLeave:
    """Months of work with all employers; first and last day of this year with this one; days taken; yuan a month."""

    months: int
    first: date
    last: date
    taken: Decimal = Decimal(0)
    pay: Decimal | None = None


def days_a_year(months: int) -> int:
    """Gives the days a year for so many months of work with all employers together."""
    return 0 if months < 12 else 5 if months < 120 else 10 if months < 240 else 15


def work_out(given: AnnualLeave) -> Worked:
    """Gives the days of this year, what is left of them, and the money for that if the pay is known."""
    entitled = days_a_year(given.months)
    rows = [_entitled_row(given.months, entitled)]
    if not entitled:
        none: Values = {"entitled": 0, "due": 0, "left": Decimal(0)}
        return Worked("连续干满十二个月才有年休假，现在还没到。", tuple(rows), _assumes(), none)
    due = _pro_rata(given, entitled)
    if not _whole_year(given):
        rows.append(_pro_rata_row(given, entitled, due))
    left = max(Decimal(due) - given.taken, Decimal(0))
    rows.append(
        Row(
            f"已经休了 {plain(given.taken)} 天，还剩 {due}－{plain(given.taken)}＝{plain(left)} 天"
            if left
            else "今年该休的已经休够了"
        )
    )
    values: Values = {"entitled": entitled, "due": due, "left": left}
    answer = f"今年该休 {due} 天，还剩 {plain(left)} 天。"
    if given.pay is None or not left:
        return Worked(answer, tuple(rows), _assumes(), values)
    total, paid_rows = _money(given.pay, left)
    answer += f"单位没安排休的，在正常工资之外还该多给大约 {yuan(total)}。"
    return Worked(answer, (*rows, *paid_rows), _assumes(), {**values, "total": total})


def _whole_year(given: AnnualLeave) -> bool:
    return (given.first.month, given.first.day, given.last.month, given.last.day) == (1, 1, 12, 31)


def _calendar_days(given: AnnualLeave) -> int:
    return (given.last - given.first).days + 1


def _pro_rata(given: AnnualLeave, entitled: int) -> int:
    if _whole_year(given):
        return entitled
    share = Decimal(_calendar_days(given)) * entitled / DAYS_OF_YEAR
    return min(int(share.to_integral_value(ROUND_FLOOR)), entitled)


def _entitled_row(months: int, entitled: int) -> Row:
    said = f"累计工作 {months // 12} 年 {months % 12} 个月"
    told = f"一年 {entitled} 天" if entitled else "不满一年，还没有"
    return Row(f"{said}：{told}（满一年 5 天、满十年 10 天、满二十年 15 天）", f"{REGULATION}第三条")


def _pro_rata_row(given: AnnualLeave, entitled: int, due: int) -> Row:
    days = _calendar_days(given)
    share = plain(Decimal(days) * entitled / DAYS_OF_YEAR)
    when = f"今年在这家 {chinese(given.first)} 到 {chinese(given.last)} 共 {days} 天"
    text = f"{when}：{days}÷365×{entitled}＝{share}，不满一天的不算，{due} 天"
    return Row(text, f"{RULES}第五条、第十二条")


def _money(pay: Decimal, left: Decimal) -> tuple[Decimal, list[Row]]:
    daily = pay / PAID_DAYS
    total = cents(daily * EXTRA * left)
    rows = [
        Row(f"日工资：{plain(pay)}÷21.75＝{plain(daily)} 元（中间不舍入）", f"{CONVERSION}；{RULES}第十一条"),
        Row(
            f"没休的按日工资三倍，里头一倍平常已经发了：{plain(daily)}×200%×{plain(left)}＝{yuan(total)}",
            f"{RULES}第十条",
        ),
    ]
    return total, rows


def _assumes() -> tuple[str, ...]:
    return (
        "工龄把换过的单位加在一起算",
        "是单位没安排休；自己书面说不休的，只给正常工资",
        "月工资不含加班费，按前十二个月平均",
        "病假、事假很长的年份可能没有年休假，没算进来",
    )


def _from_facts(facts: Facts, today: date) -> Worked:
    length, began, left, joined = (
        months_of(facts["service"]),
        day_of(facts, "service"),
        day_of(facts, "gone"),
        day_of(facts, "new_here"),
    )
    year = left.date.year if left else today.year
    first, last = date(year, 1, 1), left.date if left else date(year, 12, 31)
    if joined and joined.date.year == year:
        first = joined.date
    if first > last:
        raise Contradiction("gone")
    months = length if length is not None else whole_months(began.date, min(last, today))[0] if began else 0
    return work_out(
        AnnualLeave(months, first, last, decimal_of(facts, "taken") or Decimal(0), decimal_of(facts, "pay"))
    )


CALCULATOR = Calculator(
    name="annual_leave",
    title="年休假",
    words=r"年休假|年假|带薪假|公休假",
    faq="leave_annual_unused",
    questions=(
        Question("service", "一共干了多久", since, r"工龄|一共|总共|干了", "since", required=True),
        Question("new_here", "今年进这家的日子", day_or_not_yet, r"入职|进厂|新来|进这家", "day_or_no"),
        Question("gone", "离开日子", day_or_not_yet, r"离职|离开|走的|走人|辞", "day_or_no"),
        Question("taken", "已经休的天数", count(30), r"休了|歇了|已经休", "count"),
        Question("pay", "月工资", money, r"工资|月薪", "money"),
    ),
    work_out=_from_facts,
)
