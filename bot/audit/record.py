"""Recording who did or saw what, in the transaction that does it: an act without its entry is not committed."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.audit.actions import NOTHING, Action, Subject
from bot.audit.chain import Act, append, stamp
from bot.clock import now
from bot.db.audit_models import AuditEntry
from bot.db.session import reading, transaction

READ_AGAIN = timedelta(minutes=5)  # looks of one person at one thing within this are one look
SAFE_FIELDS = frozenset(
    {
        "as_of",
        "case",
        "cases",
        "count",
        "day",
        "days",
        "did",
        "fault",
        "hours",
        "left",
        "passed",
        "place",
        "role",
        "said",
        "verdict",
        "who",
    }
)
SAFE_VALUE = re.compile(r"[A-Za-z0-9_.:-]{0,40}")  # a word of an enum, an id, a date: no sentence and no Chinese fits
_WAITING = "audit"

Value = str | int | bool | None


def record(
    session: Session, action: Action, staff_id: str | None = None, subject: Subject = NOTHING, **detail: Value
) -> None:
    """Records an act; it is written just before the transaction commits, so that the chain is held for a moment only.

    Raises ValueError for a field or a value that could carry words of anybody.
    """
    act = Act(action, staff_id, _checked(subject), _safe(detail))
    session.info.setdefault(_WAITING, []).append(act)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get(_WAITING):
        return
    acts: list[Act] = session.info.pop(_WAITING)
    session.flush()  # the act's own locks come before the chain's, always: so nobody waits in a circle
    append(session, acts)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_WAITING, None)


def _checked(subject: Subject) -> Subject:
    if not SAFE_VALUE.fullmatch(subject.id):
        raise ValueError("an audit subject is a case number or a public id")
    return subject


def _safe(detail: dict[str, Value]) -> str:
    """The fields as JSON; None is left out."""
    for name, value in detail.items():
        if name not in SAFE_FIELDS or (isinstance(value, str) and not SAFE_VALUE.fullmatch(value)):
            raise ValueError(f"{name} is no safe audit field")
    kept: dict[str, Any] = {name: value for name, value in sorted(detail.items()) if value is not None}
    return json.dumps(kept, separators=(",", ":"))


def note(action: Action, staff_id: str | None = None, subject: Subject = NOTHING, **detail: Value) -> None:
    """Records something in a transaction of its own: a look, or what has no transaction to go with."""
    with transaction() as session:
        record(session, action, staff_id, subject, **detail)


def looked_lately(session: Session, action: Action, staff_id: str, subject: Subject = NOTHING) -> bool:
    """True if this very look is on record within `READ_AGAIN`."""
    same = select(AuditEntry.seq).where(
        AuditEntry.staff_id == staff_id,
        AuditEntry.at > stamp(now() - READ_AGAIN),
        AuditEntry.action == action.value,
        AuditEntry.subject_id == subject.id,
        AuditEntry.subject_kind == subject.kind.value,
    )
    return session.execute(same.limit(1)).first() is not None


def look(action: Action, staff_id: str, subject: Subject = NOTHING) -> None:
    """Records that somebody looked, once in `READ_AGAIN`: in between it costs one short reading and no write."""
    with reading() as session:
        if looked_lately(session, action, staff_id, subject):
            return
    note(action, staff_id, subject)
