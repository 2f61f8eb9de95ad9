"""What a counsellor does with a conversation. Each answers JSON; the live streams bring the new state to all pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from bot.care import closing, desk, load
from bot.clean import clean
from bot.console import cases, guard, labels
from bot.console.edge import DeskRoute, Shown
from bot.db.models import StaffSession
from bot.db.states import OutcomeKind
from bot.errors import NotAllowedNow
from bot.level import Level

routes = APIRouter(prefix="/api", route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]
Done = dict[str, Any]


class Words(BaseModel):
    """What a counsellor typed."""

    text: str

    @property
    def clean(self) -> str:
        """The text as `clean` gives it."""
        return clean(self.text)


class Choice(BaseModel):
    """Whether the counsellor was asked, and wants one more."""

    confirmed: bool = False


class Ending(Words):
    """How a case ended; the text is the summary."""

    kind: OutcomeKind
    risk: Level
    contact: bool = False


class Reply(Words):
    """A reply. The page gives every reply a key of its own and keeps it until it knows that the reply arrived."""

    key: str | None = Field(default=None, pattern=guard.ID)


async def do(request: Request, conversation_id: str, act: Callable[..., object], *args: object) -> object:
    """Does it to the conversation and wakes the pages. A lost race becomes a sentence that names the winner."""
    try:
        return await asyncio.to_thread(act, conversation_id, *args)
    except load.TooMuch:
        raise
    except NotAllowedNow as fault:
        name = await asyncio.to_thread(cases.holder_name, conversation_id)
        raise Shown(fault, f"已由{name}接手" if name else "现在做不了这一步，情况刚刚变了。") from None
    finally:
        await request.state.board.changed()


@routes.post("/c/{conversation_id}/claim")
async def claim(
    conversation_id: guard.ConversationId, request: Request, session: Counsellor, choice: Choice | None = None
) -> Done:
    """Takes the conversation; 409 names the counsellor who was faster, or asks whether it is not too much."""
    confirmed = choice is not None and choice.confirmed
    try:
        await do(request, conversation_id, partial(desk.claim, confirmed=confirmed), session.staff_id)
    except load.TooMuch as fault:
        raise Shown(fault, labels.too_much(fault.code, fault.count)) from None
    return {"ok": True}


@routes.post("/c/{conversation_id}/acknowledge")
async def acknowledge(conversation_id: guard.ConversationId, request: Request, session: Counsellor) -> Done:
    """Stops the alarm of the conversation."""
    await do(request, conversation_id, desk.acknowledge, session.staff_id)
    return {"ok": True}


@routes.post("/c/{conversation_id}/reply")
async def reply(conversation_id: guard.ConversationId, words: Reply, request: Request, session: Counsellor) -> Done:
    """Sends the counsellor's words to the worker; who answers has also seen the alarms."""
    message_id = await do(request, conversation_id, desk.reply, session.staff_id, words.clean, words.key)
    await do(request, conversation_id, desk.acknowledge, session.staff_id)
    return {"ok": True, "message": message_id}


@routes.post("/c/{conversation_id}/hand_back")
async def hand_back(conversation_id: guard.ConversationId, request: Request, session: Counsellor) -> Done:
    """Gives the conversation back to the bot."""
    await do(request, conversation_id, desk.hand_back, session.staff_id)
    return {"ok": True}


@routes.post("/c/{conversation_id}/close")
async def close(conversation_id: guard.ConversationId, told: Ending, request: Request, session: Counsellor) -> Done:
    """Closes the case, or asks a lead to; says whether it is closed."""
    report = closing.Report(told.kind, told.clean, told.risk, told.contact)
    closed = await do(request, conversation_id, closing.close, session.staff_id, report)
    return {"ok": True, "closed": closed}


@routes.post("/here")
async def here(session: Counsellor) -> Done:
    """Says that the counsellor is still at the desk: keeps the session from going idle."""
    return {"ok": True}
