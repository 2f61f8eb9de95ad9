"""The helper of rights: five questions one at a time, corrections, deadlines as days, a case only when it is wanted."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from actions.rights import RightsForm
from bot import care
from bot.care import desk
from bot.clock import LOCAL
from bot.db.care_models import CaseAnswer
from bot.db.models import Alert, CareCase, CaseEvent
from bot.db.session import reading
from bot.db.states import Category, Owner
from bot.knowledge import rights_steps
from bot.level import Level
from tests.actions.talking import Talk
from tests.care.ground import SetClock
from tests.care.ground import at as at

NIGHT = datetime(2026, 11, 28, 23, 30, tzinfo=LOCAL)


@pytest.fixture
def talk(database: Path, at: SetClock) -> Talk:
    at(NIGHT)
    return Talk(RightsForm())


@pytest.fixture
def any_talk(any_database: str, at: SetClock) -> Talk:
    at(NIGHT)
    return Talk(RightsForm())


def begun(talk: Talk, matter: str, *answers: str) -> list[str]:
    """What is said after a matter was begun and so much was answered."""
    keys = talk.keys(f'/rights_help{{"matter": "{matter}"}}')
    for answer in answers:
        keys = talk.keys(answer)
    return keys


def cases() -> list[CareCase]:
    with reading() as session:
        return list(session.execute(select(CareCase).order_by(CareCase.id)).scalars())


def kept() -> dict[str, str]:
    with reading() as session:
        return {row.question: row.answer for row in session.execute(select(CaseAnswer)).scalars()}


WAGES = ("工地上的包工头", "七八九三个月，一万二", "早离职了", "2026年8月15号", "有转账和聊天")


def test_five_questions_lead_to_steps_evidence_places_and_the_last_day(talk: Talk) -> None:
    asked = [begun(talk, "wages")[-1], *(talk.keys(answer)[-1] for answer in WAGES)]
    assert asked == [
        *("ask_wages_who", "ask_wages_amount", "ask_wages_working", "ask_wages_left", "ask_wages_proof"),
        "ask_rights_case",
    ]
    told = talk.items[0]
    assert told["texts"] == [
        *("rights_wages_steps", "rights_wages_site", "rights_wages_evidence", "rights_where", "rights_wages_deadline"),
    ]
    assert told["facts"] == {"deadline": "2027年8月15日（还有260天）"}
    assert cases() == []


def test_who_still_works_there_is_asked_for_the_first_payday_and_told_of_the_inspection(talk: Talk) -> None:
    assert begun(talk, "wages", "厂里", "俩月", "还在干") == ["ask_wages_since"]
    assert "rights_wages_inspection" in [*talk.keys("2026年9月10日"), *talk.keys("没有")]
    assert talk.items[0]["facts"]["deadline"].startswith("2028年9月10日")


TOLD, GONE = "rights_injury_deadline", "rights_injury_deadline_gone"


@pytest.mark.parametrize(
    ("day", "keys", "facts"),
    [
        ("2026-11-20", ("employer", TOLD), ("2026年12月20日（还有22天）", "2027年11月20日（还有357天）")),
        ("2026-10-01", ("employer_gone", TOLD), ("2026年10月31日", "2027年10月1日（还有307天）")),
        ("2025-11-27", ("employer_gone", GONE), ("2025年12月27日", "2026年11月27日")),
        ("2025-11-28", ("employer_gone", TOLD), ("2025年12月28日", "2026年11月28日（就是今天）")),
    ],
)
def test_an_injury_has_the_employers_thirty_days_and_the_workers_year(
    talk: Talk, day: str, keys: tuple[str, str], facts: tuple[str, str]
) -> None:
    begun(talk, "injury", day, "干活的时候", "没报", "没上", "病历")
    employer, worker = talk.items[0]["texts"][-2:]
    assert (employer.removeprefix("rights_injury_"), worker) == keys
    assert tuple(talk.items[0]["facts"].values()) == facts
    assert "rights_injury_uninsured" in talk.items[0]["texts"]


def test_a_limit_that_ends_on_no_day_of_the_year_ends_on_the_months_last() -> None:
    assert rights_steps.last_day(date(2028, 2, 29), years=1) == date(2029, 2, 28)


def test_an_earlier_answer_is_taken_back_in_plain_words(talk: Talk) -> None:
    assert begun(talk, "wages", "厂里", "俩月", "离职了", "九月") == ["ask_wages_proof"]
    assert talk.keys("不对，是八月") == ["rights_corrected", "ask_wages_proof"]
    assert talk.slots["facts"]["wages_left"] == "2026-08-01"
    assert talk.keys("说错了，还在干") == ["rights_corrected", "ask_wages_since"]
    talk.keys("八月十号")
    talk.keys("考勤")
    assert "rights_wages_inspection" in talk.keys("错了，是七月十号")
    assert talk.items[1]["facts"]["deadline"].startswith("2028年7月10日")


def test_no_under_a_question_is_no_correction(talk: Talk) -> None:
    assert begun(talk, "injury", "昨天", "干活时", "不是") == ["ask_injury_insured"]
    assert talk.slots["facts"]["injury_reported"] == "no"


def test_what_cannot_be_read_is_asked_again_and_then_passed_over(talk: Talk) -> None:
    assert begun(talk, "dismissal", "就是那天嘛") == ["rights_unread_day"]
    assert talk.keys("反正是那天") == ["ask_dismissal_how"]
    assert talk.keys("记不清了") == ["ask_dismissal_reason"]
    assert talk.slots["facts"]["dismissal_how"] == "skip"


def test_every_question_can_be_skipped_and_no_day_is_made_up(talk: Talk) -> None:
    for matter in rights_steps.matters():
        keys = begun(talk, matter, *["跳过"] * 5)
        assert keys[-1] == "ask_rights_case"
        assert [key for key in keys if key.endswith("_unknown")]
        assert talk.items[0]["facts"] == {}


def test_the_matter_is_taken_from_the_words_or_asked(talk: Talk) -> None:
    assert talk.keys("手被机器轧了，一步步帮我办", intent="rights_help") == ["ask_injury_day"]
    other = Talk(RightsForm())
    assert other.keys("一步步帮我办", intent="rights_help") == ["ask_rights_matter"]
    assert other.keys("被开除的事") == ["ask_dismissal_day"]


def test_another_matter_begins_by_its_button_and_stop_leaves_with_nothing_kept(talk: Talk) -> None:
    assert begun(talk, "wages", "厂里") == ["ask_wages_amount"]
    assert begun(talk, "injury") == ["ask_injury_day"]
    assert talk.keys("算了") == ["rights_left"]
    assert (talk.loop, talk.slots["facts"]) == (None, None)
    assert cases() == []


def test_a_wish_for_a_person_is_left_to_its_rule(talk: Talk) -> None:
    begun(talk, "wages", "厂里")
    assert talk.says("我要找真人说", intent="request_human", confidence=0.9) == []


def test_a_yes_opens_one_case_of_rights_with_what_was_said_and_wakes_nobody(any_talk: Talk) -> None:
    begun(any_talk, "wages", *WAGES)
    press = '/answer{"answer": "rights_case.yes"}'
    (opened,) = any_talk.says(press)
    (case,) = cases()
    assert (case.category, case.kind, case.level) == (Category.rights, "wages", Level.none)
    assert opened == {"text": "rights_case_opened", "facts": {"case_number": case.number}}
    assert kept() == {
        "wages_who": "site",
        "wages_amount": "七八九三个月，一万二",
        "wages_working": "no",
        "wages_left": "2026-08-15",
        "wages_proof": "有转账和聊天",
    }
    with reading() as session:
        assert session.execute(select(Alert)).first() is None
        wordings = session.execute(select(CaseEvent.note).where(CaseEvent.kind == "legal_aid")).scalars().all()
    assert wordings == ["ask_rights_case 2026-11-28"]
    assert desk.queue()[0].owner == Owner.bot
    care.open_rights_case(any_talk.message_id, "wages", {"wages_who": "other"}, "x")
    assert (len(cases()), kept()["wages_who"]) == (1, "site")


def test_a_no_opens_none(talk: Talk) -> None:
    begun(talk, "dismissal", *["跳过"] * 5)
    assert talk.keys("先不用") == ["rights_case_declined"]
    assert cases() == []


def test_beside_an_open_case_of_another_kind_it_is_a_case_of_its_own(talk: Talk) -> None:
    begun(talk, "injury", *["跳过"] * 5)
    first = care.open_case(talk.message_id, Level.low, "distress")
    talk.says("请看看")
    worry, rights = cases()
    assert (worry.number, rights.paired_with) == (first.number, worry.id)
    assert (worry.category, rights.category) == (Category.psychological, Category.rights)
    begun(talk, "injury", *["跳过"] * 5)
    talk.says("愿意")
    assert len(cases()) == 2
