"""How far each message to a worker has come, in the words of the page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console import labels
from bot.db.models import Message, Outbox
from bot.db.states import Author, OutboxState

RECENT = 100  # outgoing messages whose delivery is followed


def of_conversation(session: Session, conversation_id: str) -> dict[str, dict[str, Any]]:
    """Message id → state, words, and whether it may be sent again; JSON wants the ids as text."""
    newest = (
        select(Outbox, Message.author)
        .join(Message, Message.id == Outbox.message_id)
        .where(Outbox.conversation_id == conversation_id)
        .order_by(Outbox.id.desc())
        .limit(RECENT)
    )
    return {str(row.message_id): _shown(row, author) for row, author in session.execute(newest)}


def _shown(row: Outbox, author: Author) -> dict[str, Any]:
    again = row.state == OutboxState.dead and author == Author.counsellor
    return {"state": row.state, "text": _words(row), "again": again}


def _words(row: Outbox) -> str:
    why = labels.delivery_error(row.error_code or "") if row.error_code else ""
    match row.state:
        case OutboxState.sent:
            return "记录已删除" if row.error_code == "erased" else "已发出"
        case OutboxState.dead:
            return f"没送到：{why}" if why else "没送到"
        case OutboxState.pending if why:
            return f"还没发成（{why.partition('，')[0]}），会再试"
        case OutboxState.pending:
            return "排队中" if row.lease_until is None else "正在发"
