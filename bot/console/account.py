"""The own account: open logins, recovery codes, a new telephone; and showing once more who one is."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from bot.clock import local
from bot.console import entry, guard, labels
from bot.console.edge import LOGIN_PATH, TEXTS, DeskRoute, Shown
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.session import transaction
from bot.db.states import Role
from bot.errors import BadInput
from bot.staff import second_factor, sessions, signin

routes = APIRouter(route_class=DeskRoute)
Anyone = Annotated[StaffSession, Depends(guard.anyone)]
Proved = Annotated[StaffSession, Depends(guard.anyone_proved)]
SessionId = Annotated[str, Path(pattern=guard.ID)]
HOME = entry.ACCOUNT_PATH
_BACK = re.compile(r"/desk(/[a-z0-9-]+)*")  # where one may be led after the proof: pages of ours, nothing else


def frame(session: StaffSession) -> dict[str, Any]:
    """Gives what the head of every such page needs."""
    return {
        "csrf": session.csrf,
        "name": session.staff.display_name,
        "my_role": labels.ROLES[session.staff.role],
        "works_cases": session.staff.role in guard.CASE_ROLES,
        "edits": session.staff.role in guard.PROGRAMME_ROLES,
        "is_admin": session.staff.role == Role.admin,
        "trains": session.staff.role in guard.TRAINING_ROLES,
        "leads": session.staff.role in guard.LEAD_ROLES,
        "sees_audit": session.staff.role in guard.AUDIT_ROLES,
        "edits_faqs": session.staff.role in guard.FAQ_ROLES,
        "home": entry.home_of(session.staff.role),
        "proved": sessions.is_proved(session),
    }


def logins_of(staff_id: str, mine: str = "") -> list[dict[str, Any]]:
    """Gives the open logins of a person as the pages list them; `mine` is the one that asks."""
    return [
        {
            "id": one.public_id,
            "device": one.device or "不认得的设备",
            "since": _moment(one.created_at),
            "seen": _moment(one.last_seen),
            "mine": one.public_id == mine,
        }
        for one in sessions.of_staff(staff_id)
    ]


def _moment(moment: datetime) -> str:
    return f"{local(moment):%m-%d %H:%M}"


@routes.get("/account")
async def account_page(session: Anyone) -> Response:
    """The own account."""
    logins = await asyncio.to_thread(logins_of, session.staff_id, session.public_id)
    enrolled = await asyncio.to_thread(second_factor.is_enrolled, session.staff_id)
    left = await asyncio.to_thread(second_factor.codes_left, session.staff_id)
    return page("account.html", logins=logins, enrolled=enrolled, codes_left=left, **frame(session))


@routes.post("/account/sessions/{session_id}/end")
async def end_login(session_id: SessionId, request: Request, session: Anyone) -> Response:
    """Ends one of the own logins; its pages are shut at once."""
    await asyncio.to_thread(sessions.end, session.staff_id, session.staff_id, session_id)
    await request.state.board.changed()
    return RedirectResponse(HOME, 303)


@routes.post("/account/codes")
async def new_codes(session: Proved) -> Response:
    """Ten new recovery codes, shown this once."""
    codes = await asyncio.to_thread(_renew_codes, session.staff_id)
    return page("codes.html", codes=codes, home=HOME)


def _renew_codes(staff_id: str) -> list[str]:
    with transaction() as session:
        if not second_factor.has_authenticator(session, staff_id):
            raise BadInput("no telephone is bound")
        return second_factor.renew_codes(session, staff_id)


@routes.post("/account/phone")
async def new_phone(request: Request, sure: Annotated[str, Form()], session: Proved) -> Response:
    """Forgets the telephone and ends all own logins: the next login binds the new one."""
    await asyncio.to_thread(_forget_phone, session.staff_id)
    await request.state.board.changed()
    response = RedirectResponse(LOGIN_PATH, 303)
    guard.drop_cookie(response, guard.COOKIE)
    return response


def _forget_phone(staff_id: str) -> None:
    with transaction() as session:
        second_factor.reset(session, staff_id, staff_id)
        sessions.end_all(session, staff_id)


@routes.get("/prove")
async def proof_form(session: Anyone, back: Annotated[str, Query()] = HOME) -> Response:
    """Asks for password and code before a grave act."""
    return await _proof_form(session, back)


async def _proof_form(session: StaffSession, back: str, status: int = 200, text: str = "") -> Response:
    enrolled = await asyncio.to_thread(second_factor.is_enrolled, session.staff_id)
    return page("prove.html", status, csrf=session.csrf, enrolled=enrolled, back=_checked(back), text=text)


def _checked(back: str) -> str:
    return back if _BACK.fullmatch(back) else HOME


class Proof(BaseModel):
    """What shows who one is."""

    password: str
    code: str = ""


@routes.post("/api/prove")
async def prove_in_dialog(request: Request, response: Response, proof: Proof, session: Anyone) -> dict[str, bool]:
    """The same as the form, for a dialog of the desk. Raises LoginRefused."""
    token = request.cookies.get(guard.COOKIE, "")
    act = partial(signin.prove_again, token, proof.password, proof.code)
    try:
        await entry.slow_refusal(entry.in_turn(act))
    except signin.LoginRefused as fault:
        raise Shown(fault, TEXTS["proof_refused"]) from None
    guard.set_cookie(response, guard.COOKIE, await asyncio.to_thread(sessions.renew, token))
    return {"ok": True}


@routes.post("/prove")
async def prove(
    request: Request,
    session: Anyone,
    password: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = HOME,
) -> Response:
    """Notes the proof for five minutes and leads back to the page, with another cookie: the old one may have leaked."""
    token = request.cookies.get(guard.COOKIE, "")
    act = partial(signin.prove_again, token, password, code)
    try:
        await entry.slow_refusal(entry.in_turn(act))
    except signin.LoginRefused as fault:
        return await _proof_form(session, back, fault.status, TEXTS["proof_refused"])
    response = RedirectResponse(_checked(back), 303)
    guard.set_cookie(response, guard.COOKIE, await asyncio.to_thread(sessions.renew, token))
    return response
