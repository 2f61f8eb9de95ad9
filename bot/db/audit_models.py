"""The tables of the audit chain. A trigger refuses every change of an entry and every step back of the head."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base


class AuditEntry(Base):
    """One act or one look. Each value is text exactly as it was hashed, so that no database changes it on the way.

    There is no foreign key: an entry outlives what it names.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_staff", "staff_id", "at"),
        Index("ix_audit_entry_subject", "subject_id", "seq"),
        Index("ix_audit_entry_action", "action", "seq"),
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 … without a gap
    at: Mapped[str] = mapped_column(String(32), index=True)  # ISO, UTC, microseconds: sorts as it reads
    staff_id: Mapped[str | None] = mapped_column(String(32))  # None: the system, the worker or the command line
    action: Mapped[str] = mapped_column(String(24))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(400))  # JSON of safe fields
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of the chain: one row, locked by whoever appends."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
