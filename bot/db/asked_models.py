"""What the bot made of questions, and what of it people should look at. No words of a person stand here in clear."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText
from bot.db.states import ReviewSource, ReviewState, Understood


class Asked(Base):
    """What became of one message of a worker. No text: figures are made of it, and the inbox is filled from it."""

    __tablename__ = "asked"
    __table_args__ = (Index("ix_asked_at", "at"), Index("ix_asked_faq", "faq_id", "at"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    outcome: Mapped[Understood]
    topic: Mapped[str] = mapped_column(String(24), default="")
    faq_id: Mapped[str | None] = mapped_column(String(80))


class ReviewItem(Base):
    """One thing for an editor to look at: redacted words, alike ones under one `cluster` (the id of the first)."""

    __tablename__ = "review_item"
    __table_args__ = (UniqueConstraint("message_id", "source"), Index("ix_review_item_state", "state", "cluster"))
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[ReviewSource]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    words: Mapped[str] = mapped_column(EncryptedText)
    answer: Mapped[str | None] = mapped_column(EncryptedText)  # a counsellor's, redacted as well
    faq_id: Mapped[str | None] = mapped_column(String(80))  # the answer that was voted down
    cluster: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[ReviewState] = mapped_column(default=ReviewState.open)
    at: Mapped[datetime] = mapped_column(default=now)
    handled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    handled_at: Mapped[datetime | None]
