"""The table of what is proposed for an FAQ, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText
from bot.db.states import RevisionSource, RevisionState


class FaqRevision(Base):
    """One wording of an FAQ as somebody proposed it. The approved ones are its history; `faq` holds the last."""

    __tablename__ = "faq_revision"
    __table_args__ = (
        Index("ix_faq_revision_faq", "faq_id", "id"),
        Index("ix_faq_revision_state", "state", "submitted_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    faq_id: Mapped[str] = mapped_column(String(80))
    content: Mapped[str] = mapped_column(EncryptedText)  # JSON; a draft may hold words of workers
    state: Mapped[RevisionState] = mapped_column(default=RevisionState.draft)
    source: Mapped[RevisionSource]
    batch: Mapped[str | None] = mapped_column(String(32), index=True)  # the import it came with
    based_on: Mapped[int] = mapped_column(default=0)  # the approved revision that was live when it was written; 0: none
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reviewed_at: Mapped[datetime | None]
    comment: Mapped[str | None] = mapped_column(EncryptedText)  # why it went back, in the words of the reviewer
