"""Consent: one purpose at a time, with its wording, in force until it is taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.care import consents
from bot.db.care_models import Consent, EmergencyContact
from bot.db.models import Conversation
from bot.db.session import reading, transaction
from bot.db.states import Purpose
from tests.conversation.acts import say

WORDING = "consent_follow_up 2026-11-26"


@pytest.fixture
def person(any_database: str) -> str:
    conversation_id = say("你好").conversation_id
    with reading() as session:
        return session.get_one(Conversation, conversation_id).person_id


def test_each_purpose_is_agreed_to_by_itself(person: str) -> None:
    with transaction() as session:
        consents.give(session, person, Purpose.follow_up, WORDING)
        assert [purpose for purpose in Purpose if consents.given(session, person, purpose)] == [Purpose.follow_up]


def test_agreeing_twice_is_one_agreement(person: str) -> None:
    for _ in range(2):
        with transaction() as session:
            consents.give(session, person, Purpose.contact, WORDING)
    with reading() as session:
        assert session.execute(select(func.count()).select_from(Consent)).scalar_one() == 1


def test_one_agreement_is_taken_back_and_the_other_stays(person: str) -> None:
    with transaction() as session:
        consents.give(session, person, Purpose.contact, WORDING)
        consents.give(session, person, Purpose.follow_up, WORDING)
        assert consents.withdraw(session, person, [Purpose.contact]) == [Purpose.contact]
        assert not consents.given(session, person, Purpose.contact)
        assert consents.given(session, person, Purpose.follow_up)


def test_taking_back_is_kept_on_record_and_agreeing_again_is_possible(person: str) -> None:
    with transaction() as session:
        consents.give(session, person, Purpose.follow_up, WORDING)
        assert consents.withdraw(session, person) == [Purpose.follow_up]
        assert consents.withdraw(session, person) == []
        consents.give(session, person, Purpose.follow_up, WORDING)
    with reading() as session:
        rows = session.execute(select(Consent).order_by(Consent.id)).scalars().all()
    assert [row.withdrawn_at is None for row in rows] == [False, True]
    assert {row.wording for row in rows} == {WORDING}


def test_the_emergency_contact_is_forgotten_with_its_consent(person: str) -> None:
    with transaction() as session:
        consents.give(session, person, Purpose.emergency, WORDING)
        session.add(EmergencyContact(person_id=person, body="姐姐"))
    with transaction() as session:
        consents.withdraw(session, person)
        assert session.get(EmergencyContact, person) is None
