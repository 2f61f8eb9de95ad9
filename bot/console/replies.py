"""`/desk/replies`: leads write, change and retire the canned replies. Plain forms; nothing here is about a worker."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from bot.care import canned
from bot.clean import clean
from bot.clock import local
from bot.console import guard, labels
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession

HOME = "/desk/replies"
FAULTS = {
    canned.Fault.label: f"名称要 1 到 {canned.MAX_TITLE} 个字。",
    canned.Fault.code: "字母只能用小写 a–z 和数字，最多 12 个，也可以不填。",
    canned.Fault.body: f"正文要 1 到 {canned.MAX_BODY} 个字。",
    canned.Fault.variable: "花括号里只能写 {pseudonym}、{case}、{me}、{hotline}。",
}

routes = APIRouter(prefix="/replies", route_class=DeskRoute)
Lead = Annotated[StaffSession, Depends(guard.leads)]
Field = Annotated[str, Form()]
Id = Annotated[int, Form(ge=0, le=2**31 - 1)]  # 0: a new one


@routes.get("")
async def replies_page(session: Lead) -> Response:
    """All canned replies, each with its form."""
    return await _page(session)


@routes.post("")
async def save(session: Lead, id: Id = 0, title: Field = "", code: Field = "", body: Field = "") -> Response:
    """Adds or changes one; a fault shows the form again with what was typed."""
    words = (title.strip(), code.strip().lower(), _clean(body))
    try:
        kept = await asyncio.to_thread(_keep, id, session.staff_id, *words)
    except canned.BadReply as bad:
        shown = dict(zip(("title", "code", "body"), words, strict=True))
        return await _page(session, 400, {"id": id, **shown, "fault": FAULTS[bad.fault]})
    return RedirectResponse(f"{HOME}#reply-{kept}", 303)


def _keep(reply_id: int, staff_id: str, title: str, code: str, body: str) -> int:
    if not reply_id:
        return canned.add(staff_id, title, code, body)
    canned.change(reply_id, staff_id, title, code, body)
    return reply_id


@routes.post("/use")
async def use(session: Lead, id: Id = 0, in_use: Annotated[bool, Form()] = False) -> Response:
    """Takes one out of use, or back into it."""
    await asyncio.to_thread(canned.use, id, session.staff_id, in_use)
    return RedirectResponse(f"{HOME}#reply-{id}", 303)


def _clean(body: str) -> str:
    """The words as they are kept: one kind of line end, nothing that no channel can carry."""
    return clean(body.replace("\r\n", "\n").replace("\r", "\n")).strip()


async def _page(session: StaffSession, status: int = 200, typed: dict[str, object] | None = None) -> Response:
    rows = await asyncio.to_thread(canned.everything)
    return page(
        "replies.html",
        status,
        rows=[_row(row) for row in rows],
        typed=typed or {"id": -1},
        max_title=canned.MAX_TITLE,
        max_body=canned.MAX_BODY,
        csrf=session.csrf,
        name=session.staff.display_name,
        role=labels.ROLES[session.staff.role],
    )


def _row(row: canned.Kept) -> dict[str, object]:
    at = f"{local(row.edited_at):%m-%d %H:%M}" if row.edited_at else ""
    changed = f"{row.edited_by}，{at}" if row.edited_by else "随系统带来，没有改过"
    return {"id": row.id, "title": row.title, "code": row.code, "body": row.body, "in_use": row.in_use, "by": changed}
