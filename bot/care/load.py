"""How much one counsellor carries: a limit that asks before it is passed, and never stands in the way of a life."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from bot.care import links
from bot.clock import now
from bot.db.models import Alert, CareCase, CaseEvent, Conversation
from bot.db.states import CaseState, Owner
from bot.errors import NotAllowedNow
from bot.level import Level
from bot.settings import settings

CRISIS = [level for level in Level if level.is_crisis]


class TooMuch(NotAllowedNow):
    """The counsellor carries `count` already, as many as are good for one; they may still take more if they say so."""

    def __init__(self, count: int) -> None:
        super().__init__(self.code)
        self.count = count


class OverCapacity(TooMuch):
    """As many conversations at once as one can accompany."""

    code = "over_capacity"


class OverShift(TooMuch):
    """As many conversations of high risk in one shift as one should take."""

    code = "over_shift"


def check(session: Session, conversation: Conversation, staff_id: str) -> None:
    """Raises TooMuch if this person has enough already; never for an imminent one."""
    if _is(session, conversation, [Level.imminent]):
        return
    held = _held(session, staff_id)
    if held >= settings().desk_capacity:
        raise OverCapacity(held)
    hard = _hard_ones(session, staff_id) if _is(session, conversation, CRISIS) else 0
    if hard >= settings().shift_crises:
        raise OverShift(hard)


def _is(session: Session, conversation: Conversation, levels: list[Level]) -> bool:
    """True if conversation, open case or an unseen alert is of one of these levels."""
    case = select(CareCase.id).where(
        links.has_conversation(conversation.id), CareCase.state != CaseState.closed, CareCase.level.in_(levels)
    )
    alert = select(Alert.id).where(
        Alert.conversation_id == conversation.id, Alert.acknowledged_at.is_(None), Alert.level.in_(levels)
    )
    found = select(or_(case.exists(), alert.exists()))
    return conversation.level in levels or bool(session.execute(found).scalar())


def _held(session: Session, staff_id: str) -> int:
    own = select(func.count()).where(Conversation.owner == Owner.counsellor, Conversation.counsellor_id == staff_id)
    return session.execute(own).scalar_one()


def _hard_ones(session: Session, staff_id: str) -> int:
    """How many cases of high risk this person took within the length of a shift; exercises do not count."""
    taken = (
        select(func.count(distinct(CaseEvent.case_id)))
        .join(CareCase, CareCase.id == CaseEvent.case_id)
        .join(Conversation, Conversation.id == CareCase.conversation_id)
        .where(CaseEvent.kind.in_(("claimed", "taken_over")), CaseEvent.staff_id == staff_id)
        .where(CaseEvent.at > now() - timedelta(hours=settings().shift_hours))
        .where(CareCase.level.in_(CRISIS), Conversation.drill.is_(False))
    )
    return session.execute(taken).scalar_one()
