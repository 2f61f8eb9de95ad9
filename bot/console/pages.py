"""The pages of the desk. They hold no worker's words: the scripts fetch those and set them as plain text."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from bot import audit
from bot.care import desk, notes, scope
from bot.clock import local
from bot.console import assets, board, case_labels, cases, guard, labels
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.session import reading
from bot.db.states import Role
from bot.errors import NotFound

routes = APIRouter(route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]


def _desk(session: StaffSession, conversation_id: str = "") -> Response:
    return page("desk.html", conversation=conversation_id, **_who(session))


def _who(session: StaffSession) -> dict[str, Any]:
    return {
        "csrf": session.csrf,
        "name": session.staff.display_name,
        "role": labels.ROLES[session.staff.role],
        "max_reply": desk.MAX_REPLY,
        "server_time": board.server_time(),
        "sees_people": session.staff.role == Role.admin,
        "max_note": notes.MAX_NOTE,
        "outcomes": case_labels.OUTCOMES,
        "levels": labels.LEVELS,
        "leads": session.staff.role in guard.LEAD_ROLES,
        "sees_lexicon": session.staff.role in guard.LEXICON_ROLES,
        "trains": session.staff.role in guard.TRAINING_ROLES,
        "sees_audit": session.staff.role in guard.AUDIT_ROLES,
        "edits_faqs": session.staff.role in guard.FAQ_ROLES,
    }


@routes.get("")
async def queue_page(session: Counsellor) -> Response:
    """The queue."""
    return _desk(session)


@routes.get("/c/{conversation_id}")
async def conversation_page(conversation_id: guard.ConversationId, session: Counsellor) -> Response:
    """The queue with one conversation open; opening it is audited."""
    await asyncio.to_thread(cases.note_read, conversation_id, session.staff_id)
    return _desk(session, conversation_id)


@routes.get("/undelivered")
async def undelivered_page(session: Counsellor) -> Response:
    """What could not be delivered to a worker, and what of a worker's could not be worked on."""
    await asyncio.to_thread(audit.look, audit.Action.undelivered_read, session.staff_id)
    rows = await asyncio.to_thread(_undelivered, session.staff_id)
    return page("undelivered.html", rows=rows, **_who(session))


def _undelivered(staff_id: str) -> list[dict[str, str]]:
    dead = [(cid, at, "没送到职工手里", labels.delivery_error(code)) for cid, _, code, at in desk.dead_letters()]
    stuck = [(one.conversation_id, one.received_at, "来信没处理成", "反复出错") for one in cases.stuck_messages()]
    with reading() as session:
        seen = scope.visible(session, staff_id, {row[0] for row in dead + stuck})
    names = cases.pseudonyms(seen)
    return [
        {"conversation": cid, "pseudonym": names[cid], "at": f"{local(at):%m-%d %H:%M}", "what": what, "why": why}
        for cid, at, what, why in sorted(dead + stuck, key=lambda row: row[1], reverse=True)
        if cid in seen
    ]


@routes.get("/api/queue")
async def queue_now(request: Request, session: Counsellor) -> dict[str, Any]:
    """The queue as JSON."""
    await asyncio.to_thread(audit.look, audit.Action.queue_read, session.staff_id)
    snapshot = await request.state.board.snapshot()
    return await asyncio.to_thread(board.payload, snapshot, session.staff_id)


@routes.get("/static/{version}/{name}", dependencies=[Depends(guard.public)])
async def static_file(version: str, name: str) -> Response:
    """Gives a file. An old version's address leads nowhere, so that pages never mix two versions of a script."""
    if version != assets.VERSION or name not in assets.FILES:
        raise NotFound("no such file")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(assets.FILES[name], media_type=assets.media_type(name), headers=headers)
