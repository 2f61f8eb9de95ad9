"""The tables of study and of the union's programme: what a worker answered, and what is on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.states import ActivityKind, ActivityState


class StudyAnswer(Base):
    """A worker's first answer to a question of the bank on a day; theirs to see, nobody else's."""

    __tablename__ = "study_answer"
    __table_args__ = (UniqueConstraint("person_id", "question_id", "day"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    question_id: Mapped[str] = mapped_column(String(40))
    right: Mapped[bool]
    day: Mapped[date]  # in China
    at: Mapped[datetime] = mapped_column(default=now)


class Activity(Base):
    """A course, lecture, contest or day of volunteering; workers see it while it is published and lies ahead."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_next", "state", "starts_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ActivityKind] = mapped_column()
    title: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    sign_up: Mapped[str] = mapped_column(String(200))  # how one signs up; may be empty
    audience: Mapped[str] = mapped_column(String(60))  # for whom; empty: everybody
    state: Mapped[ActivityState] = mapped_column(default=ActivityState.draft)
    created_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
