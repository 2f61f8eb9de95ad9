"""`/desk/rota`: the week, exceptions, who is on duty now, one's own switch, the addresses of notices and their test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from bot import audit
from bot.care import notices, rota
from bot.channels import notice
from bot.console import board, guard, labels, rota_view
from bot.console.edge import DeskRoute, Shown
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.states import Rung
from bot.errors import BadInput, NotAllowed

routes = APIRouter(prefix="/rota", route_class=DeskRoute)
Anybody = Annotated[StaffSession, Depends(guard.cases)]
Changer = Annotated[StaffSession, Depends(guard.rota_change)]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
StaffId = Annotated[str, Field(pattern=guard.ID)]
BAD_ROW = "这一行排不了，请看看日期、时间和人选。"
BAD_ADDRESS = "这个地址不能用：可能不完整，不是认得的种类，已经有了，或者超过五个。"
NO_ADDRESS = "还没有通知地址，先加一个再试。"


class NewTurn(BaseModel):
    """A turn on some days of every week."""

    days: Annotated[list[int], Field(max_length=7)]
    starts: Clock
    ends: Clock
    staff: StaffId
    place: Rung


class NewException(BaseModel):
    """A change on one date; nobody's is a holiday."""

    day: date
    starts: Clock
    ends: Clock
    staff: StaffId | None = None
    place: Rung | None = None


class Row(BaseModel):
    """A row by its number."""

    id: Annotated[int, Field(ge=1, le=2**31 - 1)]


class MySwitch(BaseModel):
    """Here, away, or (None) as the rota says."""

    here: bool | None


class Whose(BaseModel):
    """A member of staff, or the office."""

    staff: StaffId | None


class NewAddress(Whose):
    """An Apprise URL. In the body, for it holds secrets."""

    url: str


async def _do(request: Request, fault: str, act: Callable[..., None], *args: object) -> dict[str, Any]:
    """Does it off the event loop and wakes the pages; bad input is told in these words."""
    try:
        await asyncio.to_thread(act, *args)
    except BadInput as error:
        raise Shown(error, fault) from None
    await request.state.board.changed()
    return {"ok": True}


@routes.get("")
async def rota_page(session: Anybody) -> Response:
    """The page; its script fetches the rest."""
    return page(
        "rota.html",
        csrf=session.csrf,
        name=session.staff.display_name,
        role=labels.ROLES[session.staff.role],
        changes=session.staff.role in rota_view.CHANGERS,
        days=rota_view.DAYS,
        places=rota_view.PLACES,
    )


@routes.get("/api/state")
async def state(session: Anybody) -> dict[str, Any]:
    """The rota and who is on duty now."""
    found = await asyncio.to_thread(rota_view.state, session.staff_id, session.staff.role)
    return {**found, "at": board.server_time()}


@routes.post("/api/add_turn")
async def add_turn(new: NewTurn, request: Request, session: Changer) -> dict[str, Any]:
    """Adds a turn."""
    hours = (time.fromisoformat(new.starts), time.fromisoformat(new.ends))
    return await _do(request, BAD_ROW, rota.add_turn, session.staff_id, new.days, *hours, new.staff, new.place)


@routes.post("/api/remove_turn")
async def remove_turn(row: Row, request: Request, session: Changer) -> dict[str, Any]:
    """Takes a turn off."""
    return await _do(request, BAD_ROW, rota.remove_turn, session.staff_id, row.id)


@routes.post("/api/add_exception")
async def add_exception(new: NewException, request: Request, session: Changer) -> dict[str, Any]:
    """Adds a change on one date."""
    hours = (time.fromisoformat(new.starts), time.fromisoformat(new.ends))
    return await _do(request, BAD_ROW, rota.add_exception, session.staff_id, new.day, *hours, new.staff, new.place)


@routes.post("/api/remove_exception")
async def remove_exception(row: Row, request: Request, session: Changer) -> dict[str, Any]:
    """Takes a change back."""
    return await _do(request, BAD_ROW, rota.remove_exception, session.staff_id, row.id)


@routes.post("/api/switch")
async def switch(mine: MySwitch, request: Request, session: Anybody) -> dict[str, Any]:
    """Says that one is here or away for the next twelve hours, or takes that back."""
    return await _do(request, BAD_ROW, rota.switch, session.staff_id, mine.here)


@routes.post("/api/add_address")
async def add_address(new: NewAddress, request: Request, session: Changer) -> dict[str, Any]:
    """Keeps an address, encrypted; nobody is shown it again."""

    def add() -> None:
        notices.add_address(session.staff_id, new.staff, notice.check(new.url))

    return await _do(request, BAD_ADDRESS, add)


@routes.post("/api/remove_address")
async def remove_address(row: Row, request: Request, session: Changer) -> dict[str, Any]:
    """Forgets an address."""
    return await _do(request, BAD_ADDRESS, notices.remove_address, session.staff_id, row.id)


@routes.post("/api/test")
async def test(whose: Whose, session: Anybody) -> dict[str, Any]:
    """Sends a notice that says it is a test; gives how many went out and how many did not."""
    if whose.staff != session.staff_id and session.staff.role not in rota_view.CHANGERS:
        raise NotAllowed("somebody else's addresses")
    letters = await asyncio.to_thread(notices.test_letters, whose.staff)
    if not letters:
        raise Shown(BadInput("no address"), NO_ADDRESS)
    results = await asyncio.gather(*(notice.send(one.url, one.title, one.body) for one in letters))
    sent = results.count(True)
    await asyncio.to_thread(
        audit.note, audit.Action.address_tested, session.staff_id, audit.staff(whose.staff), count=sent
    )
    return {"sent": sent, "failed": results.count(False)}
