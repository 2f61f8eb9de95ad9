"""Closing a case in a test that is about something else: with a report, and a lead's approval where it needs one."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from bot.care import closing
from bot.db.models import CareCase, Staff
from bot.db.session import reading, transaction
from bot.db.states import CaseState, OutcomeKind, Role
from bot.level import Level

ENDING = {"text": "情绪平稳", "kind": "resolved", "risk": "low"}  # the same as a page sends it


def report(summary: str = "好了", kind: OutcomeKind = OutcomeKind.resolved, risk: Level = Level.none) -> closing.Report:
    """What is known when a case is closed."""
    return closing.Report(kind, summary, risk)


def a_lead() -> str:
    """An account of a lead; gives its id."""
    with transaction() as session:
        row = Staff(login=f"lead-{uuid4().hex[:8]}", display_name="督导", role=Role.lead)
        session.add(row)
        session.flush()
        return row.id


def close(conversation_id: str, staff_id: str, summary: str = "好了") -> None:
    """Closes the conversation's case in hand, to the end."""
    if not closing.close(conversation_id, staff_id, report(summary)):
        with reading() as session:
            asked = select(CareCase.number).where(CareCase.state == CaseState.closing)
            number = session.execute(asked.where(CareCase.closing_by == staff_id)).scalars().first()
        assert number is not None
        closing.approve(number, a_lead())
