"""Leave for parents of a small child in Henan: a month of care for the father, ten days a year for each parent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.knowledge.calculators.asking import Calculator, Facts, Question, choice, day_near, day_of
from bot.knowledge.calculators.worked import Row, Values, Worked, chinese
from bot.knowledge.spoken import add_months, last_day

HENAN = "河南省人口与计划生育条例"
DAYS, YEARS = 10, 3


@dataclass(frozen=True)
class Child:
    """The child's birthday, who asks, and the day on which it is asked."""

    born: date
    father: bool
    today: date


def work_out(given: Child) -> Worked:
    """Gives the leave of the year that runs, what is still to come until three, and the father's month."""
    year = year_of_life(given.born, given.today)
    left = YEARS + 1 - year if year else YEARS if given.today < given.born else 0
    rows = [Row(_born_row(given.born), HENAN)]
    values: Values = {"days": DAYS if year else 0, "to_come": DAYS * left}
    if year:
        first, last = _year(given.born, year)
        rows.append(Row(f"现在是第 {year} 个年头（{chinese(first)} 到 {chinese(last)}），父母每人 10 天", HENAN))
        rows.append(Row(f"到满三岁前，算上今年还有 {left} 个年头：{left}×10＝{DAYS * left} 天", HENAN))
        values |= {"year": year, "first_day": first, "last_day": last}
    if given.father:
        values["care_until"] = until = last_day(given.born, 1)
        rows.append(Row(f"护理假一个月：从出生那天休，休到 {chinese(until)}", HENAN))
    assumes = (
        "“每年”按孩子的周岁年数；单位按公历年数的，总数差不多",
        "父母各休各的，不用二选一",
        "怎么分开休，看单位的规定",
    )
    return Worked(_answer(given, year), tuple(rows), assumes, values)


def _answer(given: Child, year: int) -> str:
    care = "另外，生的时候有一个月护理假。" if given.father else ""
    if year:
        return f"你今年有 10 天育儿假，最晚休到 {chinese(_year(given.born, year)[1])}。{care}"
    if given.today < given.born:
        return f"孩子出生后才有育儿假，每年 10 天，到满三岁。{care}"
    return f"孩子已经满三岁，没有育儿假了。{care}"


def year_of_life(born: date, today: date) -> int:
    """Gives which of the first three years of life a day lies in, 1 to 3; 0 outside of them."""
    return next((year for year in range(1, YEARS + 1) if _year(born, year)[0] <= today <= _year(born, year)[1]), 0)


def _year(born: date, year: int) -> tuple[date, date]:
    return add_months(born, 12 * (year - 1)), add_months(born, 12 * year) - timedelta(1)


def _born_row(born: date) -> str:
    return f"孩子 {chinese(born)} 出生，{chinese(add_months(born, 12 * YEARS))} 满三岁；满三岁前每年 10 天"


def _from_facts(facts: Facts, today: date) -> Worked:
    born = day_of(facts, "born")
    return work_out(Child(born.date if born else today, facts.get("parent") == "father", today))


CALCULATOR = Calculator(
    name="child_leave",
    title="护理假和育儿假",
    words=r"育儿假|陪产|护理假|带娃.{0,4}假|带孩子.{0,4}假",
    faq="women_childcare_leave",
    questions=(
        Question(
            "parent", "爸爸还是妈妈", choice(father=r"爸|父|男|爹", mother=r"妈|母|女|娘"), r"爸|妈|父|母", "choice"
        ),
        Question("born", "孩子生日", day_near, r"生日|出生|生的|预产", "day", required=True),
    ),
    work_out=_from_facts,
)
