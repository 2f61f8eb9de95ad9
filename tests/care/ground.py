"""What the tests of care share: consents, everything a person can leave with us, and a clock that is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import func, select

from bot.clock import LOCAL, now, set_now
from bot.db.care_models import CaseAnswer, Consent, DueTask, EmergencyContact, MoodEntry, SafetyPlan
from bot.db.models import CareCase, Conversation
from bot.db.session import reading, transaction
from bot.db.states import Purpose, TaskKind, TaskState

DAY_SHIFT = datetime(2026, 11, 26, 10, 0, tzinfo=LOCAL)
SetClock = Callable[[datetime], None]
LEFT = (CaseAnswer, SafetyPlan, MoodEntry, EmergencyContact, Consent)


@pytest.fixture
def at() -> Iterator[SetClock]:
    """Sets the clock to a moment; it stands still until it is set again."""

    def set_clock(moment: datetime) -> None:
        set_now(lambda: moment)

    set_clock(DAY_SHIFT)
    yield set_clock
    set_now(None)


def person_of(conversation_id: str) -> str:
    with reading() as session:
        return session.get_one(Conversation, conversation_id).person_id


def agree(conversation_id: str, purpose: Purpose = Purpose.follow_up) -> None:
    """The worker agrees to something."""
    with transaction() as session:
        person_id = session.get_one(Conversation, conversation_id).person_id
        session.add(Consent(person_id=person_id, purpose=purpose, wording="test 2026-11-26"))


def leave_everything(conversation_id: str) -> None:
    """The worker fills in everything that can be filled in."""
    agree(conversation_id, Purpose.keep_sensitive)
    with transaction() as session:
        person_id = session.get_one(Conversation, conversation_id).person_id
        case = session.execute(select(CareCase).where(CareCase.conversation_id == conversation_id)).scalar()
        session.add(SafetyPlan(person_id=person_id, body='{"signs": "睡不着"}'))
        session.add(MoodEntry(person_id=person_id, body='{"mood": "闷"}'))
        session.add(EmergencyContact(person_id=person_id, body="老乡"))
        if case is not None:
            session.add(CaseAnswer(case_id=case.id, question="safe_now", answer="yes"))


def left() -> list[int]:
    """How many rows there are of each kind that a person can leave."""
    with reading() as session:
        return [session.execute(select(func.count()).select_from(table)).scalar_one() for table in LEFT]


def planned(kind: TaskKind, state: TaskState = TaskState.pending) -> list[DueTask]:
    """The tasks of a kind in a state, in order."""
    with reading() as session:
        found = select(DueTask).where(DueTask.kind == kind, DueTask.state == state).order_by(DueTask.due_at)
        return list(session.execute(found).scalars())


def make_due(kind: TaskKind) -> None:
    """Has the first pending task of a kind fall due now."""
    with transaction() as session:
        found = select(DueTask).where(DueTask.kind == kind, DueTask.state == TaskState.pending)
        session.execute(found.order_by(DueTask.due_at).limit(1)).scalar_one().due_at = now()
