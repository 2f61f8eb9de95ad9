"""The tables of the conversation at the desk: keys of replies, canned replies, private notes, who is in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import now
from bot.db.base import Base
from bot.db.encryption import EncryptedText


class ReplyKey(Base):
    """The key that a page gave to a reply: pressing again after a lost answer finds the message that is there."""

    __tablename__ = "reply_key"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)


class CannedReply(Base):
    """A short text for counsellors. It says nothing of a person, so it is not encrypted."""

    __tablename__ = "canned_reply"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(40), unique=True)  # of one that came with the repository
    title: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(12))  # letters to find it by, such as the initials of its sounds
    body: Mapped[str]
    place: Mapped[int]
    source_digest: Mapped[str] = mapped_column(String(64))
    edited_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    edited_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class ThreadNote(Base):
    """What a counsellor wrote beside a thread for colleagues. It is in no outbox, so no channel can send it."""

    __tablename__ = "thread_note"
    __table_args__ = (UniqueConstraint("staff_id", "key"), Index("ix_thread_note_thread", "conversation_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    after_id: Mapped[int]  # of the last message when it was written; 0 before the first
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(default=now)


class Companion(Base):
    """Somebody beside the holder of a conversation: invited, then joined, then gone. In force until `left_at`."""

    __tablename__ = "companion"
    __table_args__ = (
        Index(
            "uq_companion_in_force",
            "conversation_id",
            "staff_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    invited_at: Mapped[datetime] = mapped_column(default=now)
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class HandOver(Base):
    """A conversation that was taken from somebody; the reason is the event's note, so it is erased with it."""

    __tablename__ = "hand_over"
    event_id: Mapped[int] = mapped_column(ForeignKey("case_event.id"), primary_key=True)
    from_staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    seen_at: Mapped[datetime | None]
