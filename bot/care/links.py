"""Which conversations a case has: the one it was opened in, and those that were joined to it with its code."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.db.case_models import CaseLink
from bot.db.models import CareCase, Conversation
from bot.db.states import Owner

Which = str | InstrumentedAttribute[str]


def has_conversation(conversation_id: Which) -> ColumnElement[bool]:
    """The condition on a case that this conversation belongs to it."""
    joined = select(CaseLink.case_id).where(CaseLink.conversation_id == conversation_id)
    if not isinstance(conversation_id, str):
        joined = joined.correlate(conversation_id.class_)
    return or_(CareCase.conversation_id == conversation_id, CareCase.id.in_(joined))


def of_case(case: CareCase) -> Select[Conversation]:
    """The conversations of a case, the first one first."""
    joined = select(CaseLink.conversation_id).where(CaseLink.case_id == case.id)
    return (
        select(Conversation)
        .where(or_(Conversation.id == case.conversation_id, Conversation.id.in_(joined)))
        .order_by(Conversation.id != case.conversation_id, Conversation.created_at, Conversation.id)
    )


def lock(session: Session, case: CareCase) -> list[Conversation]:
    """Gives the conversations of a case, locked in one order until the transaction ends."""
    ids = sorted(session.execute(of_case(case).with_only_columns(Conversation.id)).scalars())
    locked = select(Conversation).where(Conversation.id.in_(ids)).order_by(Conversation.id).with_for_update()
    return list(session.execute(locked.execution_options(populate_existing=True)).scalars())


def is_held(conversations: list[Conversation], *, but: str | None = None) -> bool:
    """True if a person has one of these, other than the conversation `but`."""
    return any(one.owner == Owner.counsellor and one.id != but for one in conversations)
