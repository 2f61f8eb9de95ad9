"""Waiting honestly: what is known is said, what is not known is not, a few times and never without end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import care
from bot.care import desk, waiting
from bot.db.session import reading
from bot.db.states import TaskKind, TaskState
from tests.care.ground import DAY_SHIFT, SetClock, planned
from tests.conftest import forget_process_state
from tests.conversation.acts import a_counsellor, on_duty, say, says
from tests.conversation.conftest import Anywhere

CRY = "活着没意思，想一了百了"


def the_clock_runs(anywhere: Anywhere, at: SetClock, minutes: int, every: int = 5) -> None:
    for minute in range(every, minutes + 1, every):
        at(DAY_SHIFT + timedelta(minutes=minute))
        anywhere.do_due()


def test_one_who_waits_is_told_three_times_how_it_stands_and_then_left_in_peace(
    anywhere: Anywhere, at: SetClock
) -> None:
    receipt = say("找真人")
    anywhere.answer_all()
    before = len(says(receipt.conversation_id))
    the_clock_runs(anywhere, at, 600)
    notices = says(receipt.conversation_id)[before:]
    assert len(notices) == 3
    assert ["10分钟" in notices[0], "30分钟" in notices[1], "2个小时" in notices[2]] == [True] * 3
    for notice in notices:
        assert "12356" in notice
        assert "请稍等" not in notice
    assert "不再" in notices[-1]
    (promise,) = planned(TaskKind.callback)
    assert desk.queue()[0].callback_at == promise.due_at


def test_nothing_is_said_of_waiting_once_a_person_has_come(anywhere: Anywhere, at: SetClock) -> None:
    receipt, staff = say(CRY), a_counsellor()
    anywhere.answer_all()
    desk.claim(receipt.conversation_id, staff)
    before = len(says(receipt.conversation_id))
    the_clock_runs(anywhere, at, 150)
    assert len(says(receipt.conversation_id)) == before
    assert planned(TaskKind.still_waiting) == []


def test_asking_again_while_waiting_does_not_begin_the_notices_anew(anywhere: Anywhere, at: SetClock) -> None:
    for _ in range(3):
        say("找真人")
        anywhere.answer_all()
    assert len(planned(TaskKind.still_waiting)) == 1


def test_the_wait_is_estimated_from_those_who_were_met_lately_but_not_in_drills(
    anywhere: Anywhere, at: SetClock
) -> None:
    staff = a_counsellor()
    on_duty(staff)
    with reading() as session:
        assert waiting.facts(session) == {}, "nobody has waited yet: nothing is known"
    for number, minutes in enumerate([2, 4, 6, 8, 12]):
        at(DAY_SHIFT)
        receipt = say(CRY, sender=f"worker-{number}")
        anywhere.answer_all()
        at(DAY_SHIFT + timedelta(minutes=minutes))
        desk.claim(receipt.conversation_id, staff)
    at(DAY_SHIFT)
    with reading() as session:
        assert waiting.facts(session) == {"typical_wait": "8分钟"}
    receipt = say("找真人", sender="worker-next")
    anywhere.answer_all()
    assert "8分钟" in says(receipt.conversation_id)[0]


def test_with_nobody_on_duty_the_next_hours_are_named_and_the_answer_is_promised(
    anywhere: Anywhere, at: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_DUTY_HOURS", "1-5 14:30-18:00")
    forget_process_state()
    receipt, staff = say("找真人"), a_counsellor()
    anywhere.answer_all()
    assert "今天14:30" in says(receipt.conversation_id)[0]
    (promise,) = planned(TaskKind.callback)
    assert promise.due_at == DAY_SHIFT.replace(hour=14, minute=30)
    at(DAY_SHIFT.replace(hour=15))
    anywhere.do_due()
    assert planned(TaskKind.callback), "only a person keeps it"
    desk.claim(receipt.conversation_id, staff)
    assert planned(TaskKind.callback) == []
    assert len(planned(TaskKind.callback, TaskState.done)) == 1


def test_a_cry_for_help_with_nobody_there_names_the_next_duty(
    anywhere: Anywhere, at: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_DUTY_HOURS", "1-5 14:30-18:00")
    forget_process_state()
    receipt = say(CRY)
    anywhere.answer_all()
    assert "今天14:30" in says(receipt.conversation_id)[0]


def test_who_stops_hears_nothing_more_and_stays_on_the_queue(anywhere: Anywhere, at: SetClock) -> None:
    receipt = say("找真人")
    anywhere.answer_all()
    say("不想聊了")
    anywhere.answer_all()
    before = len(says(receipt.conversation_id))
    the_clock_runs(anywhere, at, 150)
    assert len(says(receipt.conversation_id)) == before
    assert desk.queue()[0].owner == "waiting"


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1分钟"), (60, "1分钟"), (61, "2分钟"), (89 * 60, "89分钟"), (91 * 60, "2个小时")]
)
def test_a_wait_is_never_said_to_be_shorter_than_it_is(seconds: int, words: str) -> None:
    assert waiting.words_for(timedelta(seconds=seconds)) == words


def test_a_second_case_of_waiting_begins_anew(anywhere: Anywhere, at: SetClock) -> None:
    receipt, staff = say("找真人"), a_counsellor()
    anywhere.answer_all()
    desk.claim(receipt.conversation_id, staff)
    desk.hand_back(receipt.conversation_id, staff)
    at(DAY_SHIFT + timedelta(minutes=30))
    care.request_human(say("找真人").message_id)
    assert [task.step for task in planned(TaskKind.still_waiting)] == [0]
