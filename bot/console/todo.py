"""`/desk/todo`: what waits for this member of staff, what is late first; a lead sees everybody's."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from bot import audit
from bot.care import closing, company, todo
from bot.console import guard, labels
from bot.console.account import frame
from bot.console.casefile_view import day, offer, task
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession

routes = APIRouter(prefix="/todo", route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]


@routes.get("")
async def todo_page(session: Counsellor) -> Response:
    """The lists."""
    await asyncio.to_thread(audit.look, audit.Action.todo_read, session.staff_id)
    found = await asyncio.to_thread(todo.of, session.staff_id, session.staff.role)
    leads = session.staff.role in company.LEADS
    return page(
        "todo.html",
        tasks=[task(one) for one in found.tasks],
        others=[task(one) for one in found.others],
        offers=[offer(one, session.staff_id, leads=leads) for one in found.offers],
        closings=[_closing(one) for one in found.closings],
        **frame(session),
    )


def _closing(one: closing.Asked) -> dict[str, Any]:
    return {
        "number": one.number,
        "level": one.level,
        "level_label": labels.LEVELS[one.level],
        "by": one.by,
        "since": day(one.since),
    }
