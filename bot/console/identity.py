"""Seeing who a worker is: asking, a lead's decision, the look itself. The identity is in answers to posts only."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from bot import audit
from bot.care import identity
from bot.clock import local
from bot.console import guard, labels
from bot.console.account import frame
from bot.console.actions import Done, Words
from bot.console.edge import DeskRoute, Shown
from bot.console.render import page
from bot.db.models import StaffSession
from bot.errors import BadInput, NotAllowed, NotAllowedNow

routes = APIRouter(route_class=DeskRoute)
HOME = "/desk/identity"
RequestId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Counsellor = Annotated[StaffSession, Depends(guard.cases)]
Proved = Annotated[StaffSession, Depends(guard.cases_proved)]
Lead = Annotated[StaffSession, Depends(guard.leads)]
ProvedLead = Annotated[StaffSession, Depends(guard.leads_proved)]
NOT_NOW = "现在看不了：没有批准，或者已经过了时间。"
NO_DANGER = "现在没有标着“紧急”，请先申请，由另一位督导批准。"


@routes.post("/api/c/{conversation_id}/identity/ask")
async def ask(conversation_id: guard.ConversationId, words: Words, request: Request, session: Counsellor) -> Done:
    """Asks the leads to see who the worker is."""
    await asyncio.to_thread(identity.ask, conversation_id, session.staff_id, words.clean)
    await request.state.board.changed()
    return {"ok": True}


@routes.post("/api/c/{conversation_id}/identity/look")
async def look(conversation_id: guard.ConversationId, session: Proved) -> Done:
    """Shows it to one whose request was granted; every look is written on the case."""
    try:
        found = await asyncio.to_thread(identity.look, conversation_id, session.staff_id)
    except NotAllowedNow as fault:
        raise Shown(fault, NOT_NOW) from None
    return _shown(found)


@routes.post("/api/c/{conversation_id}/identity/at_once")
async def look_at_once(conversation_id: guard.ConversationId, words: Words, session: ProvedLead) -> Done:
    """Shows it to a lead at once, because a life is in danger."""
    try:
        found = await asyncio.to_thread(identity.look_at_once, conversation_id, session.staff_id, words.clean)
    except NotAllowedNow as fault:
        raise Shown(fault, NO_DANGER) from None
    return _shown(found)


def _shown(found: identity.Identity) -> dict[str, str]:
    return {"channel": labels.channel(found.channel), "account": found.account, "id": found.external_id}


@routes.get("/identity")
async def requests_page(session: Lead) -> Response:
    """The requests that wait for this lead."""
    return await _page(session)


async def _page(session: StaffSession, status: int = 200, text: str = "") -> Response:
    await asyncio.to_thread(audit.look, audit.Action.identity_requests_read, session.staff_id)
    rows = await asyncio.to_thread(identity.open_requests, session.staff_id)
    shown = [{"one": row, "at": f"{local(row.asked_at):%m-%d %H:%M}"} for row in rows]
    return page("identity.html", status, rows=shown, text=text, max_reason=identity.MAX_REASON, **frame(session))


@routes.post("/identity/{request_id}")
async def decide(
    request_id: RequestId,
    request: Request,
    session: Lead,
    decision: Annotated[str, Form(pattern="^(grant|refuse)$")],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Grants or refuses one."""
    words = Words(text=reason).clean
    try:
        await asyncio.to_thread(identity.decide, request_id, session.staff_id, decision == "grant", words)
    except BadInput as fault:
        return await _page(session, fault.status, f"请写一句理由，最多 {identity.MAX_REASON} 字。")
    except (NotAllowed, NotAllowedNow) as fault:
        return await _page(session, fault.status, "这条申请已经有人处理了，或者是你自己提的。")
    await request.state.board.changed()
    return RedirectResponse(HOME, 303)


def standing(found: identity.Standing, *, leads: bool) -> dict[str, Any]:
    """Gives where a person stands, as JSON in the words of the panel."""
    until = f"{local(found.until):%m-%d %H:%M}" if found.until else ""
    words = {
        None: "只显示代号。要看真实身份，先写原因，由督导批准。",
        "asked": "已经申请，等督导批准。",
        "granted": f"已批准，{until} 以前可以看。每看一次都会记在个案上。",
        "refused": f"没有批准：{found.answer}",
    }
    return {
        "text": words[found.state],
        "may_ask": found.state not in ("asked", "granted"),
        "may_look": found.state == "granted",
        "at_once": leads and found.in_danger,
    }
