"""By when a labour dispute must be brought to arbitration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.knowledge.calculators.asking import (
    NO,
    Calculator,
    Facts,
    Question,
    choice,
    day_of,
    day_or_not_yet,
    day_past,
    is_one_of,
)
from bot.knowledge.calculators.worked import Contradiction, Row, Values, Worked, chinese
from bot.knowledge.spoken import add_months

LIMIT = "劳动争议调解仲裁法第二十七条"
INSPECTION = "劳动保障监察条例第二十条"


@dataclass(frozen=True)
class Dispute:
    """`began`: when the worker knew of the wrong, or left where it is about wages; None: wages, and still employed.

    `claimed`: when it was last demanded, complained of or promised.
    """

    began: date | None
    today: date
    wages: bool = False
    claimed: date | None = None


def work_out(given: Dispute) -> Worked:
    """Gives the last day to apply, and how many days are left."""
    if given.began is None:
        told = (Row("还在这家上班，被拖欠的工资不受一年限制", LIMIT), Row("哪天离开，从那天起一年内要提", LIMIT))
        return Worked("还在职，欠薪的事现在不会过期；离开后一年内要提。", told, _assumes(), {"deadline": None})
    first = add_months(given.began, 12)
    what = "离开" if given.wages else "知道吃亏"
    rows = [Row(f"从{what}那天 {chinese(given.began)} 起一年：最晚 {chinese(first)}", LIMIT)]
    deadline = first
    if given.claimed and given.claimed <= first:
        deadline = max(first, add_months(given.claimed, 12))
        rows.append(
            Row(f"{chinese(given.claimed)} 讨要过、投诉过或单位答应过，重新数一年：最晚 {chinese(deadline)}", LIMIT)
        )
    elif given.claimed:
        rows.append(Row(f"{chinese(given.claimed)} 才去讨要，那时一年已经满了，重新数要请律师看", LIMIT))
    rows.append(Row(f"劳动监察另是一本账，管两年内的事：最晚 {chinese(add_months(given.began, 24))}", INSPECTION))
    values: Values = {"deadline": deadline, "first": first, "days_left": (deadline - given.today).days}
    return Worked(_answer(deadline, given.today), tuple(rows), _assumes(), values)


def _answer(deadline: date, today: date) -> str:
    left = (deadline - today).days
    if left < 0:
        return f"一年在 {chinese(deadline)} 满了。先别放弃，有没有中断过，请法律援助看一看。"
    days = f"还有 {left} 天" if left else "就是今天"
    return f"最晚 {chinese(deadline)} 申请仲裁，{days}。"


def _assumes() -> tuple[str, ...]:
    return (
        "一年从第二天数起，数到下一年的同一天；最后一天碰上放假也别赌",
        "讨要、投诉、单位答应，都要有记录；中间每回都没过期",
        "快到期就先递申请，材料后补",
    )


def _from_facts(facts: Facts, today: date) -> Worked:
    wages = facts.get("matter") == "wages"
    began = day_of(facts, "quit" if wages else "known")
    claimed = day_of(facts, "claimed")
    if began and claimed and claimed.date < began.date and not wages:
        raise Contradiction("claimed")
    after = claimed.date if claimed and began and claimed.date >= began.date else None
    return work_out(Dispute(began.date if began else None, today, wages, after))


CALCULATOR = Calculator(
    name="arbitration",
    title="仲裁时效",
    words=r"仲裁|时效|过期|告单位|告公司|起诉.{0,4}(?:多久|期限)",
    faq="dispute_time_limit",
    questions=(
        Question(
            "matter",
            "争的是啥",
            choice(wages=r"欠|工资|工钱|加班费", other=r"别的|其他|辞|补偿|赔|工伤|合同|社保|other"),
            r"工资|别的",
            "choice",
            required=True,
        ),
        Question(
            "quit",
            "离开日子",
            day_or_not_yet,
            r"离职|离开|走的|走人|辞",
            "day_or_no",
            when=is_one_of("matter", "wages"),
            required=True,
        ),
        Question(
            "known",
            "知道吃亏的日子",
            day_past,
            r"知道|哪天|发现",
            "day",
            when=is_one_of("matter", "other"),
            required=True,
        ),
        Question(
            "claimed",
            "最近一次讨要的日子",
            day_or_not_yet,
            r"讨要|投诉|要过|答应",
            "day_or_no",
            when=lambda facts: facts.get("quit") != NO,
        ),
    ),
    work_out=_from_facts,
)
