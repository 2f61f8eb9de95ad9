"""The clocks: chat goes late, distress soon, an open case keeps what is on it, consent keeps longer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.care import desk, retention
from bot.conversation.engine import Engine
from bot.conversation.scheduler import Scheduler
from bot.db.states import Purpose
from tests.care.ground import DAY_SHIFT, SetClock, agree, left
from tests.closing import close
from tests.conversation.acts import a_counsellor, say
from tests.conversation.conftest import Anywhere

CRY = "活着没意思，想一了百了"
GONE = "（已删除）"


def words(conversation_id: str) -> set[str]:
    return {row.text for row in desk.thread(conversation_id)}


def closed_case(anywhere: Anywhere) -> str:
    receipt, staff = say(CRY), a_counsellor()
    anywhere.answer_all()
    desk.claim(receipt.conversation_id, staff)
    say("跟你说句心里话")
    anywhere.answer_all()
    close(receipt.conversation_id, staff, "已转介")
    return receipt.conversation_id


@pytest.mark.parametrize(("days", "gone"), [(179, False), (181, True)])
def test_plain_chat_goes_after_its_days(anywhere: Anywhere, at: SetClock, days: int, gone: bool) -> None:
    receipt = say("工资啥时候发")
    anywhere.answer_all()
    at(DAY_SHIFT + timedelta(days=days))
    retention.sweep()
    assert (words(receipt.conversation_id) == {GONE}) is gone


@pytest.mark.parametrize(("days", "consent", "gone"), [(29, False, False), (31, False, True), (31, True, False)])
def test_distress_goes_soon_after_its_case_unless_keeping_it_was_agreed_to(
    anywhere: Anywhere, at: SetClock, days: int, consent: bool, gone: bool
) -> None:
    conversation = closed_case(anywhere)
    if consent:
        agree(conversation, Purpose.keep_sensitive)
    at(DAY_SHIFT + timedelta(days=days))
    retention.sweep()
    assert (CRY not in words(conversation)) is gone
    assert ("跟你说句心里话" not in words(conversation)) is gone


def test_an_open_case_keeps_what_is_on_it_however_old(anywhere: Anywhere, at: SetClock) -> None:
    receipt = say(CRY)
    anywhere.answer_all()
    at(DAY_SHIFT + timedelta(days=400))
    retention.sweep()
    assert CRY in words(receipt.conversation_id)


def test_sweeping_again_changes_nothing_and_many_messages_take_several_rounds(
    anywhere: Anywhere, at: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(10):
        receipt = say(f"问个事{number}")
    at(DAY_SHIFT + timedelta(days=181))
    assert retention.sweep() == 10
    assert retention.sweep() == 0
    assert words(receipt.conversation_id) == {GONE}
    assert left() == [0] * 5


def test_the_gateway_sweeps_by_itself(anywhere: Anywhere, at: SetClock) -> None:
    receipt = say("工资啥时候发")
    at(DAY_SHIFT + timedelta(days=181))
    scheduler = Scheduler(Engine(anywhere.url), lambda: None)
    asyncio.run(scheduler.work())
    assert words(receipt.conversation_id) == {"工资啥时候发"}, "not in the first minutes, when others wait"
    at(DAY_SHIFT + timedelta(days=181, minutes=6))
    asyncio.run(scheduler.work())
    assert words(receipt.conversation_id) == {GONE}
