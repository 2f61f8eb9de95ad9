"""Beside the plain reply: canned replies, private notes, finding a conversation, sending again what did not arrive."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from bot import audit
from bot.care import canned, notes, scope, search, speaking
from bot.console import cases, guard, labels
from bot.console.actions import Done, Reply, Words, do
from bot.console.edge import DeskRoute
from bot.db.models import StaffSession
from bot.knowledge import inbox
from bot.typing_sign import Side, Sign

routes = APIRouter(prefix="/api", route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]


class Which(BaseModel):
    """One message of the thread."""

    message: guard.RowId


class Where(BaseModel):
    """One conversation."""

    conversation: str = Field(pattern=guard.ID)


@routes.post("/c/{conversation_id}/again")
async def again(conversation_id: guard.ConversationId, which: Which, request: Request, session: Counsellor) -> Done:
    """Sends a reply once more that could not be delivered."""
    await do(request, conversation_id, speaking.send_again, session.staff_id, which.message)
    return {"ok": True}


@routes.post("/c/{conversation_id}/recommend")
async def recommend(conversation_id: guard.ConversationId, which: Which, request: Request, session: Counsellor) -> Done:
    """Puts the counsellor's own answer, redacted, before those who write FAQs."""
    await do(request, conversation_id, inbox.recommend, session.staff_id, which.message)
    return {"ok": True}


@routes.post("/typing")
async def typing(where: Where, request: Request, session: Counsellor) -> Done:
    """Shows the worker that a person is typing; only who may speak there can. Nothing is kept of it."""
    if request.state.typing.is_due(f"{session.staff_id} {where.conversation}"):
        await asyncio.to_thread(speaking.check_speaker, where.conversation, session.staff_id)
        request.state.typing.give(Sign(where.conversation, Side.staff))
    return {"ok": True}


@routes.post("/c/{conversation_id}/withdraw")
async def withdraw(conversation_id: guard.ConversationId, which: Which, request: Request, session: Counsellor) -> Done:
    """Takes back a reply that waits for the worker to write."""
    await do(request, conversation_id, speaking.withdraw, session.staff_id, which.message)
    return {"ok": True}


@routes.get("/c/{conversation_id}/canned")
async def canned_replies(conversation_id: guard.ConversationId, session: Counsellor) -> Done:
    """The canned replies, filled in for this conversation and this counsellor; with its pseudonym, so it is a look."""
    await asyncio.to_thread(cases.note_read, conversation_id, session.staff_id, again_after=cases.READ_AGAIN)
    found = await asyncio.to_thread(canned.for_conversation, conversation_id, session.staff_id)
    return {"replies": [asdict(one) for one in found]}


@routes.post("/c/{conversation_id}/note")
async def note(conversation_id: guard.ConversationId, words: Reply, request: Request, session: Counsellor) -> Done:
    """Writes a private note; everybody who may see the case may write one, whoever has the conversation."""
    written = await do(request, conversation_id, notes.add, session.staff_id, words.clean, words.key)
    return {"ok": True, "note": written}


@routes.post("/search")
async def find(words: Words, session: Counsellor) -> Done:
    """Finds conversations by case number, pseudonym or note; in the body, so that no words get into an address."""
    found = await asyncio.to_thread(search.find, words.clean, scope.may_see(session.staff_id))
    await asyncio.to_thread(audit.note, audit.Action.searched, session.staff_id, count=len(found))
    return {"found": [_found(one) for one in found]}


def _found(one: search.Found) -> dict[str, str]:
    about = [one.number and f"个案 {one.number}", one.state and labels.STATES[one.state]]
    about.append("备注里有" if one.where == search.Where.note else None)
    shown = " · ".join(part for part in about if part)
    return {"conversation": one.conversation_id, "pseudonym": one.pseudonym, "about": shown}
