"""Erase, export, stop: obeyed at once from any state, and never at the cost of a cry for help."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot import texts
from bot.care import desk
from bot.conversation.controls import Control, compact, sentence
from bot.db.models import CaseEvent, Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import Owner
from bot.level import Level
from tests.conversation.acts import a_counsellor, press_title, say, says
from tests.conversation.conftest import Anywhere

CRY = "活着没意思，想一了百了"


def kinds() -> list[str]:
    with reading() as session:
        return list(session.execute(select(CaseEvent.kind).order_by(CaseEvent.id)).scalars())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("删除我的记录", Control.delete),
        ("删除我的记录！！", Control.delete),
        ("  刪除我的記錄。", Control.delete),
        ("请帮我把我的记录删了吧，谢谢", Control.delete),
        ("删 除 我 的 记 录", Control.delete),
        ("導出我的記錄", Control.export),
        ("我要导出我的记录", Control.export),
        ("【导出我的记录】", Control.export),
        ("不想聊了", Control.stop),
        ("不想聊了……", Control.stop),
        ("我不想聊了，谢谢", Control.stop),
        ("算了，不聊了", Control.stop),
        ("别再给我发消息了！", Control.leave_alone),
        ("不用回访了", Control.leave_alone),
        ("老板删除我的考勤记录咋办", None),
        ("删除我的记录会影响工伤认定吗", None),
        ("不想聊了，也不想活了", None),
        ("不想聊工资了，说说社保", None),
        ("怎么导出考勤记录", None),
        ("确定", None),
        ("更难受了", None),
    ],
)
def test_a_whole_sentence_is_an_order_and_a_part_of_one_is_not(text: str, wanted: Control | None) -> None:
    assert sentence(compact(text)) == wanted


def test_stopping_works_without_the_engine_and_makes_it_forget(anywhere: Anywhere) -> None:
    receipt = say("不想聊了")
    anywhere.answer_all()
    assert says(receipt.conversation_id) == [texts.get("stop_chat").text]
    assert anywhere.fake.calls == []
    assert anywhere.fake.forgotten == [receipt.conversation_id]


def test_an_engine_that_is_down_forgets_when_it_is_back(anywhere: Anywhere) -> None:
    anywhere.fake.fault = "500"
    receipt = say("不想聊了")
    anywhere.answer_all()
    assert says(receipt.conversation_id) == [texts.get("stop_chat").text]
    anywhere.fake.fault = ""
    assert anywhere.do_due() == 1
    assert anywhere.fake.forgotten == [receipt.conversation_id]
    assert anywhere.do_due() == 0


def test_a_cry_for_help_with_an_order_in_it_is_a_cry_for_help(anywhere: Anywhere) -> None:
    receipt = say("不想聊了，也不想活了")
    anywhere.answer_all()
    (reply,) = says(receipt.conversation_id)
    assert "12356" in reply
    assert desk.queue()[0].alerts == 1


def test_stopping_after_a_crisis_is_obeyed_and_the_alarm_stays(anywhere: Anywhere) -> None:
    receipt = say(CRY)
    anywhere.answer_all()
    say("不想聊了")
    anywhere.answer_all()
    farewell = says(receipt.conversation_id)[-1]
    assert "12356" in farewell
    assert "随时" in farewell
    (row,) = desk.queue()
    assert (row.alerts, row.owner, row.level) == (1, Owner.waiting, Level.high)
    assert "stopped" in kinds()


def test_an_order_that_triage_finds_urgent_is_answered_as_urgent_first(anywhere: Anywhere) -> None:
    receipt = say(CRY)
    anywhere.answer_all()
    say("导出我的记录")
    _grade_newest(receipt.conversation_id, Level.imminent)
    anywhere.answer_all()
    heard = says(receipt.conversation_id)
    assert "110" in heard[-2]
    assert heard[-1] == texts.get("export_ready").text


def test_stopping_when_that_itself_is_urgent_gets_the_numbers_first_and_then_peace(anywhere: Anywhere) -> None:
    receipt = say("不想聊了")
    _grade_newest(receipt.conversation_id, Level.high)
    anywhere.answer_all()
    assert texts.get("stop_after_crisis").text not in says(receipt.conversation_id)
    assert desk.queue()[0].level == Level.high
    say("不想聊了")
    _grade_newest(receipt.conversation_id, Level.high)
    anywhere.answer_all()
    assert says(receipt.conversation_id)[-1] == texts.get("stop_after_crisis").text
    assert kinds().count("sign") == 2


def _grade_newest(conversation_id: str, level: Level) -> None:
    """Has triage see more in the newest message than it does, as the messages before it might make it."""
    newest = desk.thread(conversation_id)[-1]
    with transaction() as session:
        session.get_one(Message, newest.id).level = level
        session.get_one(Conversation, conversation_id).level = level


@pytest.mark.parametrize(
    ("order", "key"),
    [("不想聊了", "stop_with_person"), ("导出我的记录", "export_ready"), ("删除我的记录", "erase_question_with_case")],
)
def test_orders_work_while_a_counsellor_has_the_conversation(anywhere: Anywhere, order: str, key: str) -> None:
    receipt, staff = say(CRY), a_counsellor()
    anywhere.answer_all()
    desk.claim(receipt.conversation_id, staff)
    before = says(receipt.conversation_id)
    say(order)
    say("还在吗")
    anywhere.answer_all()
    (notice,) = says(receipt.conversation_id)[len(before) :]
    assert notice.splitlines()[-1] == texts.get(key).text.splitlines()[-1]
    bubble = next(row for row in reversed(desk.thread(receipt.conversation_id)) if row.text == notice)
    assert bubble.author == "system"


def test_erasing_asks_once_and_takes_no_for_an_answer(anywhere: Anywhere) -> None:
    receipt = say("我有个秘密")
    anywhere.answer_all()
    say("删除我的记录")
    anywhere.answer_all()
    press_title(receipt.conversation_id, "先不删")
    anywhere.answer_all()
    assert says(receipt.conversation_id)[-1] == texts.get("erase_cancelled").text
    assert desk.thread(receipt.conversation_id)[0].text == "我有个秘密"


@pytest.mark.parametrize("how", ["button", "确定", "删吧！", "是的"])
def test_a_yes_erases_every_word_at_once(anywhere: Anywhere, how: str) -> None:
    receipt = say("我有个秘密")
    say("删除我的记录")
    anywhere.answer_all()
    press_title(receipt.conversation_id, "确定删除") if how == "button" else say(how)
    anywhere.answer_all()
    *old, last = desk.thread(receipt.conversation_id)
    assert {row.text for row in old} == {texts.get("erased_message").text}
    assert last.text == texts.get("erase_done").text
    assert receipt.conversation_id in anywhere.fake.forgotten


def test_a_yes_to_nothing_erases_nothing(anywhere: Anywhere) -> None:
    receipt = say("我有个秘密")
    anywhere.answer_all()
    say("确定")
    anywhere.answer_all()
    assert desk.thread(receipt.conversation_id)[0].text == "我有个秘密"
    assert says(receipt.conversation_id)[-1] == "回声：确定"


def test_other_channels_get_their_records_in_the_chat(anywhere: Anywhere) -> None:
    receipt = say("工资啥时候发", channel="telegram")
    anywhere.answer_all()
    say("导出我的记录", channel="telegram")
    anywhere.answer_all()
    first = says(receipt.conversation_id)[-1]
    assert first.startswith(texts.get("export_here").text)
    assert "我：工资啥时候发" in first
    say("导出我的记录", channel="telegram")
    anywhere.answer_all()
    assert says(receipt.conversation_id)[-1].count("我：工资啥时候发") == 1, "an export holds no earlier export"
