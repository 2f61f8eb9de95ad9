"""Asking how it goes: only who agreed, never at night, three times at most, and a word ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import texts
from bot.care import desk, follow_up, tasks
from bot.clock import local
from bot.db.care_models import Consent, DueTask
from bot.db.models import CareCase, CaseEvent, Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import CaseState, Owner, TaskKind, TaskState
from tests.care.ground import DAY_SHIFT, SetClock, agree, planned
from tests.closing import close
from tests.conversation.acts import a_counsellor, press_title, say, says
from tests.conversation.conftest import Anywhere

CRY = "活着没意思，想一了百了"
DAY = timedelta(days=1)


def handed_back(anywhere: Anywhere, *, consent: bool = True, channel: str = "web") -> str:
    """Somebody was in a crisis, a counsellor spoke to them and handed back; gives the conversation."""
    receipt = say(CRY, channel=channel)
    anywhere.answer_all()
    if consent:
        agree(receipt.conversation_id)
    staff = a_counsellor()
    desk.claim(receipt.conversation_id, staff)
    desk.hand_back(receipt.conversation_id, staff)
    with transaction() as session:
        tasks.end(session, receipt.conversation_id, TaskKind.rating)  # another question, with tests of its own
    return receipt.conversation_id


def days_of_questions(anywhere: Anywhere, at: SetClock, conversation: str, days: int = 10) -> list[int]:
    """Lets days go by; gives on which days something was asked."""
    asked = []
    for hour in range(1, days * 24):
        at(DAY_SHIFT + timedelta(hours=hour))
        before = len(says(conversation))
        anywhere.do_due()
        asked += [hour // 24] * (len(says(conversation)) - before)
    return asked


def case_state() -> CaseState:
    with reading() as session:
        return session.execute(select(CareCase.state).order_by(CareCase.id.desc()).limit(1)).scalar_one()


def test_who_agreed_is_asked_after_a_day_three_and_seven(anywhere: Anywhere, at: SetClock) -> None:
    conversation = handed_back(anywhere)
    assert days_of_questions(anywhere, at, conversation) == [1, 3, 7]
    assert says(conversation)[-1] == texts.get("follow_up_last").text


def test_who_did_not_agree_is_never_asked(anywhere: Anywhere, at: SetClock) -> None:
    handed_back(anywhere, consent=False)
    assert planned(TaskKind.follow_up) == []


def test_agreeing_after_the_hand_back_plans_the_questions_once(anywhere: Anywhere, at: SetClock) -> None:
    conversation = handed_back(anywhere, consent=False)
    agree(conversation)
    for _ in range(2):
        with transaction() as session:
            follow_up.consent_given(session, session.get_one(Conversation, conversation).person_id)
    assert [task.step for task in planned(TaskKind.follow_up)] == [0, 1, 2]


def test_nobody_is_asked_at_night(anywhere: Anywhere, at: SetClock) -> None:
    at(DAY_SHIFT.replace(hour=23))
    conversation = handed_back(anywhere)
    at(DAY_SHIFT.replace(hour=23, minute=5) + DAY)
    before = len(says(conversation))
    anywhere.do_due()
    assert len(says(conversation)) == before
    due = planned(TaskKind.follow_up)[0].due_at
    assert local(due) == DAY_SHIFT.replace(hour=8) + 2 * DAY
    at(due)
    anywhere.do_due()
    assert len(says(conversation)) == before + 1


def test_after_a_long_outage_only_the_latest_question_is_asked(anywhere: Anywhere, at: SetClock) -> None:
    conversation = handed_back(anywhere)
    before = len(says(conversation))
    at(DAY_SHIFT + 8 * DAY)
    anywhere.do_due()
    assert says(conversation)[before:] == [texts.get("follow_up_last").text]


@pytest.mark.parametrize("word", ["别再问了", "不用回访了", "不想聊了"])
def test_a_word_ends_the_questions(anywhere: Anywhere, at: SetClock, word: str) -> None:
    conversation = handed_back(anywhere)
    at(DAY_SHIFT + DAY + timedelta(minutes=1))
    anywhere.do_due()
    press_title(conversation, word) if word == "别再问了" else say(word)
    anywhere.answer_all()
    assert planned(TaskKind.follow_up) == []
    with reading() as session:
        withdrawn = session.execute(select(Consent.withdrawn_at)).scalar_one()
    assert (withdrawn is None) is (word == "不想聊了"), "leaving a talk takes no consent back, asking for peace does"


@pytest.mark.parametrize("answer", ["更难受了", "没有，更糟了", "还是睡不着，心里闷得慌，不知道咋办"])
def test_a_bad_answer_reopens_the_case_and_calls_a_person(anywhere: Anywhere, at: SetClock, answer: str) -> None:
    conversation = handed_back(anywhere)
    at(DAY_SHIFT + DAY + timedelta(minutes=1))
    anywhere.do_due()
    say(answer)
    anywhere.answer_all()
    assert says(conversation)[-1] == texts.get("follow_up_worse").text
    assert case_state() == CaseState.open
    assert desk.queue()[0].owner == Owner.waiting
    assert planned(TaskKind.follow_up) == []


def test_a_bad_answer_after_the_case_was_closed_opens_one(anywhere: Anywhere, at: SetClock) -> None:
    conversation = handed_back(anywhere)
    at(DAY_SHIFT + DAY + timedelta(minutes=1))
    anywhere.do_due()
    close(conversation, a_counsellor("second"), "看着好些了")
    press_title(conversation, "更难受了")
    anywhere.answer_all()
    assert case_state() == CaseState.open
    assert desk.queue()[0].owner == Owner.waiting


@pytest.mark.parametrize(("answer", "kind"), [("好多了", "better"), ("老样子吧", "same")])
def test_other_answers_are_noted_and_the_questions_go_on(
    anywhere: Anywhere, at: SetClock, answer: str, kind: str
) -> None:
    conversation = handed_back(anywhere)
    at(DAY_SHIFT + DAY + timedelta(minutes=1))
    anywhere.do_due()
    say(answer)
    anywhere.answer_all()
    assert says(conversation)[-1] == texts.get(f"follow_up_{kind}").text
    with reading() as session:
        kinds = session.execute(select(CaseEvent.kind)).scalars().all()
    assert f"follow_up_{kind}" in kinds
    assert case_state() == CaseState.follow_up
    assert len(planned(TaskKind.follow_up)) == 2


def test_a_cry_for_help_instead_of_an_answer_is_a_cry_for_help(anywhere: Anywhere, at: SetClock) -> None:
    conversation = handed_back(anywhere)
    at(DAY_SHIFT + DAY + timedelta(minutes=1))
    anywhere.do_due()
    say("不好，不想活了")
    anywhere.answer_all()
    assert "12356" in says(conversation)[-1]
    assert case_state() == CaseState.open


def test_nobody_is_asked_while_a_person_is_with_them(anywhere: Anywhere, at: SetClock) -> None:
    conversation = handed_back(anywhere)
    desk.claim(conversation, a_counsellor("second"))
    before = len(says(conversation))
    at(DAY_SHIFT + DAY + timedelta(minutes=1))
    anywhere.do_due()
    assert len(says(conversation)) == before


def test_a_channel_that_is_out_of_reach_is_noted_and_not_tried(anywhere: Anywhere, at: SetClock) -> None:
    conversation = handed_back(anywhere, channel="wechat")
    asked = days_of_questions(anywhere, at, conversation)
    assert asked == [1], "later the last message is more than 48 hours old"
    with reading() as session:
        kinds = session.execute(select(CaseEvent.kind)).scalars().all()
    assert kinds.count("follow_up_not_sent") == 2


def test_two_gateways_ask_once(anywhere: Anywhere, at: SetClock) -> None:
    from concurrent.futures import ThreadPoolExecutor

    conversation = handed_back(anywhere)
    before = len(says(conversation))
    at(DAY_SHIFT + DAY + timedelta(minutes=1))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: anywhere.do_due(), range(6)))
    assert len(says(conversation)) == before + 1


def test_a_task_that_cannot_be_done_is_put_off_and_does_not_stop_the_others(
    anywhere: Anywhere, at: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = handed_back(anywhere)
    before = len(says(conversation))
    with transaction() as session:
        session.execute(
            update(DueTask).where(DueTask.kind == TaskKind.follow_up, DueTask.step == 0).values(case_id=None)
        )
        session.add(DueTask(kind=TaskKind.erase, conversation_id=conversation, due_at=DAY_SHIFT, case_id=None))
    later: datetime = DAY_SHIFT + 3 * DAY + timedelta(minutes=1)
    at(later)
    anywhere.do_due()
    assert len(says(conversation)) == before + 1
    (stuck,) = planned(TaskKind.erase)
    assert stuck.due_at > later
    assert len(planned(TaskKind.follow_up, TaskState.cancelled)) == 1
    with reading() as session:
        assert session.execute(select(Message.id)).first() is not None
