"""Double pay for the months without a written contract: from the second month to the end of the first year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.knowledge.calculators.asking import (
    NO,
    Calculator,
    Facts,
    Question,
    day_of,
    day_or_not_yet,
    decimal_of,
    money,
    months_of,
    since,
)
from bot.knowledge.calculators.worked import PAID_DAYS, Contradiction, Row, Values, Worked, cents, chinese, plain, yuan
from bot.knowledge.spoken import add_months, whole_months

PERIOD = "劳动合同法第八十二条；劳动合同法实施条例第六条、第七条"
PARTS = "最高法劳动争议解释（二）第六条"
OPEN_ENDED = "劳动合同法第十四条；劳动合同法实施条例第七条"
SATURDAY = 5


@dataclass(frozen=True)
class DoublePay:
    """`until`: the first day that no longer counts (signed, or the day after leaving, or tomorrow). Yuan a month."""

    joined: date
    until: date
    pay: Decimal | None = None


def work_out(given: DoublePay) -> Worked:
    """Gives the period and, if the pay is known, the second half of the double pay."""
    begins, year_ends = add_months(given.joined, 1), add_months(given.joined, 12)
    ends = min(given.until, year_ends)
    if ends <= begins:
        return _nothing(given, begins)
    months = whole_months(given.joined, ends)[0] - 1
    odd_days = weekdays(add_months(given.joined, months + 1), ends)
    rows = [
        _period_row(given, begins, ends),
        Row(f"一共 {months} 个整月，零头 {odd_days} 个工作日（按周一到周五数）", PARTS),
    ]
    if given.until > year_ends:
        rows.append(Row("满一年还没签，当作已经订了无固定期限合同，往后不再付二倍", OPEN_ENDED))
    values: Values = {"months": months, "odd_days": odd_days, "first_day": begins, "last_day": ends - timedelta(1)}
    if given.pay is None:
        return Worked(f"能要二倍工资的时间是 {months} 个月零 {odd_days} 个工作日。", tuple(rows), _assumes(), values)
    total, paid_rows = _money(given.pay, months, odd_days)
    answer = f"在已经发的工资之外，还差大约 {yuan(total)}。"
    return Worked(answer, (*rows, *paid_rows), _assumes(), {**values, "total": total})


def weekdays(start: date, end: date) -> int:
    """Gives the days from Monday to Friday from a day to another (not included)."""
    return sum((start + timedelta(days)).weekday() < SATURDAY for days in range((end - start).days))


def _money(pay: Decimal, months: int, odd_days: int) -> tuple[Decimal, list[Row]]:
    whole = cents(pay * months)
    part = min(cents(pay / PAID_DAYS * odd_days), cents(pay))
    rows = [Row(f"整月：{plain(pay)}×{months}＝{yuan(whole)}", "劳动合同法第八十二条")]
    if odd_days:
        rows.append(Row(f"零头：{plain(pay)}÷21.75×{odd_days}＝{yuan(part)}（最多一个月的工资）", PARTS))
    return whole + part, rows


def _nothing(given: DoublePay, begins: date) -> Worked:
    row = Row(f"用工满一个月之前签了合同或者走了；从 {chinese(begins)} 起才算二倍", PERIOD)
    none: Values = {"months": 0, "odd_days": 0, "total": Decimal(0)}
    return Worked("没到付二倍工资的时候。", (row,), _assumes(), none)


def _period_row(given: DoublePay, begins: date, ends: date) -> Row:
    last = ends - timedelta(1)
    return Row(f"{chinese(given.joined)}进的厂，二倍从 {chinese(begins)} 算到 {chinese(last)}，最多十一个月", PERIOD)


def _assumes() -> tuple[str, ...]:
    return (
        "平常那份工资已经发了，算的是还差的那一份",
        "零头本来看实际上班的日子，这里按周一到周五数，没扣法定假日",
        "单位能证明是你自己不肯签的，这笔钱可能要不到（最高法劳动争议解释（二）第六条、第七条）",
        "申请仲裁一般只有一年时间，别拖（劳动争议调解仲裁法第二十七条）",
    )


def _from_facts(facts: Facts, today: date) -> Worked:
    joined, signed, left = (day_of(facts, name) for name in ("joined", "signed", "gone"))
    past = (left.date if left else today) + timedelta(1)
    start = joined.date if joined else add_months(past, -(months_of(facts["joined"]) or 0))
    for question, day in (("signed", signed), ("gone", left)):
        if day is not None and day.date < start:
            raise Contradiction(question)
    return work_out(DoublePay(start, signed.date if signed else past, decimal_of(facts, "pay")))


CALCULATOR = Calculator(
    name="double_pay",
    title="没签合同的二倍工资",
    words=r"没签|未签|不签|双倍工资|二倍工资|双份工资|两倍工资.*合同|合同.*[双二两]倍",
    faq="contract_double_wage",
    questions=(
        Question("joined", "入职日子", since, r"入职|进厂|进公司|干了|来的|上班那", "since", required=True),
        Question("signed", "补签合同的日子", day_or_not_yet, r"签|合同", "day_or_no"),
        Question(
            "gone",
            "离开日子",
            day_or_not_yet,
            r"离职|离开|走的|走人|辞",
            "day_or_no",
            when=lambda facts: "-" not in facts.get("signed", NO),
        ),
        Question("pay", "月工资", money, r"工资|月薪", "money"),
    ),
    work_out=_from_facts,
)
