"""Leave for a birth or after a miscarriage, in Henan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.knowledge.calculators.asking import (
    NO,
    YES,
    Calculator,
    Facts,
    Question,
    choice,
    count,
    day_near,
    day_of,
    decimal_of,
    is_one_of,
    yes_no,
)
from bot.knowledge.calculators.worked import Row, Values, Worked, chinese
from bot.knowledge.spoken import last_day

STATE, HENAN = "女职工劳动保护特别规定第七条", "河南省人口与计划生育条例"
BASE, DIFFICULT, EACH_MORE, BEFORE = 98, 15, 15, 15
HENAN_MONTHS = 3
EARLY, LATE = 15, 42  # miscarriage below four months, and from four months on


@dataclass(frozen=True)
class Birth:
    """How many children, whether the birth was difficult, the first day of leave if it is known."""

    babies: int = 1
    difficult: bool = False
    begins: date | None = None


def work_out(given: Birth) -> Worked:
    """Gives the days and months of leave, and its last day."""
    more = (given.babies - 1) * EACH_MORE
    days = BASE + more + (DIFFICULT if given.difficult else 0)
    rows = [Row("国家产假 98 天，里头有 15 天可以在产前休", STATE)]
    rows += [Row(f"难产多 15 天：98＋15＝{BASE + DIFFICULT} 天", STATE)] if given.difficult else []
    rows += [Row(f"多胞胎每多一个多 15 天：{given.babies - 1}×15＝{more} 天", STATE)] if more else []
    rows += [Row(f"天数合起来 {days} 天", STATE), Row("河南另外再加三个月", HENAN)]
    rows += [Row("男方另有一个月护理假；孩子满三岁前，父母每年各有 10 天育儿假", HENAN)]
    values: Values = {"days": days, "months": HENAN_MONTHS}
    answer = f"产假是 {days} 天再加三个月。"
    if given.begins:
        last = last_day(given.begins + timedelta(days), HENAN_MONTHS)
        total = (last - given.begins).days + 1
        rows.insert(
            -1, Row(f"从 {chinese(given.begins)} 休起，先数天、再数三个月，一共 {total} 天", f"{STATE}；{HENAN}")
        )
        answer += f"从 {chinese(given.begins)} 休到 {chinese(last)}。"
        values |= {"last_day": last, "total_days": total}
    assumes = (
        "天数和月份连着休，先数天、再数月；单位换个数法，会差一两天",
        "按河南的规定，别的省不一样",
        "没算生育津贴",
    )
    return Worked(answer, tuple(rows), assumes, values)


def after_miscarriage(late: bool, begins: date | None = None) -> Worked:
    """Gives the days of leave, and the last one if the first is known."""
    days = LATE if late else EARLY
    told = "满四个月的 42 天" if late else "不满四个月的 15 天"
    rows = [Row(f"怀孕{told}", STATE)]
    answer = f"先把身子养好。产假是 {days} 天。"
    values: Values = {"days": days}
    if begins:
        last = begins + timedelta(days - 1)
        answer += f"从 {chinese(begins)} 休到 {chinese(last)}。"
        rows.append(Row(f"从 {chinese(begins)} 数起，第 {days} 天是 {chinese(last)}", STATE))
        values["last_day"] = last
    assumes = ("要医院的诊断证明，上面写明怀孕多少周", "这是产假，不是事假，不能因为这个降工资、辞退（第五条）")
    return Worked(answer, tuple(rows), assumes, values)


def _from_facts(facts: Facts, today: date) -> Worked:
    start = day_of(facts, "leave_from")
    begins = start.date if start else None
    if facts.get("birth") == "miscarriage":
        return after_miscarriage(facts.get("four_months") == YES, begins)
    babies = int(decimal_of(facts, "babies") or Decimal(1))
    return work_out(Birth(babies, facts.get("difficult", NO) == YES, begins))


def _babies(text: str, today: date) -> str | None:
    """Reads how many children, also as twins and triplets."""
    for word, babies in (("双胞胎", "2"), ("龙凤胎", "2"), ("三胞胎", "3")):
        if word in text:
            return babies
    return count(8, 1)(text, today)


CALCULATOR = Calculator(
    name="maternity",
    title="产假",
    words=r"(?<!陪)产假|生孩子.{0,4}(?:休|歇|假)|生娃.{0,4}(?:休|歇|假)|流产|小产|坐月子",
    faq="women_maternity_leave",
    questions=(
        Question(
            "birth",
            "生育还是流产",
            choice(miscarriage=r"流产|小产|引产|胎停|没保住|没了", birth=r"生|产假|birth"),
            r"生育|流产",
            "choice",
            required=True,
        ),
        Question("babies", "几个孩子", _babies, r"几个|孩子|胞胎", "count", when=is_one_of("birth", "birth")),
        Question("difficult", "难产", yes_no, r"难产", "choice", when=is_one_of("birth", "birth")),
        Question(
            "four_months",
            "怀孕满四个月",
            yes_no,
            r"四个月",
            "choice",
            when=is_one_of("birth", "miscarriage"),
            required=True,
        ),
        Question("leave_from", "开始休的日子", day_near, r"开始|休起|哪天", "day"),
    ),
    work_out=_from_facts,
)
