"""The reply window of a conversation, computed from its messages and its outbox; and what waits for it to open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.models import CareCase, Conversation, Message, Outbox
from bot.db.states import Author, CaseState, OutboxState
from bot.window import Allowance, allowance, window_of

STALE = timedelta(minutes=30)  # after which what the bot had to say is no longer worth a message


def allowance_of(session: Session, conversation: Conversation) -> Allowance | None:
    """Gives what the channel still allows; None where it sets no limit or the worker has never written."""
    return allowances(session, [conversation]).get(conversation.id)


def allowances(session: Session, conversations: Iterable[Conversation]) -> dict[str, Allowance]:
    """Gives what is left in each of those whose channel sets a limit, in three queries however many they are."""
    limited = {one.id: window for one in conversations if not one.drill and (window := window_of(one.channel))}
    if not limited:
        return {}
    heard = _heard(list(limited)).subquery()
    heard_at = {row.conversation_id: row.created_at for row in session.execute(select(heard))}
    used = select(Outbox.conversation_id, func.sum(Outbox.parts_sent))  # of joined ones only the first has parts
    used = used.join(heard, heard.c.conversation_id == Outbox.conversation_id)
    used = used.where(Outbox.sent_at >= heard.c.created_at).group_by(Outbox.conversation_id)
    counts = {row[0]: int(row[1]) for row in session.execute(used)}
    cases = select(CareCase.conversation_id).where(CareCase.state != CaseState.closed)
    in_care = set(session.execute(cases.where(CareCase.conversation_id.in_(limited))).scalars())
    return {key: allowance(limited[key], at, counts.get(key, 0), key in in_care) for key, at in heard_at.items()}


def _heard(conversation_ids: list[str]) -> Select[str, datetime]:
    """When each worker last wrote."""
    mine = (Message.conversation_id.in_(conversation_ids), Message.author == Author.worker)
    newest = select(func.max(Message.id)).where(*mine).group_by(Message.conversation_id)
    return select(Message.conversation_id, Message.created_at).where(Message.id.in_(newest))


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
