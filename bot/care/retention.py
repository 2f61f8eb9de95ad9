"""The clocks of retention: what was said goes after a time; distress sooner, unless keeping it was agreed to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from bot import audit
from bot.care import casework, links, notes
from bot.care.erasure import blank
from bot.clock import now
from bot.db.care_models import CaseAnswer, Consent, MoodEntry
from bot.db.models import CareCase, CaseEvent, Conversation, Message
from bot.db.programme_models import StudyAnswer
from bot.db.session import empty_log, reading, transaction
from bot.db.states import Author, CaseState, Purpose
from bot.level import Level
from bot.settings import settings

BATCH = 500  # messages in one transaction, so that nobody waits long for it


def sweep() -> int:
    """Erases everything that is over its time, in small transactions; gives how many messages that were."""
    erased = 0
    while (count := _batch()) > 0:
        erased += count
    with transaction() as session:
        _old_answers(session)
        casework.sweep(session, _before(settings().sensitive_days))
        notes.sweep(session, sensitive=_before(settings().sensitive_days), chat=_before(settings().chat_days))
        for table in (MoodEntry, StudyAnswer):
            session.execute(delete(table).where(table.at < _before(settings().chat_days)))
        if erased:
            audit.record(session, audit.Action.expired, None, count=erased)
    empty_log()
    return erased


def _batch() -> int:
    with reading() as session:  # the search may take long on a large table: nobody must wait to write meanwhile
        ids = session.execute(select(Message.id).where(_over()).order_by(Message.id).limit(BATCH)).scalars().all()
    if not ids:
        return 0
    with transaction() as session:
        return blank(session, Message.id.in_(ids))


def _before(days: int) -> datetime:
    return now() - timedelta(days=days)


def _over() -> ColumnElement[bool]:
    """Messages that are over their time and on no open case."""
    old = Message.created_at < _before(settings().chat_days)
    sensitive = and_(Message.created_at < _before(settings().sensitive_days), _in_distress(), ~_may_keep())
    return and_(Message.erased_at.is_(None), or_(old, sensitive), ~_on_case(_still_open()))


def _in_distress() -> ColumnElement[bool]:
    """What shows a sign of distress, what a counsellor wrote, and what was said while a case was open."""
    signed = Message.level.in_([level for level in Level if level != Level.none])
    return or_(signed, Message.author == Author.counsellor, _on_case(CareCase.id.is_not(None)))


def _on_case(which: ColumnElement[bool]) -> ColumnElement[bool]:
    named = exists().where(CaseEvent.case_id == CareCase.id, CaseEvent.message_id == Message.id)
    during = and_(
        Message.created_at >= CareCase.opened_at,
        or_(CareCase.closed_at.is_(None), Message.created_at <= CareCase.closed_at),
    )
    of_conversation = links.has_conversation(Message.conversation_id)
    return exists().where(of_conversation, or_(named.correlate(CareCase, Message), during), which).correlate(Message)


def _still_open() -> ColumnElement[bool]:
    """Cases that are open, or closed so lately that what was said on them is kept."""
    return or_(CareCase.state != CaseState.closed, CareCase.closed_at > _before(settings().sensitive_days))


def _may_keep() -> ColumnElement[bool]:
    return (
        exists()
        .where(
            Conversation.id == Message.conversation_id,
            Consent.person_id == Conversation.person_id,
            Consent.purpose == Purpose.keep_sensitive,
            Consent.withdrawn_at.is_(None),
        )
        .correlate(Message)
    )


def _old_answers(session: Session) -> None:
    over = select(CareCase.id).where(
        CareCase.state == CaseState.closed, CareCase.closed_at < _before(settings().sensitive_days)
    )
    session.execute(delete(CaseAnswer).where(CaseAnswer.case_id.in_(over)))
