"""The panel beside the thread: what it tells, what it keeps back, what is noted."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from bot import care
from bot.care import desk, panel
from bot.clock import now
from bot.db.base import Base
from bot.db.care_models import CaseAnswer, Consent, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.models import CareCase, CaseEvent, Conversation
from bot.db.session import reading, transaction
from bot.db.states import AgeBand, CaseState, Category, Purpose
from bot.errors import BadInput, NotFound
from bot.level import Level
from tests.care.test_cases import staff
from tests.closing import close
from tests.conversation.acts import say


def in_care() -> Conversation:
    """A conversation with an open case."""
    accepted = say("不想活了")
    care.open_case(accepted.message_id, Level.high, "third_person")
    with reading() as session:
        return session.get_one(Conversation, accepted.conversation_id)


def add(*rows: Base) -> None:
    """Stores rows, each after the one before."""
    with transaction() as session:
        for row in rows:
            session.add(row)
            session.flush()


def case_id() -> int:
    with reading() as session:
        return session.execute(select(CareCase.id)).scalar_one()


def pair(conversation: Conversation) -> CareCase:
    """A rights case paired with the one that is open."""
    row = CareCase(
        number="20260101-00099",
        conversation_id=conversation.id,
        person_id=conversation.person_id,
        category=Category.rights,
        level=Level.low,
        kind="wage_threat",
        paired_with=case_id(),
    )
    add(row)
    return row


def test_answers_consents_and_mood_are_told_to_the_counsellor(any_database: str) -> None:
    conversation = in_care()
    person = conversation.person_id
    add(
        CaseAnswer(case_id=case_id(), question="safe_now", answer="no", level=Level.high),
        Consent(person_id=person, purpose=Purpose.follow_up, wording="x", withdrawn_at=now()),
        Consent(person_id=person, purpose=Purpose.contact, wording="x"),
        MoodEntry(person_id=person, body=json.dumps({"mood": "2"})),
    )
    found = panel.of(conversation.id)
    assert [(one.question, one.answer, one.level) for one in found.answers] == [("safe_now", "no", Level.high)]
    holds = {one.purpose: one.withdrawn_at is None for one in found.agreements}
    assert holds == {Purpose.contact: True, Purpose.follow_up: False}
    assert [body for _, body in found.moods] == [{"mood": "2"}]
    assert (found.plan, found.has_contact, found.age_band) == (None, False, None)


def test_a_consent_given_anew_holds(any_database: str) -> None:
    conversation = in_care()
    person = conversation.person_id
    add(
        Consent(person_id=person, purpose=Purpose.contact, wording="x", withdrawn_at=now()),
        Consent(person_id=person, purpose=Purpose.contact, wording="x"),
    )
    assert [one.withdrawn_at for one in panel.of(conversation.id).agreements] == [None]


def test_a_plan_is_read_only_when_the_worker_shared_it(any_database: str) -> None:
    conversation = in_care()
    row = SafetyPlan(person_id=conversation.person_id, body=json.dumps({"signs": "睡不着"}))
    add(row)
    assert panel.of(conversation.id).plan == {}
    with transaction() as session:
        session.merge(row).body = json.dumps({"signs": "睡不着", panel.SHARED: True})
    assert panel.of(conversation.id).plan == {"signs": "睡不着"}


def test_the_emergency_contact_is_shown_for_a_reason_that_is_noted(any_database: str) -> None:
    conversation, who = in_care(), staff("a")
    person = conversation.person_id
    add(
        EmergencyContact(person_id=person, body="表姐，厂门口小卖部"),
        Consent(person_id=person, purpose=Purpose.emergency, wording="x"),
    )
    assert panel.of(conversation.id).has_contact
    with pytest.raises(BadInput):
        panel.reveal_contact(conversation.id, who, "  ")
    assert panel.reveal_contact(conversation.id, who, "人在楼顶") == "表姐，厂门口小卖部"
    with reading() as session:
        event = session.execute(select(CaseEvent).where(CaseEvent.kind == "contact_read")).scalar_one()
    assert (event.staff_id, event.note) == (who, "人在楼顶")


def test_without_its_consent_there_is_no_emergency_contact(any_database: str) -> None:
    conversation = in_care()
    person = conversation.person_id
    add(
        EmergencyContact(person_id=person, body="表姐"),
        Consent(person_id=person, purpose=Purpose.emergency, wording="x", withdrawn_at=now()),
    )
    assert not panel.of(conversation.id).has_contact
    with pytest.raises(NotFound):
        panel.reveal_contact(conversation.id, staff("a"), "人在楼顶")


def test_a_pair_of_cases_is_one_line_of_the_queue_and_two_of_the_panel(any_database: str) -> None:
    conversation = in_care()
    second = pair(conversation)
    (row,) = desk.queue()
    assert (row.kind, row.pair) == ("third_person", second.number)
    assert [case.category for case in panel.of(conversation.id).cases] == [Category.psychological, Category.rights]


def test_of_a_pair_the_first_is_claimed_and_closed_first_and_the_other_stays_in_the_queue(any_database: str) -> None:
    conversation, who = in_care(), staff("a")
    second = pair(conversation)
    desk.acknowledge(conversation.id, who)
    desk.claim(conversation.id, who)
    close(conversation.id, who, "情绪平稳")
    (row,) = desk.queue()
    assert (row.number, row.pair) == (second.number, None)
    desk.claim(conversation.id, who)
    close(conversation.id, who, "工资已付")
    assert desk.queue() == []
    with reading() as session:
        assert set(session.execute(select(CareCase.state)).scalars()) == {CaseState.closed}


def test_a_new_sign_raises_the_first_case_of_a_pair(any_database: str) -> None:
    conversation = in_care()
    pair(conversation)
    care.open_case(say("我现在就去跳楼").message_id, Level.imminent, "self_harm")
    (row,) = desk.queue()
    assert (row.level, row.kind) == (Level.imminent, "self_harm")


def test_the_queue_names_drills_and_age(any_database: str) -> None:
    conversation = in_care()
    with transaction() as session:
        row = session.get_one(Conversation, conversation.id)
        row.drill, row.person.age_band = True, AgeBand.minor
    (line,) = desk.queue()
    assert (line.drill, line.age_band) == (True, AgeBand.minor)
