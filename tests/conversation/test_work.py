"""Answering: the engine if it can, the safety net if it cannot, silence while a counsellor speaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import texts
from bot.care import desk
from bot.channels.incoming import Form, Incoming
from bot.conversation import turn
from bot.conversation.inbox import accept
from bot.db.models import CareCase, Conversation, Faq, Feedback, Inbox, Message, Staff, StaffSession
from bot.db.session import reading, transaction
from bot.db.states import Author, InboxState, Owner
from bot.db.thread import buttons_of
from bot.level import Level
from tests.conversation.acts import press, say
from tests.fakes.engine import FakeEngine

Fake = tuple[FakeEngine, str]
WorkAll = Callable[[], int]
CRY = "活着没意思，想一了百了"


def bot_says(conversation_id: str) -> list[str]:
    return [bubble.text for bubble in desk.thread(conversation_id) if bubble.author == Author.bot]


def last_bot_message() -> Message:
    with reading() as session:
        found = select(Message).where(Message.author == Author.bot).order_by(Message.id.desc()).limit(1)
        return session.execute(found).scalar_one()


def a_counsellor(name: str = "lin") -> str:
    with transaction() as session:
        person = Staff(login=name, display_name=name, role="counsellor")
        session.add(person)
        session.flush()
        return person.id


def test_an_ordinary_question_goes_to_the_engine_and_back(fake_engine: Fake, work_all: WorkAll) -> None:
    receipt = say("工资啥时候发")
    assert work_all() == 1
    assert bot_says(receipt.conversation_id) == ["回声：工资啥时候发"]
    assert fake_engine[0].calls[0]["metadata"]["message_id"] == receipt.message_id


def test_a_typed_slash_never_reaches_the_engine_as_an_intent(fake_engine: Fake, work_all: WorkAll) -> None:
    for text in ("/restart", "／express_distress", "\u200b/session_start", "/工资啥时候发", " ／／活儿咋算钱"):
        receipt = say(text)
    work_all()
    assert [call["message"] for call in fake_engine[0].calls] == ["工资啥时候发", "活儿咋算钱"]
    assert bot_says(receipt.conversation_id)[:3] == [texts.get("ask_rephrase").text] * 3


@pytest.mark.parametrize("fault", ["", "empty", "500", "slow", "garbage", "stranger"])
def test_a_cry_for_help_is_answered_and_logged_whatever_the_engine_does(
    fake_engine: Fake, work_all: WorkAll, fault: str
) -> None:
    fake_engine[0].fault = fault
    receipt = say(CRY)
    work_all()
    (reply,) = bot_says(receipt.conversation_id)
    assert "12356" in reply
    assert "110" in reply
    assert "120" in reply
    (row,) = desk.queue()
    assert row.level == Level.high
    assert row.alerts == 1
    assert row.owner == Owner.waiting


def test_a_second_cry_gets_a_short_answer_and_no_second_case(fake_engine: Fake, work_all: WorkAll) -> None:
    receipt = say(CRY)
    work_all()
    say("真的不想活了")
    work_all()
    assert texts.get("crisis_again_high").text.splitlines()[0] in bot_says(receipt.conversation_id)[1]
    with reading() as session:
        assert session.execute(select(func.count()).select_from(CareCase)).scalar() == 1


@pytest.mark.parametrize("fault", ["empty", "500", "slow", "garbage", "stranger"])
def test_an_ordinary_question_gets_an_honest_outage_text(fake_engine: Fake, work_all: WorkAll, fault: str) -> None:
    fake_engine[0].fault = fault
    receipt = say("工资啥时候发")
    work_all()
    assert bot_says(receipt.conversation_id) == [texts.get("outage").text]
    assert texts.ASK_PERSON.payload in [button.payload for button in buttons_of(last_bot_message())]


def test_asking_for_a_person_works_with_the_engine_down(fake_engine: Fake, work_all: WorkAll) -> None:
    fake_engine[0].fault = "500"
    receipt = say("找真人")
    work_all()
    assert bot_says(receipt.conversation_id) == [texts.get("human_requested_nobody_on_duty").text]
    assert desk.queue()[0].owner == Owner.waiting


def test_a_worker_in_crisis_is_told_the_truth_when_nobody_is_on_duty(fake_engine: Fake, work_all: WorkAll) -> None:
    receipt = say(CRY)
    work_all()
    assert texts.get("crisis_nobody_on_duty").text in bot_says(receipt.conversation_id)[0]
    staff = a_counsellor()
    with transaction() as session:
        session.add(StaffSession(token_hash="0" * 64, staff_id=staff, csrf="x"))
    other = say(CRY, sender="worker-2")
    work_all()
    assert texts.get("crisis_nobody_on_duty").text not in bot_says(other.conversation_id)[0]


def test_low_distress_gets_support_and_the_answer(fake_engine: Fake, work_all: WorkAll, seeded: int) -> None:
    fake_engine[0].reply = None
    receipt = say("最近压力大得睡不着")
    work_all()
    assert texts.get("low_distress").text in bot_says(receipt.conversation_id)
    assert desk.queue()[0].level == Level.low
    assert desk.queue()[0].owner == Owner.bot


def test_the_bot_is_silent_while_a_counsellor_speaks_and_not_mute_afterwards(
    fake_engine: Fake, work_all: WorkAll
) -> None:
    receipt, staff = say(CRY), a_counsellor()
    work_all()
    desk.claim(receipt.conversation_id, staff)
    for number in range(6):
        say(f"在吗{number}")
        work_all()
        desk.reply(receipt.conversation_id, staff, f"我在，第{number}次")
    assert len(bot_says(receipt.conversation_id)) == 1
    desk.hand_back(receipt.conversation_id, staff)
    say("工资啥时候发")
    work_all()
    assert bot_says(receipt.conversation_id)[-1] == "回声：工资啥时候发"


def test_a_reply_in_work_is_dropped_when_a_counsellor_takes_over(fake_engine: Fake, seeded: int) -> None:
    receipt, staff = say("你好"), a_counsellor()
    found = turn.claim("tester")
    assert found is not None
    desk.claim(receipt.conversation_id, staff)
    assert turn.finish(found, "tester", [turn.Reply("太晚了")])
    assert bot_says(receipt.conversation_id) == []


def test_a_worker_whose_lease_was_taken_changes_nothing(fake_engine: Fake) -> None:
    receipt = say("你好")
    found = turn.claim("first")
    turn.release_leases()
    again = turn.claim("second")
    assert found is not None
    assert again is not None
    assert not turn.finish(found, "first", [turn.Reply("一")])
    assert turn.finish(again, "second", [turn.Reply("二")])
    assert bot_says(receipt.conversation_id) == ["二"]


def test_a_message_that_keeps_killing_its_worker_is_answered_without_the_engine(
    fake_engine: Fake, work_all: WorkAll
) -> None:
    receipt = say("你好")
    for number in range(turn.MAX_ATTEMPTS):
        assert turn.claim(f"dies-{number}")
        turn.release_leases()
    work_all()
    assert fake_engine[0].calls == []
    assert bot_says(receipt.conversation_id) == [texts.get("outage").text]


def test_conversations_are_leased_whole_and_others_go_on(any_database: str) -> None:
    say("一", sender="a")
    say("二", sender="a")
    say("三", sender="b")
    first, second, third = turn.claim("x"), turn.claim("y"), turn.claim("z")
    assert first is not None
    assert second is not None
    assert {first.text, second.text} == {"一", "三"}
    assert third is None


def test_a_cry_for_help_goes_to_the_front(any_database: str) -> None:
    for number in range(5):
        say("问个事", sender=f"calm-{number}")
    say(CRY, sender="urgent")
    found = turn.claim("x")
    assert found is not None
    assert found.text == CRY


def test_a_flood_is_kept_but_only_its_end_is_answered(
    fake_engine: Fake, work_all: WorkAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "FLOOD_PAUSE", timedelta())
    for number in range(300):
        receipt = say(f"刷屏{number}", channel="telegram")
    turns = work_all()
    assert turns <= 41
    assert bot_says(receipt.conversation_id)[0] == texts.get("too_many_messages").text
    with reading() as session:
        left = select(func.count()).select_from(Inbox).where(Inbox.state != InboxState.done)
        assert session.execute(left).scalar() == 0
        assert session.execute(select(Conversation.pending)).scalar() == 0


@pytest.mark.parametrize("form", [Form.voice, Form.photo, Form.sticker, Form.location, Form.file])
def test_what_is_not_text_always_gets_an_answer(fake_engine: Fake, work_all: WorkAll, form: Form) -> None:
    receipt = accept(Incoming("telegram", "main", f"x-{form}", "w", "", form=form))
    work_all()
    assert bot_says(receipt.conversation_id) == [texts.get(f"unsupported_{form}").text]


def test_a_cry_for_help_under_a_photo_is_a_cry_for_help(fake_engine: Fake, work_all: WorkAll) -> None:
    receipt = accept(Incoming("telegram", "main", "x", "w", "不想活了", form=Form.photo))
    work_all()
    assert "12356" in bot_says(receipt.conversation_id)[0]


def test_an_faq_button_and_a_thumb_work(fake_engine: Fake, work_all: WorkAll, seeded: int) -> None:
    with reading() as session:
        faq_id = session.execute(select(Faq.id).order_by(Faq.id).limit(1)).scalar_one()
    fake_engine[0].reply = [{"custom": {"faq": faq_id}}]
    receipt = say("问一个")
    work_all()
    answer = last_bot_message()
    assert "依据：" in answer.body
    titles = [button.title for button in buttons_of(answer)]
    fake_engine[0].fault = "500"
    press(answer.public_id, titles.index("有用"))
    work_all()
    assert bot_says(receipt.conversation_id)[-1] == texts.get("feedback_thanks").text
    with reading() as session:
        assert session.execute(select(Feedback.value)).scalar_one() == "up"


def test_a_button_of_somebody_elses_conversation_means_nothing(fake_engine: Fake, work_all: WorkAll) -> None:
    fake_engine[0].reply = [{"text": "选", "buttons": [{"title": "找真人", "payload": "/request_human"}]}]
    say("你好", sender="owner")
    work_all()
    foreign = last_bot_message()
    fake_engine[0].reply = None
    press(foreign.public_id, 0, sender="stranger")
    work_all()
    assert desk.queue() == []


def test_a_button_that_says_not_safe_pages_the_desk_with_the_engine_down(fake_engine: Fake, work_all: WorkAll) -> None:
    receipt = say(CRY)
    work_all()
    fake_engine[0].fault = "500"
    reply = last_bot_message()
    press(reply.public_id, [button.title for button in buttons_of(reply)].index("不安全"))
    work_all()
    assert texts.get("safety_not_safe").text.splitlines()[0] in bot_says(receipt.conversation_id)[1]
    (row,) = desk.queue()
    assert (row.level, row.alerts) == (Level.imminent, 2)


def test_what_a_form_has_heard_is_not_talked_over_by_words_for_mild_distress(
    fake_engine: Fake, work_all: WorkAll
) -> None:
    fake_engine[0].reply = [{"custom": {"text": "ask_helps"}}]
    fake_engine[0].form = "plan_form"
    receipt = say("心里堵得慌，睡不着")
    work_all()
    assert bot_says(receipt.conversation_id) == [texts.get("ask_helps").text]
