"""Several staff in one conversation: inviting, coming in, going out, taking over."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from bot.care import company
from bot.clock import now
from bot.console import cases, guard, labels
from bot.console.actions import Done, Words, do
from bot.console.edge import DeskRoute
from bot.db.models import StaffSession
from bot.staff import sessions

routes = APIRouter(prefix="/api", route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]
StaffId = Annotated[str, Field(pattern=guard.ID)]


class Whom(BaseModel):
    """A member of staff."""

    staff: StaffId


class From(Words):
    """From whom a conversation is taken, as the page showed it, and why (in the text)."""

    holder: StaffId


class Notice(BaseModel):
    """One notice that something was taken over."""

    notice: guard.RowId


@routes.get("/c/{conversation_id}/colleagues")
async def colleagues(conversation_id: guard.ConversationId, session: Counsellor) -> Done:
    """Who can be invited, and who of them is at the desk now."""
    await asyncio.to_thread(cases.note_read, conversation_id, session.staff_id, again_after=cases.READ_AGAIN)
    found = await asyncio.to_thread(company.colleagues, conversation_id, session.staff_id)
    return {"colleagues": [_colleague(one) for one in found]}


def _colleague(one: company.Colleague) -> dict[str, Any]:
    present = one.seen_at is not None and now() - one.seen_at < sessions.idle()
    return {"staff": one.staff_id, "name": one.name, "role": labels.ROLES[one.role], "present": present}


@routes.post("/c/{conversation_id}/invite")
async def invite(conversation_id: guard.ConversationId, whom: Whom, request: Request, session: Counsellor) -> Done:
    """Asks a colleague to come in."""
    await do(request, conversation_id, company.invite, session.staff_id, whom.staff)
    return {"ok": True}


@routes.post("/c/{conversation_id}/join")
async def join(conversation_id: guard.ConversationId, request: Request, session: Counsellor) -> Done:
    """Comes in beside the holder."""
    await do(request, conversation_id, company.join, session.staff_id)
    return {"ok": True}


@routes.post("/c/{conversation_id}/leave")
async def leave(conversation_id: guard.ConversationId, request: Request, session: Counsellor) -> Done:
    """Goes out again, or declines."""
    await do(request, conversation_id, company.leave, session.staff_id)
    return {"ok": True}


@routes.post("/c/{conversation_id}/take_over")
async def take_over(conversation_id: guard.ConversationId, taken: From, request: Request, session: Counsellor) -> Done:
    """Takes the conversation from the holder that the page showed."""
    await do(request, conversation_id, company.take_over, session.staff_id, taken.holder, taken.clean)
    return {"ok": True}


@routes.post("/notices/seen")
async def seen(which: Notice, request: Request, session: Counsellor) -> Done:
    """Notes that a notice was read."""
    await asyncio.to_thread(company.note_seen, which.notice, session.staff_id)
    await request.state.board.changed()
    return {"ok": True}
