"""How far each message to a worker has come, in the words of the page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console import labels
from bot.db.models import Conversation, Message, Outbox
from bot.db.states import Author, OutboxState
from bot.level import Level

RECENT = 100  # outgoing messages whose delivery is followed


def of_conversation(session: Session, conversation_id: str) -> dict[str, dict[str, Any]]:
    """Message id → state, words, and what a button offers (again, withdraw, recommend); JSON wants the ids as text."""
    newest = (
        select(Outbox, Message.author)
        .join(Message, Message.id == Outbox.message_id)
        .where(Outbox.conversation_id == conversation_id)
        .order_by(Outbox.id.desc())
        .limit(RECENT)
    )
    calm = session.get_one(Conversation, conversation_id).level == Level.none
    return {str(row.message_id): _shown(row, author, calm) for row, author in session.execute(newest)}


def _shown(row: Outbox, author: Author, calm: bool) -> dict[str, Any]:
    by_person = author == Author.counsellor
    offers = {OutboxState.dead: "again", OutboxState.held: "withdraw", OutboxState.sent: "recommend" if calm else ""}
    offer = offers.get(row.state, "") if by_person and row.error_code != "erased" else ""
    return {"state": row.state, "text": _words(row, by_person), "offer": offer}


def _words(row: Outbox, by_person: bool) -> str:
    why = labels.delivery_error(row.error_code or "") if row.error_code else ""
    match row.state:
        case OutboxState.sent:
            if row.error_code == "erased":
                return "记录已删除"
            return "已发出，和上一条并成一条" if row.joined_to else "已发出"
        case OutboxState.held:
            return "等职工再来信时送出"
        case OutboxState.withdrawn:
            return "已撤回，没有发出" if by_person else "过了时候，没有发"
        case OutboxState.dead:
            return f"没送到：{why}" if why else "没送到"
        case OutboxState.pending if why:
            return f"还没发成（{why.partition('，')[0]}），会再试"
        case OutboxState.pending:
            return "排队中" if row.lease_until is None else "正在发"
