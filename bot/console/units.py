"""`/desk/units`: an admin keeps the union's tree. `/desk/api/units`: what a counsellor chooses from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from bot.care import placing, units
from bot.console import guard, labels
from bot.console.account import frame
from bot.console.actions import Done
from bot.console.edge import TEXTS, DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.session import reading
from bot.db.states import UnitKind
from bot.errors import NotFound

routes = APIRouter(route_class=DeskRoute)
HOME = "/desk/units"
UnitId = Annotated[str, Path(pattern=guard.ID)]
Parent = Annotated[str, Form(pattern="^([0-9a-f]{32})?$")]  # empty: the top
Counsellor = Annotated[StaffSession, Depends(guard.cases)]
Admin = Annotated[StaffSession, Depends(guard.people)]
Proved = Annotated[StaffSession, Depends(guard.people_change)]


@routes.get("/api/units")
async def choice(session: Counsellor) -> Done:
    """The units that are in use, for choosing one."""
    found = await asyncio.to_thread(units.tree)
    return {"units": [{"id": one.id, "path": one.path} for one in found if not one.closed]}


@routes.get("/units")
async def units_page(session: Admin) -> Response:
    """The tree, and the forms to change it."""
    return await _page(session)


async def _page(session: StaffSession, status: int = 200, text: str = "") -> Response:
    rows, unheard = await asyncio.to_thread(_read)
    shown = {"rows": rows, "unheard": unheard, "kinds": labels.UNITS, "max_name": units.MAX_NAME, "text": text}
    return page("units.html", status, **shown, **frame(session))


def _read() -> tuple[list[units.Unit], int]:
    with reading() as session:
        return units.listing(session), placing.unheard(session)


async def _do(request: Request, session: StaffSession, act: Callable[[], object]) -> Response:
    """Does it and shows the tree; a refusal is told on the page."""
    try:
        await asyncio.to_thread(act)
    except (units.BadUnit, units.StillOpenBelow) as fault:
        return await _page(session, fault.status, TEXTS[fault.code])
    except NotFound as fault:
        return await _page(session, fault.status, TEXTS[fault.code])
    await request.state.board.changed()
    return RedirectResponse(HOME, 303)


@routes.post("/units")
async def add(
    request: Request,
    session: Proved,
    name: Annotated[str, Form()],
    kind: Annotated[UnitKind, Form()],
    parent: Parent = "",
) -> Response:
    """Adds a unit."""
    return await _do(request, session, lambda: units.add(session.staff_id, parent or None, kind, name))


@routes.post("/units/{unit_id}/rename")
async def rename(unit_id: UnitId, request: Request, session: Proved, name: Annotated[str, Form()]) -> Response:
    """Another name."""
    return await _do(request, session, lambda: units.rename(session.staff_id, unit_id, name))


@routes.post("/units/{unit_id}/move")
async def move(unit_id: UnitId, request: Request, session: Proved, parent: Parent = "") -> Response:
    """Another place; who may not see a conversation any more lets it go."""
    return await _do(request, session, lambda: placing.move_unit(session.staff_id, unit_id, parent or None))


@routes.post("/units/{unit_id}/close")
async def close(unit_id: UnitId, request: Request, session: Proved) -> Response:
    """Takes it out of the choice."""
    return await _do(request, session, lambda: units.close(session.staff_id, unit_id))


@routes.post("/units/{unit_id}/reopen")
async def reopen(unit_id: UnitId, request: Request, session: Proved) -> Response:
    """Puts it back into the choice."""
    return await _do(request, session, lambda: units.reopen(session.staff_id, unit_id))
