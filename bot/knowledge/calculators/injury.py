"""The deadlines after an injury at work or the diagnosis of an occupational disease."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.knowledge.calculators.asking import Calculator, Facts, Question, choice, day_of, day_or_not_yet, day_past
from bot.knowledge.calculators.worked import Contradiction, Row, Values, Worked, chinese
from bot.knowledge.spoken import add_months

RULES = "工伤保险条例"
EMPLOYER_DAYS, DECISION_DAYS, PLAIN_DECISION_DAYS = 30, 60, 15


@dataclass(frozen=True)
class Injury:
    """The day of the accident or of the diagnosis, the day of the application's acceptance if there was one."""

    happened: date
    today: date
    disease: bool = False
    accepted: date | None = None


def work_out(given: Injury) -> Worked:
    """Gives the last day for the employer and for the worker, and that of the decision."""
    employer = given.happened + timedelta(EMPLOYER_DAYS)
    worker, healing = add_months(given.happened, 12), add_months(given.happened, 12)
    what = "查出职业病" if given.disease else "受伤"
    rows = [
        Row(
            f"单位该在{what}后 30 天内申请：最晚 {chinese(employer)}{_state(employer, given.today)}", f"{RULES}第十七条"
        ),
        Row(
            f"单位不报，本人、近亲属或工会在一年内能直接申请：最晚 {chinese(worker)}{_state(worker, given.today)}",
            f"{RULES}第十七条",
        ),
    ]
    values: Values = {"employer": employer, "worker": worker, "days_left": (worker - given.today).days}
    if given.accepted:
        decision, plain = given.accepted + timedelta(DECISION_DAYS), given.accepted + timedelta(PLAIN_DECISION_DAYS)
        rows.append(
            Row(
                f"受理后 60 天内出决定：最晚 {chinese(decision)}；清楚的 15 天：最晚 {chinese(plain)}",
                f"{RULES}第二十条",
            )
        )
        values |= {"decision": decision, "plain_decision": plain}
    else:
        rows.append(Row("受理后 60 天内出决定，事情清楚的 15 天", f"{RULES}第二十条"))
    rows.append(
        Row(f"停工养伤一般不超过 12 个月（到 {chinese(healing)}），待遇不变，伤重的可以再延", f"{RULES}第三十三条")
    )
    assumes = (
        "期限从第二天数起；最后一天碰上放假也别赌，往前赶",
        "单位有特殊情况、主管部门同意的，三十天可以延一点",
        "材料不全也先递，再补",
    )
    return Worked(_answer(given, worker), tuple(rows), assumes, values)


def _state(last: date, today: date) -> str:
    left = (last - today).days
    return f"（还有 {left} 天）" if left > 0 else "（就是今天）" if left == 0 else "（已经过了）"


def _answer(given: Injury, worker: date) -> str:
    if given.accepted:
        return f"已经受理，最晚 {chinese(given.accepted + timedelta(DECISION_DAYS))} 出决定。"
    if worker < given.today:
        return f"自己申请的一年已经在 {chinese(worker)} 过了。有被耽误的特殊情况，赶紧请人看看，别自己放弃。"
    return f"自己最晚 {chinese(worker)} 要递上工伤申请{_state(worker, given.today)}。"


def _from_facts(facts: Facts, today: date) -> Worked:
    happened, accepted = day_of(facts, "hurt"), day_of(facts, "accepted")
    day = happened.date if happened else today
    if accepted and accepted.date < day:
        raise Contradiction("accepted")
    return work_out(Injury(day, today, facts.get("harm") == "disease", accepted.date if accepted else None))


CALCULATOR = Calculator(
    name="injury",
    title="工伤期限",
    words=r"工伤|受伤.{0,6}(?:期限|几天|多久|日子)|伤残|职业病.{0,6}(?:期限|多久)",
    faq="injury_employer_wont_report",
    questions=(
        Question(
            "harm",
            "受伤还是职业病",
            choice(disease=r"职业病|尘肺|查出", accident=r"受伤|伤|事故|砸|摔|车祸"),
            r"受伤|职业病",
            "choice",
        ),
        Question("hurt", "受伤的日子", day_past, r"受伤|出事|确诊|哪天", "day", required=True),
        Question("accepted", "受理的日子", day_or_not_yet, r"受理|递|申请", "day_or_no"),
    ),
    work_out=_from_facts,
)
