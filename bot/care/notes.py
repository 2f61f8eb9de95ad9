"""Private notes in a thread: what counsellors write for each other. They are never sent and never exported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from bot import audit
from bot.care import links
from bot.care.panel import about
from bot.db.care_models import Consent
from bot.db.models import CareCase, CaseEvent, Conversation, Message, Staff
from bot.db.session import reading, transaction
from bot.db.states import CaseState, Purpose
from bot.db.thread import lock_conversation
from bot.db.thread_models import ThreadNote
from bot.errors import BadInput

MAX_NOTE = 2000
SEARCHED = 5000  # of the newest notes


@dataclass(frozen=True)
class Note:
    """One note. It stands behind the message with the id `after`, which was the last one when it was written."""

    id: int
    after: int
    staff_id: str
    staff_name: str
    text: str
    at: datetime


def add(conversation_id: str, staff_id: str, text: str, key: str | None = None) -> int:
    """Writes a note and gives its id; the same `key` again changes nothing. Raises NotFound, BadInput."""
    text = text.strip()
    if not text or len(text) > MAX_NOTE:
        raise BadInput(f"a note has 1 to {MAX_NOTE} characters")
    with transaction() as session:
        lock_conversation(session, conversation_id)
        known = _of_key(session, staff_id, key)
        if known is not None:
            return known
        note = ThreadNote(conversation_id=conversation_id, staff_id=staff_id, body=text, key=key)
        note.after_id = session.execute(_last_message(conversation_id)).scalar() or 0
        session.add(note)
        _audit(session, conversation_id, staff_id)
        session.flush()
        return note.id


def _of_key(session: Session, staff_id: str, key: str | None) -> int | None:
    if key is None:
        return None
    known = select(ThreadNote.id).where(ThreadNote.staff_id == staff_id, ThreadNote.key == key)
    return session.execute(known).scalar()


def _last_message(conversation_id: str) -> Select[int | None]:
    return select(func.max(Message.id)).where(Message.conversation_id == conversation_id)


def _audit(session: Session, conversation_id: str, staff_id: str) -> None:
    newest = select(CareCase.id).where(links.has_conversation(conversation_id)).order_by(CareCase.id.desc())
    case_id = session.execute(newest.limit(1)).scalar()
    if case_id is not None:
        session.add(CaseEvent(case_id=case_id, kind="noted", staff_id=staff_id))
    audit.record(session, audit.Action.noted, staff_id, about(session, conversation_id))


def of_conversation(conversation_id: str) -> list[Note]:
    """The notes of a conversation in the order in which they were written."""
    rows = (
        select(ThreadNote, Staff.display_name)
        .join(Staff, Staff.id == ThreadNote.staff_id)
        .where(ThreadNote.conversation_id == conversation_id)
        .order_by(ThreadNote.id)
    )
    with reading() as session:
        return [
            Note(note.id, note.after_id, note.staff_id, name, note.body, note.at)
            for note, name in session.execute(rows)
        ]


def search(words: str, conversation_ids: Collection[str] | Select[str]) -> set[str]:
    """Which of these conversations have a note with the words in it. The caller gives only those the person may see.

    Notes are encrypted, so the newest ones are opened and read, in memory.
    """
    wanted = words.casefold()
    newest = (
        select(ThreadNote.conversation_id, ThreadNote.body)
        .where(ThreadNote.conversation_id.in_(conversation_ids))
        .order_by(ThreadNote.id.desc())
        .limit(SEARCHED)
    )
    with reading() as session:
        return {row.conversation_id for row in session.execute(newest) if wanted in row.body.casefold()}


def erase(session: Session, person_id: str) -> None:
    """Deletes the notes in a person's conversations."""
    own = select(Conversation.id).where(Conversation.person_id == person_id)
    session.execute(delete(ThreadNote).where(ThreadNote.conversation_id.in_(own)))


def sweep(session: Session, *, sensitive: datetime, chat: datetime) -> None:
    """Deletes what was written before `sensitive`, or before `chat` where keeping was agreed to; never on an open case
    or one that was closed after `sensitive`."""
    over = or_(ThreadNote.at < chat, and_(ThreadNote.at < sensitive, ~_may_keep()))
    held = exists().where(
        links.has_conversation(ThreadNote.conversation_id),
        or_(CareCase.state != CaseState.closed, CareCase.closed_at > sensitive),
    )
    session.execute(delete(ThreadNote).where(over, ~held).execution_options(synchronize_session=False))


def _may_keep() -> ColumnElement[bool]:
    return exists().where(
        Conversation.id == ThreadNote.conversation_id,
        Consent.person_id == Conversation.person_id,
        Consent.purpose == Purpose.keep_sensitive,
        Consent.withdrawn_at.is_(None),
    )
