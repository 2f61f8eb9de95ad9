"""The tables of rota and night chain: turns, exceptions, switches, addresses of notices, steps and what was sent."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText
from bot.db.states import NoticeState, Rung


class DutyTurn(Base):
    """A turn of every week; past midnight if it does not end after it starts. Taken off the rota, the row stays."""

    __tablename__ = "duty_turn"
    id: Mapped[int] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column()  # 1 is Monday
    starts: Mapped[time] = mapped_column()  # China's time
    ends: Mapped[time] = mapped_column()
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[Rung] = mapped_column()  # first, second or lead
    added_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None]


class DutyException(Base):
    """A change on one date: while it lasts, it stands in the place of the weekly turns; nobody's is a holiday."""

    __tablename__ = "duty_exception"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column()
    starts: Mapped[time] = mapped_column()
    ends: Mapped[time] = mapped_column()
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[Rung | None]  # None: all places
    added_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None]


class DutySwitch(Base):
    """What a member of staff said of themselves: here now though not on the rota, or away. It ends by itself."""

    __tablename__ = "duty_switch"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    here: Mapped[bool] = mapped_column()
    until: Mapped[datetime] = mapped_column()


class NoticeAddress(Base):
    """Where a member of staff (or the office, if it is nobody's) is called: an Apprise URL, which holds secrets."""

    __tablename__ = "notice_address"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    url: Mapped[str] = mapped_column(EncryptedText)  # emptied when the address is taken away
    added_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None]


class EscalationStep(Base):
    """One rung that an unseen alert has climbed: whom it called, and when."""

    __tablename__ = "escalation_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))  # the oldest that nobody had seen then
    rung: Mapped[Rung] = mapped_column()
    people: Mapped[int] = mapped_column()  # who stood on that rung; of the office, its addresses
    at: Mapped[datetime] = mapped_column(default=now)


class Notice(Base):
    """One notice to one address. At least once: the row is written with the step and marked when it is sent."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_due", "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("escalation_step.id"), index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("notice_address.id"))
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.pending)
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
