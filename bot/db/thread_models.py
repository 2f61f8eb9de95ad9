"""The tables of the conversation at the desk: keys of replies."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base


class ReplyKey(Base):
    """The key that a page gave to a reply: pressing again after a lost answer finds the message that is there."""

    __tablename__ = "reply_key"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
