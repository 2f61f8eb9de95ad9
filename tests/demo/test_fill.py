"""What `xinqiao demo` fills a database with."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from bot import triage
from bot.care import desk, rota
from bot.clock import now
from bot.db.care_models import AlarmMark, CaseAnswer, Consent, MoodEntry
from bot.db.case_models import CheckTick, PlanStep, Referral, StaffTask
from bot.db.models import Alert, CareCase, CaseEvent, Conversation, Inbox, Message, Outbox, Staff
from bot.db.org_models import IdentityRequest, StaffUnit, UnionUnit, WorkerUnit
from bot.db.rating_models import Rating
from bot.db.session import reading
from bot.db.states import CaseState, Category, InboxState, OutboxState, Owner, Role
from bot.db.thread_models import CannedReply, Companion, HandOver, ThreadNote
from bot.demo import stories
from bot.level import Level
from tests.demo.conftest import CASES, Demo

SHOWN = (ThreadNote, CannedReply, Companion, HandOver, AlarmMark, CaseAnswer, Consent, MoodEntry, PlanStep, StaffTask)
SHOWN += (CheckTick, Referral, UnionUnit, StaffUnit, WorkerUnit, IdentityRequest, Rating)


def test_there_is_a_case_in_every_state_of_every_level_and_category(in_demo: Demo) -> None:
    with reading() as session:
        cases = session.execute(select(CareCase)).scalars().all()
    assert len(cases) >= CASES - 2
    assert {case.state for case in cases} == set(CaseState)
    assert {case.level for case in cases} == set(Level)
    assert {case.category for case in cases} == set(Category)


def test_exactly_one_imminent_alert_rings(in_demo: Demo) -> None:
    ringing = [row for row in desk.queue() if row.alerts and row.level == Level.imminent]
    assert [row.owner for row in ringing] == [Owner.waiting]
    with reading() as session:
        unseen = select(Alert).where(Alert.acknowledged_at.is_(None), Alert.level == Level.imminent)
        assert len(session.execute(unseen).scalars().all()) == 1


def test_there_is_somebody_of_every_role_and_somebody_on_duty_at_any_hour(in_demo: Demo) -> None:
    with reading() as session:
        assert set(session.execute(select(Staff.role)).scalars()) == set(Role)
        assert rota.week_gaps(session) == []
        assert rota.silent(session) == 0


def test_every_part_of_the_desk_has_something_to_show(in_demo: Demo) -> None:
    with reading() as session:
        for table in SHOWN:
            assert session.execute(select(func.count()).select_from(table)).scalar_one() > 0, table
        states = Counter(session.execute(select(Outbox.state)).scalars())
        stuck = session.execute(select(func.count()).where(Inbox.state == InboxState.failed)).scalar_one()
        drills = session.execute(select(func.count()).where(Conversation.drill)).scalar_one()
    assert states[OutboxState.dead] >= 2
    assert states[OutboxState.pending] == 0
    assert (stuck, drills) == (1, 1)


def test_histories_run_forward_and_end_before_now(in_demo: Demo) -> None:
    with reading() as session:
        for table, key in ((Message, Message.conversation_id), (CaseEvent, CaseEvent.case_id)):
            last: dict[object, object] = {}
            for row in session.execute(select(table).order_by(table.id)).scalars():
                moment = row.created_at if table is Message else row.at
                assert moment <= now()
                assert last.get(getattr(row, key.key), moment) <= moment
                last[getattr(row, key.key)] = moment


def test_a_closed_case_has_its_outcome_and_its_times_in_order(in_demo: Demo) -> None:
    with reading() as session:
        for case in session.execute(select(CareCase).where(CareCase.state == CaseState.closed)).scalars():
            assert case.outcome
            assert case.closed_at is not None
            assert case.opened_at <= (case.acknowledged_at or case.claimed_at or case.closed_at) <= case.closed_at


def test_no_sentence_is_milder_to_triage_than_its_story_says() -> None:
    content = stories.load()
    firsts = [(one["level"], one["text"]) for one in content["crowd"]["openings"]]
    firsts.append(("imminent", content["live"]["steps"][0]["say"]))
    for level, text in firsts:
        assert triage.assess(text).level == level, text
