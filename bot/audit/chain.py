"""The chain itself: how an entry is hashed, and how entries are appended."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.audit.actions import Action, Subject
from bot.clock import now
from bot.db.audit_models import AuditEntry, AuditHead
from bot.db.encryption import decode_key
from bot.settings import settings

GENESIS = "0" * 64
_PURPOSE = b"xinqiao audit chain 1"  # the key of the chain is another than the one channel ids are looked up by


class Row(NamedTuple):
    """An entry as it is stored and hashed."""

    seq: int
    at: str
    staff_id: str | None
    action: str
    subject_kind: str
    subject_id: str
    detail: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Act:
    """What is to be appended. `detail` is JSON text."""

    action: Action
    staff_id: str | None
    subject: Subject
    detail: str


def chain_key() -> bytes:
    """The key of the chain, derived from XINQIAO_LOOKUP_KEY."""
    return hmac.digest(decode_key("lookup_key", settings().lookup_key), _PURPOSE, "sha256")


def digest(key: bytes, row: Row) -> str:
    """Gives the hash that belongs to an entry: HMAC-SHA256 over a JSON array of all its other values."""
    text = json.dumps(row[:-1], ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def stamp(moment: datetime) -> str:
    """Gives a moment as an entry keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def append(session: Session, acts: Sequence[Act]) -> None:
    """Appends to the chain. Whoever appends holds the head until the transaction ends: so this comes last in it."""
    head = select(AuditHead.seq, AuditHead.hash).with_for_update()
    seq, previous = session.execute(head).one()
    key, at = chain_key(), stamp(now())
    rows = []
    for act in acts:
        seq += 1
        row = Row(seq, at, act.staff_id, act.action.value, *_subject(act), act.detail, previous, "")
        previous = digest(key, row)
        rows.append(row._replace(hash=previous)._asdict())
    session.execute(insert(AuditEntry), rows)
    session.execute(update(AuditHead).values(seq=seq, hash=previous))


def _subject(act: Act) -> tuple[str, str]:
    return act.subject.kind.value, act.subject.id
