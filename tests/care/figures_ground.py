"""Invented cases, written straight into the tables, so that many are made quickly and their times are exact."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.db.models import CareCase, CaseEvent, ChannelIdentity, Conversation, Message, Person, Staff
from bot.db.states import Author, Role
from bot.level import Level

_numbers = itertools.count(1)


def counsellor(session: Session, name: str = "林", role: Role = Role.counsellor) -> str:
    """An account; gives its id."""
    person = Staff(login=f"staff-{next(_numbers)}", display_name=name, role=role)
    session.add(person)
    session.flush()
    return person.id


def case(
    session: Session,
    at: datetime,
    level: Level = Level.high,
    *,
    called: bool = True,
    seen: float | None = None,
    replied: float | None = None,
    stopped: float | None = None,
    by: str | None = None,
    drill: bool = False,
    **facts: Any,
) -> CareCase:
    """A case opened at a moment by a message of that moment; the rest is in seconds after it."""
    number = next(_numbers)
    later = lambda seconds: None if seconds is None else at + timedelta(seconds=seconds)  # noqa: E731
    person = Person(pseudonym=f"职工-{number:06}")
    session.add(person)
    session.flush()
    identity = ChannelIdentity(
        person_id=person.id, channel="web", account="t", external_hash=f"h{number}", external_id="x"
    )
    session.add(identity)
    session.flush()
    conversation = Conversation(identity_id=identity.id, person_id=person.id, channel="web", drill=drill)
    session.add(conversation)
    session.flush()
    cry = Message(conversation_id=conversation.id, author=Author.worker, body="x", level=level, created_at=at)
    row = CareCase(
        number=f"T{number}",
        conversation_id=conversation.id,
        person_id=person.id,
        level=level,
        opened_at=at,
        acknowledged_at=later(seen),
        staff_id=by,
        **facts,
    )
    session.add_all([cry, row])
    session.flush()
    if called:
        event(session, row, "sign", at, message_id=cry.id, level=level if level.is_crisis else Level.high)
    if by is not None:
        event(session, row, "claimed", at, staff_id=by)
    if stopped is not None:
        event(session, row, "stopped", at + timedelta(seconds=stopped))
    if replied is not None:
        words = {"author": Author.counsellor, "body": "x", "created_at": later(replied)}
        session.add(Message(conversation_id=conversation.id, **words))
    return row


def event(session: Session, row: CareCase, kind: str, at: datetime, **facts: Any) -> None:
    session.add(CaseEvent(case_id=row.id, kind=kind, at=at, **facts))
