"""The reply window of a conversation, computed from its messages and its outbox; and what waits for it to open."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.models import CareCase, Conversation, Message, Outbox
from bot.db.states import Author, CaseState, OutboxState
from bot.window import Allowance, allowance, window_of

STALE = timedelta(minutes=30)  # after which what the bot had to say is no longer worth a message


def allowance_of(session: Session, conversation: Conversation) -> Allowance | None:
    """Gives what the channel still allows; None where it sets no limit or the worker has never written."""
    window = window_of(conversation.channel)
    heard_at = _heard_at(session, conversation.id) if window else None
    if window is None or heard_at is None or conversation.drill:
        return None
    is_open = select(CareCase.id).where(CareCase.conversation_id == conversation.id, CareCase.state != CaseState.closed)
    has_case = session.execute(is_open.limit(1)).first() is not None
    return allowance(window, heard_at, _used(session, conversation.id, heard_at), has_case)


def _heard_at(session: Session, conversation_id: str) -> datetime | None:
    heard = select(Message.created_at).where(
        Message.conversation_id == conversation_id, Message.author == Author.worker
    )
    return session.execute(heard.order_by(Message.id.desc()).limit(1)).scalar()


def _used(session: Session, conversation_id: str, since: datetime) -> int:
    """Messages that went out since; of several joined into one only the first has parts."""
    parts = select(func.coalesce(func.sum(Outbox.parts_sent), 0)).where(
        Outbox.conversation_id == conversation_id, Outbox.sent_at >= since
    )
    return int(session.execute(parts).scalar_one())


def let_go(session: Session, conversation_id: str) -> None:
    """Puts what was held back in line: the worker has written, so the window is open. The bot's stale words go."""
    held = (Outbox.conversation_id == conversation_id, Outbox.state == OutboxState.held)
    old = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.author != Author.counsellor,
        Message.created_at < now() - STALE,
    )
    plain = {"synchronize_session": False}
    gone = update(Outbox).where(*held, Outbox.message_id.in_(old)).values(state=OutboxState.withdrawn)
    session.execute(gone, execution_options=plain)
    again = update(Outbox).where(*held).values(state=OutboxState.pending, not_before=now(), error_code=None)
    session.execute(again, execution_options=plain)
