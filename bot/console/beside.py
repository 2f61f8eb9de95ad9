"""Who is in a conversation beside its holder, and who was told that one was taken from them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.care import company
from bot.db.models import Conversation, Staff
from bot.db.states import Owner


def facts(session: Session, conversation: Conversation, staff_id: str) -> dict[str, Any]:
    """Who is in the conversation beside its holder, and what this person may do about that, as JSON."""
    holder = conversation.counsellor_id if conversation.owner == Owner.counsellor else None
    guests = company.guests(session, conversation.id)
    me = next((guest for guest in guests if guest.staff_id == staff_id), None)
    beside = holder not in (None, staff_id)
    leads = session.get_one(Staff, staff_id).role in company.LEADS
    return {
        "holder": holder,
        "here": [guest.name for guest in guests if guest.joined and guest is not me],
        "asked": [guest.name for guest in guests if not guest.joined],
        "joined": me is not None and me.joined,
        "invited": me is not None and not me.joined,
        "may_join": beside and (leads or me is not None) and not (me and me.joined),
        "may_take": beside and leads,
        "may_invite": holder == staff_id,
    }


def notices(session: Session, staff_id: str) -> list[dict[str, Any]]:
    """What was taken from this person and they have not read yet."""
    return [
        {"notice": one.event_id, "conversation": one.conversation_id, "text": _taken(one)}
        for one in company.taken(session, staff_id)
    ]


def _taken(one: company.Taken) -> str:
    if one.by is None:
        return f"和{one.pseudonym}的对话转给别的同事了：按单位范围，不再由你来陪。已经在叫人接手。"
    return f"{one.by}接过了和{one.pseudonym}的对话：{one.reason}"
