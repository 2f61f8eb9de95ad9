"""The tables of work on a case: plan, checklist, tasks of staff, referrals, receipt codes, joined conversations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText
from bot.db.states import ReferralState, ReferralTo


class PlanStep(Base):
    """One step of what staff mean to do, in their words."""

    __tablename__ = "plan_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"), index=True)
    body: Mapped[str] = mapped_column(EncryptedText)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    done_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None]


class CheckTick(Base):
    """One item of the checklist that was ticked; the items themselves are in nlu_data/case_checklist.yml."""

    __tablename__ = "check_tick"
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class StaffTask(Base):
    """Something a member of staff does for a case by a day. (`DueTask` is what the gateway does by itself.)"""

    __tablename__ = "staff_task"
    __table_args__ = (Index("ix_staff_task_open", "done_at", "staff_id", "due_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"), index=True)
    body: Mapped[str] = mapped_column(EncryptedText)
    due_on: Mapped[date]  # a day where the desk is
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))  # who does it
    made_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    done_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None]


class Referral(Base):
    """A case offered to others, and what they said."""

    __tablename__ = "referral"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"), index=True)
    to: Mapped[ReferralTo] = mapped_column()
    name: Mapped[str] = mapped_column(EncryptedText)  # which team, hospital or body; may be empty inside
    reason: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[ReferralState] = mapped_column(default=ReferralState.offered, index=True)
    offered_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    offered_at: Mapped[datetime] = mapped_column(default=now)
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))  # of a body outside: who wrote it down
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(EncryptedText)  # who said it, or why not
    done_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None]


class ReceiptCode(Base):
    """The code that opens a worker's case from another channel; only its keyed hash is kept. One a case."""

    __tablename__ = "receipt_code"
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(default=now)


class CodeTry(Base):
    """A code that fitted nothing: when, and from which conversation; never what was typed."""

    __tablename__ = "code_try"
    __table_args__ = (Index("ix_code_try_from", "conversation_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    at: Mapped[datetime] = mapped_column(default=now, index=True)


class CaseLink(Base):
    """A conversation that was joined to a case with its code. The newest link of a conversation counts."""

    __tablename__ = "case_link"
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
