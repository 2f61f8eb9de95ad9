"""The tables of looking back: what workers say of the help they got, and talks with counsellors after hard cases."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText
from bot.db.states import RatingValue


class Rating(Base):
    """One question "did it help", asked once after a person left. It names no counsellor, so nobody can be ranked."""

    __tablename__ = "rating"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("care_case.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now, index=True)
    value: Mapped[RatingValue | None]
    rated_at: Mapped[datetime | None]


class RatingMessage(Base):
    """A message that is about a rating: a tap, or the words to it. The desk's thread leaves it out."""

    __tablename__ = "rating_message"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True, autoincrement=False)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.message_id"), index=True)
    is_words: Mapped[bool] = mapped_column(default=False)


class Debrief(Base):
    """A talk with a counsellor after hard cases. The note is for whom wrote it, and never about a worker."""

    __tablename__ = "debrief"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    held_on: Mapped[date] = mapped_column()  # China's date
    held_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(default=now)
