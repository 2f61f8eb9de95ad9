"""Answers on the case: kept once, read back, and dangerous ones raise the case and page the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import care, clock
from bot.care import answers, desk
from bot.db.care_models import CaseAnswer
from bot.db.models import CareCase
from bot.db.session import reading
from bot.db.states import CaseState, Category
from bot.errors import NotFound
from bot.level import Level
from tests.care.test_cases import staff, the_case
from tests.closing import close
from tests.conversation.acts import say


def test_an_answer_is_kept_once_however_often_it_is_reported(any_database: str) -> None:
    message = say("有").message_id
    for _ in range(3):
        assert answers.record(message, "thoughts", "yes", "self_harm") == Level.high
    with reading() as session:
        assert session.execute(select(func.count()).select_from(CaseAnswer)).scalar_one() == 1
    assert answers.known(message) == {"thoughts": "yes"}


def test_a_dangerous_answer_raises_the_case_and_pages_the_desk(any_database: str) -> None:
    care.open_case(say("不想活了").message_id, Level.high, "self_harm")
    answers.record(say("不").message_id, "safe_now", "no", "self_harm")
    assert the_case().level == Level.imminent
    assert desk.queue()[0].alerts == 2


def test_a_harmless_answer_pages_nobody_and_lowers_nothing(any_database: str) -> None:
    care.open_case(say("不想活了").message_id, Level.high, "self_harm")
    assert answers.record(say("没有").message_id, "plan", "no") == Level.none
    assert the_case().level == Level.high
    assert desk.queue()[0].alerts == 1


def test_the_newest_answer_counts_and_a_closed_case_has_none(any_database: str) -> None:
    receipt = say("不想活了")
    care.open_case(receipt.message_id, Level.high)
    answers.record(say("有").message_id, "attempt", "yes")
    answers.record(say("跳过").message_id, "attempt", "skip")
    assert answers.known(receipt.message_id) == {"attempt": "skip"}
    holder = staff("a")
    desk.claim(receipt.conversation_id, holder)
    close(receipt.conversation_id, holder, "已转介")
    assert answers.known(receipt.message_id) == {}


def test_where_somebody_is_goes_out_of_date(any_database: str) -> None:
    message = say("在桥边").message_id
    answers.record(message, "place", "在桥边")
    assert answers.known(message) == {"place": "在桥边"}
    clock.set_now(lambda: later)
    later = the_case().opened_at + timedelta(hours=1)
    try:
        assert answers.known(message) == {}
    finally:
        clock.set_now(None)


def test_words_of_a_message_that_is_not_there_are_refused(any_database: str) -> None:
    assert answers.words_of(say("你好").message_id) == "你好"
    with pytest.raises(NotFound):
        answers.words_of("0" * 32)


@pytest.mark.parametrize(
    ("text", "kind", "matter"),
    [
        ("工资三个月没发，不想活了", "self_harm", "wages"),
        ("不给钱我就跳楼", "wage_threat", "wages"),
        ("工伤没人管，不想活了", "self_harm", "injury"),
        ("被开除了，不想活了", "self_harm", "dismissal"),
        ("活着没意思", "self_harm", None),
        ("班长打我，工资也不发", "violence", None),
    ],
)
def test_despair_over_rights_opens_one_paired_case(any_database: str, text: str, kind: str, matter: str | None) -> None:
    for _ in range(2):
        care.open_case(say(text).message_id, Level.high, kind)
    with reading() as session:
        paired = session.execute(select(CareCase).where(CareCase.paired_with.is_not(None))).scalars().all()
    assert [(row.kind, row.category) for row in paired] == ([(matter, Category.rights)] if matter else [])


def test_of_a_pair_the_first_is_closed_first_and_then_the_other(any_database: str) -> None:
    receipt, holder = say("工资三个月没发，不想活了"), staff("a")
    care.open_case(receipt.message_id, Level.high, "self_harm")
    desk.claim(receipt.conversation_id, holder)
    close(receipt.conversation_id, holder, "已转介")
    with reading() as session:
        rows = session.execute(select(CareCase).order_by(CareCase.id)).scalars().all()
    assert [row.state for row in rows] == [CaseState.closed, CaseState.open]
    close(receipt.conversation_id, holder, "欠薪已报")
    assert desk.queue() == []


def test_mild_distress_over_wages_opens_no_second_case(any_database: str) -> None:
    care.open_case(say("工资一直不发，心慌").message_id, Level.low, "distress")
    with reading() as session:
        assert session.execute(select(func.count()).select_from(CareCase)).scalar_one() == 1
