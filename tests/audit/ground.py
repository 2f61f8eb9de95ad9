"""What the audit's tests stand on: entries, a hand in the database, and what the chain says of it."""

from __future__ import annotations

from sqlalchemy import select

from bot import audit
from bot.audit import verify
from bot.audit.chain import Row
from bot.audit.verify import COLUMNS, Anchor
from bot.db.audit_models import AuditEntry
from bot.db.session import engine, reading

STAFF = "a" * 32
GUARDS = {
    "sqlite": ("audit_entry_no_update", "audit_entry_no_delete", "audit_head_forward", "audit_head_no_delete"),
    "postgresql": ("audit_entry_rows", "audit_head_forward", "audit_head_rows"),
}


def fill(count: int) -> None:
    """So many entries."""
    for number in range(1, count + 1):
        audit.note(audit.Action.claimed, STAFF, audit.case(f"20261128-{number:05d}"))


def rows() -> list[Row]:
    """All entries."""
    with reading() as session:
        return [Row(*row) for row in session.execute(select(*COLUMNS).order_by(AuditEntry.seq))]


def drop_guards() -> None:
    """What somebody with the database in their hands does first."""
    dialect = engine().dialect.name
    for name in GUARDS[dialect]:
        table = "" if dialect == "sqlite" else f" ON {'audit_entry' if 'entry' in name else 'audit_head'}"
        by_hand(f"DROP TRIGGER {name}{table}")


def by_hand(statement: str) -> None:
    """Raw SQL, past the application."""
    with engine().begin() as connection:
        connection.exec_driver_sql(statement)


def found(*anchors: Anchor) -> tuple[verify.Fault | None, int | None]:
    """What a check finds, and where."""
    result = verify.verify(anchors)
    return result.fault, result.seq
