"""The tables of care beyond the case itself: consent, answers, plan, contact, tasks that fall due, marks, releases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText
from bot.db.states import Purpose, ReleaseState, TaskKind, TaskState, Verdict
from bot.level import Level


class Consent(Base):
    """One purpose to which a worker agreed, and when the agreement was taken back. At most one is in force."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_in_force",
            "person_id",
            "purpose",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[Purpose] = mapped_column()
    wording: Mapped[str] = mapped_column(String(40))  # key and review date of the text that was agreed to
    granted_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]


class CaseAnswer(Base):
    """What a worker answered to one of the bot's questions, for the counsellor, so that nobody asks twice."""

    __tablename__ = "case_answer"
    __table_args__ = (UniqueConstraint("message_id", "question"), Index("ix_case_answer_case", "case_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    question: Mapped[str] = mapped_column(String(40))  # the slot's name
    answer: Mapped[str] = mapped_column(EncryptedText)  # yes | no | skip | the worker's own words
    level: Mapped[Level | None]  # what the answer says about risk
    at: Mapped[datetime] = mapped_column(default=now)


class SafetyPlan(Base):
    """The plan that a worker wrote down with the bot; theirs to read, change and delete."""

    __tablename__ = "safety_plan"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    body: Mapped[str] = mapped_column(EncryptedText)  # JSON: step → the worker's words
    updated_at: Mapped[datetime] = mapped_column(default=now)


class MoodEntry(Base):
    """One mood check-in, kept only with consent."""

    __tablename__ = "mood_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    body: Mapped[str] = mapped_column(EncryptedText)  # JSON: question → answer
    at: Mapped[datetime] = mapped_column(default=now)


class EmergencyContact(Base):
    """Whom to call when the worker's life is in danger, given with a consent of its own."""

    __tablename__ = "emergency_contact"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    body: Mapped[str] = mapped_column(EncryptedText)  # the worker's words: who, and how to reach them
    updated_at: Mapped[datetime] = mapped_column(default=now)


class DueTask(Base):
    """Something the gateway does at a time: taken with SKIP LOCKED, done once."""

    __tablename__ = "due_task"
    __table_args__ = (
        Index("ix_due_task_due", "state", "due_at"),
        UniqueConstraint("conversation_id", "kind", "due_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TaskKind] = mapped_column()
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("care_case.id"))
    step: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column()
    state: Mapped[TaskState] = mapped_column(default=TaskState.pending)
    done_at: Mapped[datetime | None]


class AlarmMark(Base):
    """A counsellor's verdict on what triage made of a message. Rows are only added: a person's last one counts."""

    __tablename__ = "alarm_mark"
    __table_args__ = (Index("ix_alarm_mark_message", "message_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    verdict: Mapped[Verdict] = mapped_column()
    level: Mapped[Level | None]  # what it should have been
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(default=now)


class TriageRelease(Base):
    """A changed lexicon: rows added to and switched off in the repository's, with what the checks said of it.

    One is live at most, one a draft.
    """

    __tablename__ = "triage_release"
    __table_args__ = (
        Index(
            "uq_triage_release_state",
            "state",
            unique=True,
            sqlite_where=text("state <> 'retired'"),
            postgresql_where=text("state <> 'retired'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[ReleaseState] = mapped_column(default=ReleaseState.draft)
    changes: Mapped[list[Any]]  # [{"op": "add"|"drop", "file": …, "row": {…}}]: expressions, never a worker's words
    report: Mapped[str | None] = mapped_column(EncryptedText)  # JSON of the gate and of the replay
    created_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    published_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
