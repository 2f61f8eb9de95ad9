"""Private notes: never sent, never exported, found only where the person may look, gone when their time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import care
from bot.care import desk, erasure, notes, records, retention
from bot.clock import now
from bot.db.models import CaseEvent, Message, Outbox
from bot.db.session import engine, reading, transaction
from bot.db.states import Purpose
from bot.db.thread_models import ThreadNote
from bot.errors import BadInput, NotFound
from bot.level import Level
from tests.care.ground import DAY_SHIFT, SetClock, agree, person_of
from tests.care.test_cases import staff
from tests.closing import close
from tests.conversation.acts import say

WORDS = "暗号紫云英：夜里给姐姐打过电话"


def texts_of(conversation_id: str) -> list[str]:
    return [note.text for note in notes.of_conversation(conversation_id)]


def case_with_note(who: str, sender: str = "worker-1") -> str:
    """A conversation with an open case and a note."""
    accepted = say("不想活了", sender)
    care.open_case(accepted.message_id, Level.high)
    notes.add(accepted.conversation_id, who, WORDS)
    return accepted.conversation_id


def test_a_note_stands_behind_the_message_it_was_written_at_and_is_on_the_case(any_database: str) -> None:
    who = staff("李芳")
    conversation = case_with_note(who)
    last = desk.thread(conversation)[-1].id
    say("再说一句")
    (note,) = notes.of_conversation(conversation)
    assert (note.after, note.staff_name, note.text) == (last, "李芳", WORDS)
    with reading() as session:
        event = session.execute(select(CaseEvent).where(CaseEvent.kind == "noted")).scalar_one()
    assert (event.staff_id, event.note) == (who, None)


def test_a_note_is_no_message_and_in_no_outbox(any_database: str) -> None:
    conversation = case_with_note(staff("a"))
    with reading() as session:
        assert session.execute(select(func.count()).select_from(Outbox)).scalar_one() == 0
        assert session.execute(select(func.count()).select_from(Message)).scalar_one() == 1
    assert WORDS not in [row.text for row in desk.thread(conversation)]


def test_a_note_is_not_in_the_workers_own_records(any_database: str) -> None:
    conversation = case_with_note(staff("a"))
    with transaction() as session:
        assert "紫云英" not in records.gather(session, person_of(conversation)).json


def test_a_note_lies_encrypted(any_database: str) -> None:
    case_with_note(staff("a"))
    with engine().connect() as connection:
        raw = connection.exec_driver_sql("SELECT body FROM thread_note").scalar_one()
    assert "紫云英".encode() not in bytes(raw)


def test_the_same_press_twice_is_one_note(any_database: str) -> None:
    who, conversation = staff("a"), say("你好").conversation_id
    key = "ab" * 16
    assert notes.add(conversation, who, "一", key) == notes.add(conversation, who, "一", key)
    assert texts_of(conversation) == ["一"]


@pytest.mark.parametrize("text", ["", "  \n", "长" * 2001])
def test_a_note_of_no_size_is_refused(any_database: str, text: str) -> None:
    with pytest.raises(BadInput):
        notes.add(say("你好").conversation_id, staff("a"), text)


def test_there_is_no_note_on_a_conversation_that_is_not_there(any_database: str) -> None:
    with pytest.raises(NotFound):
        notes.add("0" * 32, staff("a"), "一")


def test_a_search_looks_only_into_the_conversations_it_was_given(any_database: str) -> None:
    who = staff("a")
    first, second = case_with_note(who), case_with_note(who, "worker-2")
    assert notes.search("紫云英", [first, second]) == {first, second}
    assert notes.search("紫云英", [second]) == {second}
    assert notes.search("紫云英", []) == set()
    assert notes.search("蒲公英", [first, second]) == set()


def test_erasing_takes_the_notes_but_not_while_a_crisis_is_open(any_database: str) -> None:
    who = staff("a")
    conversation, other = case_with_note(who), case_with_note(who, "worker-2")
    with transaction() as session:
        erasure.erase(session, person_of(conversation), 10**6)
    assert texts_of(conversation) == [WORDS], "the open crisis case still needs it"
    close(conversation, who, "好了")
    with transaction() as session:
        erasure.erase(session, person_of(conversation), 10**6)
    assert texts_of(conversation) == []
    assert texts_of(other) == [WORDS]


@pytest.mark.parametrize(
    ("days", "consent", "gone"), [(29, False, False), (31, False, True), (31, True, False), (181, True, True)]
)
def test_notes_go_with_what_was_said_on_the_case(
    any_database: str, at: SetClock, days: int, consent: bool, gone: bool
) -> None:
    who = staff("a")
    conversation = case_with_note(who)
    if consent:
        agree(conversation, Purpose.keep_sensitive)
    close(conversation, who, "好了")
    at(DAY_SHIFT + timedelta(days=days))
    retention.sweep()
    assert (texts_of(conversation) == []) is gone


def test_the_notes_of_an_open_case_stay(any_database: str, at: SetClock) -> None:
    conversation = case_with_note(staff("a"))
    at(DAY_SHIFT + timedelta(days=400))
    retention.sweep()
    assert texts_of(conversation) == [WORDS]
    with reading() as session:
        assert session.execute(select(ThreadNote.at)).scalar_one() < now()
