"""Marks on alarms: who may say what of a message, what counts, what is counted."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot import care
from bot.care import marks
from bot.db.care_models import AlarmMark
from bot.db.models import CaseEvent, Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import Author, Verdict
from bot.errors import BadInput, NotFound
from bot.level import Level
from tests.care.test_cases import staff
from tests.conversation.acts import say

CRY = "我现在就去跳楼"


def said(text: str, sender: str = "worker-1") -> Message:
    """A stored message of a worker."""
    accepted = say(text, sender=sender)
    with reading() as session:
        return session.execute(select(Message).where(Message.public_id == accepted.message_id)).scalar_one()


def test_a_persons_last_verdict_counts_and_the_earlier_ones_stay_on_record(any_database: str) -> None:
    message, who = said(CRY), staff("a")
    marks.give(message.conversation_id, message.id, who, Verdict.right)
    marks.give(message.conversation_id, message.id, who, Verdict.wrong, Level.low, " 是玩笑 ")
    (mark,) = marks.of_conversation(message.conversation_id)
    assert (mark.verdict, mark.level, mark.note, mark.staff_name) == (Verdict.wrong, Level.low, "是玩笑", "a")
    with reading() as session:
        assert len(session.execute(select(AlarmMark.id)).all()) == 2


def test_two_counsellors_mark_the_same_message_each_for_themselves(any_database: str) -> None:
    message = said(CRY)
    for login, verdict in (("a", Verdict.right), ("b", Verdict.wrong)):
        marks.give(message.conversation_id, message.id, staff(login), verdict)
    found = [(mark.staff_name, mark.verdict) for mark in marks.of_conversation(message.conversation_id)]
    assert found == [("a", Verdict.right), ("b", Verdict.wrong)]


def test_a_mark_is_noted_on_the_case(any_database: str) -> None:
    accepted = say(CRY)
    care.open_case(accepted.message_id, Level.imminent, "self_harm")
    with reading() as session:
        message = session.execute(select(Message).where(Message.public_id == accepted.message_id)).scalar_one()
    who = staff("a")
    for verdict in (Verdict.right, Verdict.wrong):
        marks.give(message.conversation_id, message.id, who, verdict)
    with reading() as session:
        events = session.execute(select(CaseEvent).where(CaseEvent.kind == "marked")).scalars().all()
    assert [(event.staff_id, event.note) for event in events] == [
        (who, f"right {accepted.message_id}"),
        (who, f"wrong {accepted.message_id}"),
    ]


def test_what_was_missed_can_be_any_message_of_the_worker(any_database: str) -> None:
    message = said("今天食堂的面不错")
    marks.give(message.conversation_id, message.id, staff("a"), Verdict.missed)
    (mark,) = marks.of_conversation(message.conversation_id)
    assert mark.level == Level.high


@pytest.mark.parametrize(
    ("text", "verdict", "level"),
    [
        ("今天食堂的面不错", Verdict.right, None),
        ("今天食堂的面不错", Verdict.wrong, None),
        ("今天食堂的面不错", Verdict.missed, Level.none),
        (CRY, Verdict.missed, Level.low),
        (CRY, Verdict.wrong, Level.imminent),
    ],
)
def test_a_verdict_that_does_not_fit_the_message_is_refused(
    any_database: str, text: str, verdict: Verdict, level: Level | None
) -> None:
    message = said(text)
    with pytest.raises(BadInput):
        marks.give(message.conversation_id, message.id, staff("a"), verdict, level)
    assert marks.of_conversation(message.conversation_id) == []


def test_only_a_workers_message_of_this_conversation_is_marked(any_database: str) -> None:
    message, other, who = said(CRY), said(CRY, "worker-2"), staff("a")
    with pytest.raises(NotFound):
        marks.give(message.conversation_id, other.id, who, Verdict.right)
    with transaction() as session:
        session.execute(update(Message).where(Message.id == message.id).values(author=Author.bot))
    with pytest.raises(NotFound):
        marks.give(message.conversation_id, message.id, who, Verdict.right)


def test_marks_are_counted_by_level_and_kind_with_the_last_word_on_each_message(any_database: str) -> None:
    who, other = staff("a"), staff("b")
    first, second, quiet = said(CRY, "w1"), said(CRY, "w2"), said("今天食堂的面不错", "w3")
    marks.give(first.conversation_id, first.id, who, Verdict.wrong)
    marks.give(first.conversation_id, first.id, other, Verdict.right)
    marks.give(second.conversation_id, second.id, who, Verdict.wrong, Level.low)
    marks.give(quiet.conversation_id, quiet.id, who, Verdict.missed, Level.high)
    alarms, missed = marks.precision()
    assert (alarms.level, alarms.kind, alarms.right, alarms.wrong, alarms.missed) == (
        *(Level.imminent, "self_harm"),
        *(1, 1, 0),
    )
    assert alarms.precision == 0.5
    assert (missed.level, missed.right, missed.wrong, missed.missed, missed.precision) == (Level.high, 0, 0, 1, None)


def test_a_drill_is_not_counted(any_database: str) -> None:
    message = said(CRY)
    marks.give(message.conversation_id, message.id, staff("a"), Verdict.right)
    with transaction() as session:
        session.execute(update(Conversation).values(drill=True))
    assert marks.precision() == []
