"""`/desk/debrief`: leads see who went through hard cases, and tick that they have talked."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Response
from fastapi.responses import RedirectResponse

from bot.audit import Action, look
from bot.care import debrief
from bot.clock import local, now
from bot.console import guard
from bot.console.account import frame
from bot.console.actions import Words
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.errors import BadInput
from bot.settings import settings

routes = APIRouter(prefix="/debrief", route_class=DeskRoute)
Lead = Annotated[StaffSession, Depends(guard.leads)]
StaffId = Annotated[str, Path(pattern=guard.ID)]
HOME = "/desk/debrief"
BAD_TALK = f"记不下：日期要在今天以前、两个月以内，备注不超过 {debrief.MAX_NOTE} 个字，也不能记自己的。"


@routes.get("")
async def debrief_page(session: Lead) -> Response:
    """Who should be talked with, and the last talks."""
    await asyncio.to_thread(look, Action.debrief_read, session.staff_id)
    return await _page(session)


async def _page(session: StaffSession, status: int = 200, text: str = "") -> Response:
    return page(
        "debrief.html",
        status,
        people=await asyncio.to_thread(debrief.strained),
        talks=await asyncio.to_thread(debrief.talks, session.staff_id),
        me=session.staff_id,
        today=local(now()).date(),
        local=local,
        days=settings().debrief_days,
        crises=settings().debrief_crises,
        max_note=debrief.MAX_NOTE,
        text=text,
        **frame(session),
    )


@routes.post("/{staff_id}")
async def talked(
    staff_id: StaffId, session: Lead, held_on: Annotated[date, Form()], note: Annotated[str, Form()] = ""
) -> Response:
    """Notes that a talk was held."""
    words = Words(text=note).clean
    try:
        await asyncio.to_thread(debrief.record, staff_id, session.staff_id, held_on, words)
    except BadInput as fault:
        return await _page(session, fault.status, BAD_TALK)
    return RedirectResponse(HOME, 303)
