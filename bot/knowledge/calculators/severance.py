"""What is due when work ends: N, N+1, 2N or nothing, with the cap for high wages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.knowledge.calculators.asking import (
    NO,
    SKIPPED,
    YES,
    Calculator,
    Facts,
    Question,
    choice,
    day_near,
    day_of,
    decimal_of,
    is_one_of,
    money,
    months_of,
    since,
    yes_no,
)
from bot.knowledge.calculators.worked import Contradiction, Row, Worked, cents, plain, yuan
from bot.knowledge.spoken import whole_months

CAP_TIMES, CAP_YEARS = 3, 12
LAW = "劳动合同法"
REASONS = {  # reason → how many N, whether a month more, article, in words
    "agreed": (1, False, f"{LAW}第三十六条、第四十六条", "单位提出、商量着走的，给 N"),
    "unfit": (
        1,
        True,
        f"{LAW}第四十条、第四十六条",
        "因病、不胜任或情况大变让你走，给 N；没提前三十天书面通知，再加一个月",
    ),
    "layoff": (1, False, f"{LAW}第四十一条、第四十六条", "裁员，给 N"),
    "expired": (1, False, f"{LAW}第四十六条", "合同到期，单位不续或者压低条件才续，给 N"),
    "forced": (1, False, f"{LAW}第三十八条、第四十六条", "欠薪、不交社保等逼得你走，给 N"),
    "illegal": (2, False, f"{LAW}第四十八条、第八十七条", "违法辞退，给 2N，不再另外给 N"),
    "resigned": (0, False, f"{LAW}第三十七条", "自己想走、单位没有过错，没有这笔钱"),
    "fault": (0, False, f"{LAW}第三十九条", "严重违纪、试用不合格这类，没有这笔钱；理由得单位拿证据"),
}


@dataclass(frozen=True)
class Severance:
    """Whole months worked and whether days were left over; yuan a month. `reason` None: all three are told."""

    reason: str | None
    months: int
    odd_days: bool = False
    average: Decimal | None = None
    local_average: Decimal | None = None
    noticed: bool = False


def months_due(months: int, odd_days: bool) -> Decimal:
    """Gives N: a month for each year, a whole one from six months on, half of one for less."""
    years, rest = divmod(months, 12)
    if rest >= 6:
        return Decimal(years + 1)
    return Decimal(years) + (Decimal("0.5") if rest or odd_days else 0)


def work_out(given: Severance) -> Worked:
    """Gives N in months, and the money if the average wage is known."""
    full, capped = months_due(given.months, given.odd_days), _is_capped(given)
    due = min(full, Decimal(CAP_YEARS)) if capped else full
    base = _base(given, capped)
    rows = [_years_row(given, full), *_cap_rows(given, capped, full, base)]
    values = _values(given, due, base)
    rows += _reason_rows(given, due, base)
    return Worked(_answer(given, values, due), tuple(rows), _assumes(given), {"months": due, "base": base, **values})


def _is_capped(given: Severance) -> bool:
    if given.average is None or given.local_average is None:
        return False
    return given.average > CAP_TIMES * given.local_average


def _base(given: Severance, capped: bool) -> Decimal | None:
    return CAP_TIMES * given.local_average if capped and given.local_average is not None else given.average


def _values(given: Severance, due: Decimal, base: Decimal | None) -> dict[str, Decimal | None]:
    """N, N+1 and 2N in yuan, and of them what is due for the reason."""
    if base is None or given.average is None:
        return {"n": None, "n_plus_one": None, "double": None, "total": None}
    found: dict[str, Decimal | None] = {
        "n": cents(due * base),
        "n_plus_one": cents(due * base + given.average),
        "double": cents(2 * due * base),
    }
    if given.reason is None:
        return {**found, "total": None}
    return {**found, "total": found[_which(given)] if _times(given) else Decimal(0)}


def _times(given: Severance) -> int:
    return REASONS[given.reason][0] if given.reason else 1


def _which(given: Severance) -> str:
    times, more, _, _ = REASONS[given.reason or "agreed"]
    if times == 2:
        return "double"
    return "n_plus_one" if more and not given.noticed else "n"


def _years_row(given: Severance, due: Decimal) -> Row:
    years, rest = divmod(given.months, 12)
    said = f"{years} 年 {rest} 个月" + ("多几天" if given.odd_days else "")
    return Row(
        f"干了 {said}：满一年一个月，零头满六个月算一个月、不满算半个月，N＝{plain(due)} 个月", f"{LAW}第四十七条"
    )


def _cap_rows(given: Severance, capped: bool, full: Decimal, base: Decimal | None) -> list[Row]:
    if given.average is None or given.local_average is None:
        return []
    limit = f"当地社平 {plain(given.local_average)}×3＝{plain(CAP_TIMES * given.local_average)} 元"
    if not capped:
        return [Row(f"{limit}，你的月工资没超过，不封顶", f"{LAW}第四十七条")]
    years = f"；年限最多算 12 年，N＝{plain(min(full, Decimal(CAP_YEARS)))} 个月"
    return [Row(f"{limit}，你的月工资超过了，按 {plain(base or Decimal(0))} 元算{years}", f"{LAW}第四十七条")]


def _reason_rows(given: Severance, due: Decimal, base: Decimal | None) -> list[Row]:
    reasons = [given.reason] if given.reason else ["agreed", "unfit", "illegal"]
    return [row for reason in reasons for row in _one_reason(given, reason, due, base)]


def _one_reason(given: Severance, reason: str, due: Decimal, base: Decimal | None) -> list[Row]:
    times, more, article, words = REASONS[reason]
    rows = [Row(words, article)]
    if base is None or given.average is None or not times:
        return rows
    n = f"{plain(due)}×{plain(base)}"
    if times == 2:
        rows.append(Row(f"2N：{n}×2＝{yuan(2 * due * base)}", f"{LAW}第八十七条；劳动合同法实施条例第二十五条"))
    elif more and not given.noticed:
        rows.append(Row(f"N+1：{n}＋{plain(given.average)}＝{yuan(due * base + given.average)}", f"{LAW}第四十条"))
    else:
        rows.append(Row(f"N：{n}＝{yuan(due * base)}", f"{LAW}第四十七条"))
    return rows


def _answer(given: Severance, values: dict[str, Decimal | None], due: Decimal) -> str:
    if given.reason and not _times(given):
        return "照你说的情形，一般没有经济补偿。"
    if values["n"] is None:
        return _months_answer(given, due)
    if given.reason is None:
        told = [yuan(values[key] or Decimal(0)) for key in ("n", "n_plus_one", "double")]
        return f"看走的原因：N 是 {told[0]}，N+1 是 {told[1]}，违法辞退的 2N 是 {told[2]}。"
    return f"大约是 {yuan(values['total'] or Decimal(0))}。"


def _months_answer(given: Severance, due: Decimal) -> str:
    if given.reason is None:
        return f"看走的原因：N 是 {plain(due)} 个月工资，N+1 再多一个月，违法辞退是 {plain(2 * due)} 个月。"
    times = _times(given)
    more = "，再加一个月" if _which(given) == "n_plus_one" else ""
    return f"大约是 {plain(times * due)} 个月工资{more}。"


def _assumes(given: Severance) -> tuple[str, ...]:
    found = ["月工资按离开前十二个月的平均数，奖金、补贴都算；干不满一年按实际月数平均"]
    if given.local_average is None:
        found.append("没填当地社平工资，没有套三倍封顶；工资很高的要再对一对")
    if given.reason in (None, "unfit"):
        found.append("多付的那一个月本来看上个月工资，这里先拿平均数代替")
    found.append("2008 年以前的年头，那时的规定不一样，要请人另看")
    return tuple(found)


def _from_facts(facts: Facts, today: date) -> Worked:
    months, odd_days = _worked(facts, today)
    reason = facts.get("reason")
    return work_out(
        Severance(
            reason if reason in REASONS else None,
            months,
            odd_days,
            decimal_of(facts, "average"),
            decimal_of(facts, "local"),
            facts.get("noticed", NO) == YES,
        )
    )


def _worked(facts: Facts, today: date) -> tuple[int, bool]:
    """Whole months and whether days are left over; the last day counts."""
    if (length := months_of(facts["joined"])) is not None:
        return length, False
    joined, left = day_of(facts, "joined"), day_of(facts, "left")
    start, end = (joined.date if joined else today), (left.date if left else today)
    if end < start:
        raise Contradiction("left")
    return whole_months(start, end + timedelta(1))


CALCULATOR = Calculator(
    name="severance",
    title="离职补偿",
    words=r"补偿|辞退|赔(?:我|俺)?(?:多少|几|钱)|赔偿金?|裁员|被裁|开除|2n|n\+1|n加|遣散|买断|离职.{0,4}(?:钱|赔)",
    faq="dismissal_compensation_count",
    questions=(
        Question(
            "reason",
            "走的原因",
            choice(
                agreed=r"商量|协商|协议|谈好",
                unfit=r"因病|生病|医疗期|不胜任|不称职|情况.{0,2}变",
                layoff=r"裁员|被裁|缩编",
                expired=r"到期|期满",
                forced=r"欠薪|拖欠|社保|逼|被迫|欠.{0,3}工资",
                illegal=r"违法|没理由|没啥理由|无故|突然|不合法",
                resigned=r"自己|主动|想走|不想干",
                fault=r"违纪|试用|旷工|犯错",
                unsure=r"辞退|开除|撵|说不|不要(?:我|俺|咱)|(?:叫|让|赶)(?:我|俺|咱)?走",
            ),
            r"原因|理由|因为",
            "choice",
        ),
        Question("noticed", "提前三十天书面通知", yes_no, r"通知", "choice", when=is_one_of("reason", "unfit")),
        Question("joined", "入职日子", since, r"入职|进厂|进公司|干了|来的|工龄|年限", "since", required=True),
        Question(
            "left",
            "离开日子",
            day_near,
            r"离职|离开|走的|走人|辞退那",
            "day",
            when=lambda facts: "-" in facts.get("joined", ""),
        ),
        Question("average", "月平均工资", money, r"工资|月薪|平均", "money"),
        Question(
            "local",
            "当地社平工资",
            money,
            r"社平|当地|社会平均",
            "money",
            when=lambda facts: facts.get("average") != SKIPPED,
        ),
    ),
    work_out=_from_facts,
)
