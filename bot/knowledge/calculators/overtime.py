"""Overtime pay of one month under standard hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.knowledge.calculators.asking import Calculator, Facts, Question, decimal_of, hours, money
from bot.knowledge.calculators.worked import CONVERSION, PAID_DAYS, Row, Worked, cents, plain, yuan

HOURS_A_DAY = 8
MOST_HOURS = 36  # of extended working days in a month
RATES = {"weekday": Decimal("1.5"), "restday": Decimal(2), "holiday": Decimal(3)}
WORDS = {"weekday": "工作日延时", "restday": "休息日没补休", "holiday": "法定假日"}
PAY = "劳动法第四十四条"


@dataclass(frozen=True)
class Overtime:
    """Monthly pay for normal hours in yuan; hours of a month on each kind of day."""

    pay: Decimal
    weekday: Decimal = Decimal(0)
    restday: Decimal = Decimal(0)
    holiday: Decimal = Decimal(0)


def work_out(given: Overtime) -> Worked:
    """Gives what is due for each kind of day, and the sum."""
    hourly = given.pay / PAID_DAYS / HOURS_A_DAY
    worked = {kind: getattr(given, kind) for kind in RATES}
    parts = {kind: cents(hourly * RATES[kind] * many) for kind, many in worked.items()}
    total = sum(parts.values(), Decimal(0))
    rows = [Row(f"一小时工资：{plain(given.pay)}÷21.75÷8＝{plain(hourly)} 元（中间不舍入）", CONVERSION)]
    for kind, many in worked.items():
        if many:
            rate = plain(RATES[kind] * 100)
            rows.append(
                Row(
                    f"{WORDS[kind]} {plain(many)} 小时：{plain(hourly)}×{rate}%×{plain(many)}＝{yuan(parts[kind])}", PAY
                )
            )
    if given.weekday > MOST_HOURS:
        rows.append(Row("工作日延时超过了每月 36 小时的上限；超了，钱照样要给", "劳动法第四十一条"))
    assumes = (
        "按标准工时算，“工资”是正常上班该拿的，不含加班费",
        "休息日已经补休的钟点不算在内；法定假日不能拿补休顶",
        "计件、综合工时、不定时的算法不一样",
    )
    return Worked(
        f"这个月的加班费大约是 {yuan(total)}。",
        tuple(rows),
        assumes,
        {"hourly": cents(hourly), **parts, "total": total},
    )


def _from_facts(facts: Facts, today: date) -> Worked:
    many = {kind: decimal_of(facts, kind) or Decimal(0) for kind in RATES}
    return work_out(Overtime(Decimal(facts["normal_pay"]), **many))


CALCULATOR = Calculator(
    name="overtime",
    title="加班费",
    words=r"加班|延时|周末上班|休息日上班|节假日上班|过年上班|[三两]倍工资",
    faq="overtime_pay_rates",
    questions=(
        Question("normal_pay", "月工资", money, r"工资|月薪|底薪", "money", required=True),
        Question("weekday", "工作日加班", hours, r"平时|工作日|下班|延时", "hours"),
        Question("restday", "休息日加班", hours, r"休息日|周末|周六|周日|星期", "hours"),
        Question("holiday", "法定假日加班", hours, r"假日|节日|过年|过节", "hours"),
    ),
    work_out=_from_facts,
)
