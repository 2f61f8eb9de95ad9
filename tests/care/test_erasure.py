"""Erasing: no word is left; an open crisis keeps its own until it is closed, and says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from bot import texts
from bot.care import desk
from bot.db.models import CareCase, CaseEvent, Message, Outbox
from bot.db.session import empty_log, engine, reading, transaction
from bot.db.states import OutboxState, TaskKind
from bot.settings import settings
from tests.care.ground import DAY_SHIFT, SetClock, leave_everything, left, make_due, planned
from tests.closing import close
from tests.conversation.acts import a_counsellor, say, says
from tests.conversation.conftest import Anywhere

CRY = "活着没意思，想一了百了"
GONE = "（已删除）"


def erase(anywhere: Anywhere, sender: str = "worker-1", channel: str = "web") -> None:
    for order in ("删除我的记录", "确定删除"):
        say(order, sender=sender, channel=channel)
        anywhere.answer_all()


def bodies(conversation_id: str) -> list[str]:
    return [row.text for row in desk.thread(conversation_id)]


def test_everything_a_person_left_is_gone_and_the_bare_case_stays(anywhere: Anywhere) -> None:
    receipt, staff = say("找真人"), a_counsellor()
    anywhere.answer_all()
    leave_everything(receipt.conversation_id)
    desk.claim(receipt.conversation_id, staff)
    close(receipt.conversation_id, staff, "谈过一次")
    erase(anywhere)
    assert left() == [0] * 5
    assert set(bodies(receipt.conversation_id)[:-1]) == {GONE}
    with reading() as session:
        case = session.execute(select(CareCase)).scalar_one()
        events = session.execute(select(CaseEvent).order_by(CaseEvent.id)).scalars().all()
    assert (case.outcome, case.closed_at is not None) == (None, True)
    assert [event.kind for event in events] == ["opened", "request", "claimed", "closed", "erased"]
    assert {event.note for event in events} == {None}


@pytest.mark.parametrize("any_database", ["sqlite"], indirect=True)
def test_erased_words_are_not_in_the_database_file(anywhere: Anywhere) -> None:
    receipt = say("秘密口令贝塔九")
    with engine().connect() as connection:
        sealed = connection.exec_driver_sql("SELECT body FROM message").scalar_one()
    erase(anywhere)
    assert bodies(receipt.conversation_id)[0] == GONE
    empty_log()
    files = list(settings().data_dir.glob("xinqiao.db*"))
    assert files
    assert not any(sealed in file.read_bytes() for file in files)


def test_what_others_said_stays(anywhere: Anywhere) -> None:
    other = say("我是另一个人", sender="worker-2")
    say("我有个秘密")
    erase(anywhere)
    assert bodies(other.conversation_id)[0] == "我是另一个人"


def test_what_is_written_after_the_yes_is_new_and_stays(anywhere: Anywhere) -> None:
    receipt = say("我有个秘密")
    say("删除我的记录")
    anywhere.answer_all()
    say("确定删除")
    say("再问一个，工资啥时候发")
    anywhere.answer_all()
    assert "再问一个，工资啥时候发" in bodies(receipt.conversation_id)
    assert says(receipt.conversation_id)[-1] == "回声：再问一个，工资啥时候发"


def test_what_was_not_delivered_yet_is_taken_back(anywhere: Anywhere) -> None:
    say("工资啥时候发", channel="telegram")
    anywhere.answer_all()
    erase(anywhere, channel="telegram")
    with reading() as session:
        rows = session.execute(
            select(Outbox.state, Message.body).join(Message, Message.id == Outbox.message_id).order_by(Outbox.id)
        ).all()
    assert [row.body for row in rows if row.state == OutboxState.pending] == [texts.get("erase_done").text]
    assert desk.dead_letters() == []


def test_an_open_crisis_keeps_its_words_says_so_and_lets_them_go_when_it_is_closed(
    anywhere: Anywhere, at: SetClock
) -> None:
    receipt, staff = say("我有个秘密"), a_counsellor()
    anywhere.answer_all()
    say(CRY)
    anywhere.answer_all()
    leave_everything(receipt.conversation_id)
    erase(anywhere)
    number = desk.queue()[0].number
    assert number is not None
    assert number in says(receipt.conversation_id)[-1]
    thread = bodies(receipt.conversation_id)
    assert thread[0] == GONE
    assert CRY in thread
    assert left() == [1, 0, 0, 1, 0], "answers and contact stay with the case"
    desk.claim(receipt.conversation_id, staff)
    at(DAY_SHIFT + timedelta(hours=2))
    assert anywhere.do_due() >= 1
    assert CRY in bodies(receipt.conversation_id), "the case is still open"
    close(receipt.conversation_id, staff, "已转介")
    at(DAY_SHIFT + timedelta(hours=4))
    anywhere.do_due()
    assert CRY not in bodies(receipt.conversation_id)
    assert left() == [0] * 5
    assert planned(TaskKind.erase) == []


def test_words_after_the_case_outlive_its_late_erasure(anywhere: Anywhere, at: SetClock) -> None:
    receipt, staff = say(CRY), a_counsellor()
    anywhere.answer_all()
    erase(anywhere)
    desk.claim(receipt.conversation_id, staff)
    close(receipt.conversation_id, staff, "已转介")
    at(DAY_SHIFT + timedelta(minutes=10))
    say("后来又来问工资")
    anywhere.answer_all()
    make_due(TaskKind.erase)
    anywhere.do_due()
    assert CRY not in bodies(receipt.conversation_id)
    assert "后来又来问工资" in bodies(receipt.conversation_id)


def test_the_events_of_a_case_can_lose_a_note_and_nothing_else(anywhere: Anywhere) -> None:
    say(CRY)
    anywhere.answer_all()
    with transaction() as session:
        event = session.execute(select(CaseEvent).limit(1)).scalar_one()
        event.note = None
    for name, value in (("kind", "other"), ("note", "换了")):
        with pytest.raises(DatabaseError, match="append-only"):
            change_an_event(name, value)


def change_an_event(name: str, value: str) -> None:
    with transaction() as session:
        setattr(session.execute(select(CaseEvent).limit(1)).scalar_one(), name, value)
