"""`/desk/people`: an admin adds staff, changes what they may, and shuts them out. Each change needs a fresh proof."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from bot.care import placing, units
from bot.console import guard, labels
from bot.console.account import SessionId, frame, logins_of
from bot.console.edge import TEXTS, DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.states import Role, UnitKind
from bot.errors import BadInput
from bot.settings import settings
from bot.staff import accounts, people, sessions
from bot.staff.people import Colleague

routes = APIRouter(prefix="/people", route_class=DeskRoute)
Admin = Annotated[StaffSession, Depends(guard.people)]
Proved = Annotated[StaffSession, Depends(guard.people_change)]
StaffId = Annotated[str, Path(pattern=guard.ID)]
UnitChoice = Annotated[str, Form(pattern="^([0-9a-f]{32})?$")]  # empty: none
HOME = "/desk/people"
BAD_PERSON = "登录名要用 2 到 64 个小写字母、数字、点或横线，而且没有人用过；称呼不能空着，也不能有看不见的字。"


@routes.get("")
async def people_page(session: Admin) -> Response:
    """All accounts, and the form for a new one."""
    return await _people_page(session)


async def _people_page(session: StaffSession, status: int = 200, text: str = "") -> Response:
    rows = [_row(one) for one in await asyncio.to_thread(people.listing)]
    return page("people.html", status, rows=rows, text=text, roles=labels.ROLES, **frame(session))


def _row(one: Colleague) -> dict[str, Any]:
    state = "已停用" if one.disabled else "在用" if one.has_password else "还没设密码"
    bound = "已绑定" if one.enrolled else "还没绑定"
    return {"person": one, "role": labels.ROLES[one.role], "state": state, "bound": bound}


@routes.post("")
async def add(
    request: Request,
    session: Proved,
    login: Annotated[str, Form()],
    name: Annotated[str, Form()],
    role: Annotated[Role, Form()],
) -> Response:
    """Adds an account and shows its set-up link, this once."""
    try:
        token = await asyncio.to_thread(accounts.add, login, name, role, session.staff_id)
    except BadInput as fault:
        return await _people_page(session, fault.status, BAD_PERSON)
    return _link_page(request, session, token, name.strip())


def _link_page(request: Request, session: StaffSession, token: str, name: str) -> Response:
    return page("link.html", link=f"{_site(request)}/desk/setup#{token}", person=name, **frame(session))


def _site(request: Request) -> str:
    return settings().public_url or str(request.base_url).rstrip("/")


@routes.get("/{staff_id}")
async def person_page(staff_id: StaffId, session: Admin) -> Response:
    """One account with its open logins and all that can be done with it."""
    return await _person_page(staff_id, session)


async def _person_page(staff_id: str, session: StaffSession, status: int = 200, text: str = "") -> Response:
    row = _row(await asyncio.to_thread(people.find, staff_id))
    logins = await asyncio.to_thread(logins_of, staff_id, session.public_id)
    own = staff_id == session.staff_id
    shown = {"logins": logins, "roles": labels.ROLES, "own": own, "text": text}
    shown.update(await asyncio.to_thread(_places, staff_id))
    return page("person.html", status, **row, **shown, **frame(session))


def _places(staff_id: str) -> dict[str, Any]:
    """What the person answers for and who employs them, and what there is to choose from."""
    rows = units.tree()
    place, paths = placing.place_of(staff_id), {one.id: one.path for one in rows}
    return {
        "place": place,
        "units": rows,
        "enterprises": [one for one in rows if one.kind == UnitKind.enterprise],
        "unit_path": paths.get(place.unit_id or ""),
        "employer_path": paths.get(place.employer_id or ""),
    }


async def _change(request: Request, session: StaffSession, staff_id: str, act: Callable[[], object]) -> Response:
    """Does it, shuts what must be shut at once, and shows the person again; a refusal is told on the page."""
    try:
        await asyncio.to_thread(act)
    except people.NeedsAnAdmin as fault:
        return await _person_page(staff_id, session, fault.status, TEXTS[fault.code])
    await request.state.board.changed()
    return RedirectResponse(f"{HOME}/{staff_id}", 303)


@routes.post("/{staff_id}/role")
async def change_role(staff_id: StaffId, request: Request, session: Proved, role: Annotated[Role, Form()]) -> Response:
    """Another role, from the next request on."""
    return await _change(request, session, staff_id, lambda: people.change_role(session.staff_id, staff_id, role))


@routes.post("/{staff_id}/unit")
async def change_unit(
    staff_id: StaffId, request: Request, session: Proved, unit: UnitChoice = "", employer: UnitChoice = ""
) -> Response:
    """What the person answers for and who employs them, from the next request on."""
    if staff_id == session.staff_id:
        return await _person_page(staff_id, session, 409, TEXTS[people.NeedsAnAdmin.code])
    act = partial(placing.place_staff, session.staff_id, staff_id, unit or None, employer or None)
    return await _change(request, session, staff_id, act)


@routes.post("/{staff_id}/disable")
async def disable(staff_id: StaffId, request: Request, session: Proved) -> Response:
    """Shuts the person out at once."""
    return await _change(request, session, staff_id, lambda: people.disable(session.staff_id, staff_id))


@routes.post("/{staff_id}/enable")
async def enable(staff_id: StaffId, request: Request, session: Proved) -> Response:
    """Lets the person in again."""
    return await _change(request, session, staff_id, lambda: people.enable(session.staff_id, staff_id))


@routes.post("/{staff_id}/phone")
async def reset_phone(staff_id: StaffId, request: Request, session: Proved, sure: Annotated[str, Form()]) -> Response:
    """Forgets the person's telephone and recovery codes; the next login binds a new one."""
    return await _change(request, session, staff_id, lambda: people.reset_second_factor(session.staff_id, staff_id))


@routes.post("/{staff_id}/link")
async def new_link(staff_id: StaffId, request: Request, session: Proved) -> Response:
    """A new set-up link, shown this once; the password of before holds until it is used."""
    found = await asyncio.to_thread(people.find, staff_id)
    token = await asyncio.to_thread(accounts.renew, found.login, session.staff_id)
    return _link_page(request, session, token, found.name)


@routes.post("/{staff_id}/sessions/{session_id}/end")
async def end_login(staff_id: StaffId, session_id: SessionId, request: Request, session: Proved) -> Response:
    """Ends one login of the person."""
    return await _change(request, session, staff_id, lambda: sessions.end(session.staff_id, staff_id, session_id))


@routes.post("/{staff_id}/sessions/end")
async def end_logins(staff_id: StaffId, request: Request, session: Proved) -> Response:
    """Ends all logins of the person."""
    return await _change(request, session, staff_id, lambda: people.end_all_sessions(session.staff_id, staff_id))
