"""The tables of the union's tree: units, where staff and workers belong, requests to see who a worker is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base, new_id
from bot.db.encryption import EncryptedText
from bot.db.states import IdentityState, UnitKind


class UnionUnit(Base):
    """A city's, a district's or an enterprise's union. A closed one keeps its people, but gets no new ones."""

    __tablename__ = "union_unit"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("union_unit.id"), index=True)
    kind: Mapped[UnitKind] = mapped_column()
    name: Mapped[str] = mapped_column(String(60))
    closed_at: Mapped[datetime | None]


class StaffUnit(Base):
    """What a member of staff answers for, and who employs them. Without a row, or a unit: for everybody."""

    __tablename__ = "staff_unit"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("union_unit.id"), index=True)
    employer_id: Mapped[str | None] = mapped_column(ForeignKey("union_unit.id"), index=True)


class WorkerUnit(Base):
    """Where a worker belongs, if they said so. The id is in clear, because every question to the database asks it."""

    __tablename__ = "worker_unit"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("union_unit.id"), index=True)
    set_at: Mapped[datetime] = mapped_column(default=now)


class IdentityRequest(Base):
    """One request to see who a worker is: asked with a reason, decided by another person, in force for a time."""

    __tablename__ = "identity_request"
    __table_args__ = (
        Index(
            "uq_identity_request_open",
            "conversation_id",
            "staff_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[IdentityState] = mapped_column(default=IdentityState.asked)
    reason: Mapped[str] = mapped_column(EncryptedText)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(EncryptedText)  # why it was granted or refused
    until: Mapped[datetime | None]
