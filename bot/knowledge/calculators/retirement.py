"""When somebody may retire under the reform that began in 2025, and how many years of contributions that takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.knowledge.calculators.asking import (
    Calculator,
    Facts,
    Question,
    choice,
    day_of,
    day_past,
    months_of,
    span,
)
from bot.knowledge.calculators.worked import Row, Values, Worked
from bot.knowledge.spoken import add_months

DECISION = "关于实施渐进式延迟法定退休年龄的决定"
MEASURES = "国务院关于渐进式延迟法定退休年龄的办法"
BEGIN = date(2025, 1, 1)
FLEXIBLE = 36  # months earlier or later, at most
WORKERS = {  # → age before the reform, months of age for one month later, most months later, in words
    "man": (60, 4, 36, "男职工"),
    "cadre": (55, 4, 36, "女干部（管理、技术岗位）"),
    "worker": (50, 2, 60, "女工人"),
}


@dataclass(frozen=True)
class Worker:
    """First day of the month of birth, which of WORKERS, and months of contributions paid so far if known."""

    born: date
    kind: str
    paid: int | None = None


def months_later(born: date, kind: str) -> int:
    """Gives by how many months the reform moves this person: a started step counts whole."""
    age, step, most, _ = WORKERS[kind]
    after = _months_between(BEGIN, _months_on(born, age * 12))
    return min(after // step + 1, most) if after >= 0 else 0


def contribution_months(year: int) -> int:
    """Gives the least months of contributions for a pension from that year on: 180, from 2030 on 6 more each year."""
    return 180 + min(max(year - 2029, 0), 10) * 6


def work_out(given: Worker) -> Worked:
    """Gives age and month of retirement, the earliest and the latest one that can be chosen, and the contributions."""
    age, step, _, words = WORKERS[given.kind]
    later = months_later(given.born, given.kind)
    original, due = _months_on(given.born, age * 12), _months_on(given.born, age * 12 + later)
    earliest, latest = max(original, _months_on(due, -FLEXIBLE)), _months_on(due, FLEXIBLE)
    rows = [Row(f"{words}，原来 {age} 岁退休，也就是 {_month(original)}", DECISION), _later_row(original, step, later)]
    rows.append(
        Row(
            f"自己愿意，最早 {_month(earliest)}（不早于原来的年龄，还要缴够年限）；跟单位商量好，最晚 {_month(latest)}",
            DECISION,
        )
    )
    rows += [_paid_row(due, given.paid), *_early_row(earliest, due)]
    values: Values = {
        "age": f"{age + later // 12} 岁" + (f" {later % 12} 个月" if later % 12 else ""),
        "later": later,
        "month": due,
        "earliest": earliest,
        "latest": latest,
        "contributions": contribution_months(due.year),
    }
    assumes = (
        "出生年月以档案和身份证认定的为准",
        "井下、高温这类特殊工种可以另外申请提前，没算进来（办法第八条）",
        "谁也不能逼你提前或者延后",
    )
    return Worked(f"{values['age']}退休，也就是 {_month(due)}。", tuple(rows), assumes, values)


def _later_row(original: date, step: int, later: int) -> Row:
    if not later:
        return Row("改革之前就到了年龄，不用延", DECISION)
    after = _months_between(BEGIN, original)
    return Row(
        f"从 2025 年 1 月起，每过 {step} 个月延一个月，不足的进上去：过了 {after} 个月，延 {later} 个月", DECISION
    )


def _paid_row(due: date, paid: int | None) -> Row:
    needed = contribution_months(due.year)
    text = f"{due.year} 年领养老金，最少要缴 {_years(needed)}"
    if paid is not None:
        short = max(needed - paid, 0)
        text += f"；你缴了 {_years(paid)}，" + (f"还差 {_years(short)}" if short else "已经够了")
    return Row(text, f"{MEASURES}第二条")


def _early_row(earliest: date, due: date) -> list[Row]:
    if earliest.year == due.year:
        return []
    return [Row(f"选最早那个月，最少要缴 {_years(contribution_months(earliest.year))}", f"{MEASURES}第二条")]


def _years(months: int) -> str:
    return (
        "".join((f"{months // 12} 年" if months >= 12 else "", f" {months % 12} 个月" if months % 12 else "")) or "0 年"
    )


def _month(day: date) -> str:
    return f"{day.year} 年 {day.month} 月"


def _months_on(day: date, months: int) -> date:
    return add_months(day.replace(day=1), months)


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _from_facts(facts: Facts, today: date) -> Worked:
    born, paid = day_of(facts, "birthday"), facts.get("paid", "")
    return work_out(Worker((born.date if born else today).replace(day=1), facts["worker"], months_of(paid)))


CALCULATOR = Calculator(
    name="retirement",
    title="退休时间",
    words=r"退休|几岁退|啥时候退|领养老金|养老金",
    faq="retirement_age_men",
    questions=(
        Question(
            "worker",
            "男职工、女干部还是女工人",
            choice(cadre=r"女?干部|管理|技术岗|cadre", worker=r"女工人|女职工|女的?$|工人岗|worker", man=r"男|man"),
            r"男|女|干部|工人",
            "choice",
            required=True,
        ),
        Question("birthday", "出生年月", day_past, r"生日|出生|生的", "birthday", required=True),
        Question("paid", "养老保险缴了多久", span, r"缴|交|社保|养老", "span"),
    ),
    work_out=_from_facts,
)
