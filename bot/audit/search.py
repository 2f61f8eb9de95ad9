"""Finding entries: by person, case, action, day; newest first, or all of them in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select

from bot.audit.actions import Action, Kind
from bot.audit.chain import Row
from bot.audit.verify import BATCH, COLUMNS, bounds
from bot.db.audit_models import AuditEntry
from bot.db.models import Staff
from bot.db.session import reading
from bot.errors import BadInput

SYSTEM = "system"  # instead of a staff id: what nobody of the staff did
_CASE = re.compile(r"\d{8}-\d{5,9}")
_STAFF = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Wanted:
    """What is looked for; an empty field does not narrow."""

    staff: str = ""
    case: str = ""
    action: Action | None = None
    day: date | None = None

    def __post_init__(self) -> None:
        """Refuses what is no id: so nothing anybody typed is repeated in an entry or a file."""
        if self.case and not _CASE.fullmatch(self.case):
            raise BadInput("this is no case number")
        if self.staff and self.staff != SYSTEM and not _STAFF.fullmatch(self.staff):
            raise BadInput("this is no member of staff")


def page(wanted: Wanted, before: int | None = None, limit: int = 50) -> list[Row]:
    """The newest entries below the number `before`, newest first."""
    found = _matching(wanted).order_by(AuditEntry.seq.desc()).limit(limit)
    if before is not None:
        found = found.where(AuditEntry.seq < before)
    with reading() as session:
        return [Row(*row) for row in session.execute(found)]


def walk(wanted: Wanted, upto: int) -> Iterator[list[Row]]:
    """All entries up to a number, in order, batch by batch."""
    after = 0
    while rows := _batch(wanted, after, upto):
        yield rows
        after = rows[-1].seq


def _batch(wanted: Wanted, after: int, upto: int) -> list[Row]:
    found = _matching(wanted).where(AuditEntry.seq > after, AuditEntry.seq <= upto)
    with reading() as session:
        return [Row(*row) for row in session.execute(found.order_by(AuditEntry.seq).limit(BATCH))]


def _matching(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    found = select(*COLUMNS)
    if wanted.staff == SYSTEM:
        found = found.where(AuditEntry.staff_id.is_(None))
    elif wanted.staff:
        of_them = and_(AuditEntry.subject_kind == Kind.staff.value, AuditEntry.subject_id == wanted.staff)
        found = found.where(or_(AuditEntry.staff_id == wanted.staff, of_them))
    if wanted.case:
        found = found.where(AuditEntry.subject_kind == Kind.case.value, AuditEntry.subject_id == wanted.case)
    if wanted.action:
        found = found.where(AuditEntry.action == wanted.action.value)
    if wanted.day:
        start, end = bounds(wanted.day)
        found = found.where(AuditEntry.at >= start, AuditEntry.at < end)
    return found


def people() -> dict[str, tuple[str, str]]:
    """Every member of staff: id → display name and role."""
    with reading() as session:
        rows = session.execute(select(Staff.id, Staff.display_name, Staff.role).order_by(Staff.display_name))
        return {row[0]: (row[1], row[2].value) for row in rows}
