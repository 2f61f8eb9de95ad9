"""`/desk/case/…`: the file of one case, with a form for each thing that is done on it. Plain forms, no script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from bot.care import casefile, casework, checklist, closing, referrals
from bot.clean import clean
from bot.console import cases, guard
from bot.console.account import frame
from bot.console.casefile_view import view
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.states import Category, OutcomeKind, ReferralTo
from bot.errors import BadInput, NotAllowedNow
from bot.level import Level

routes = APIRouter(prefix="/case/{number}", route_class=DeskRoute)
Number = Annotated[str, Path(pattern=guard.NUMBER)]
RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Counsellor = Annotated[StaffSession, Depends(guard.cases)]
Lead = Annotated[StaffSession, Depends(guard.leads)]
Text = Annotated[str, Form()]
Flag = Annotated[bool, Form()]
Act = Callable[[], object]
NOT_NOW = "现在做不了这一步，情况刚刚变了。下面是现在的样子。"
NOT_SO = "没有记下：有一项没填，或者太长了，或者日期不对。"


@routes.get("")
async def case_page(number: Number, session: Counsellor) -> Response:
    """The file; opening it is audited."""
    await asyncio.to_thread(casefile.note_read, number, session.staff_id)
    return await _page(number, session)


async def _page(number: str, session: StaffSession, status: int = 200, **typed: str) -> Response:
    """The file; what was typed into a form that was refused stands in it again."""
    known = {"at": "", "fault": "", "text": "", **typed}
    found = await asyncio.to_thread(view, number, session)
    return page("case.html", status, typed=known, **found, **frame(session))


async def _do(request: Request, number: str, session: StaffSession, at: str, act: Act, text: str = "") -> Response:
    """Does it and shows the part `at` of the file again; a refusal keeps what was typed."""
    try:
        await asyncio.to_thread(act)
    except (BadInput, NotAllowedNow) as fault:
        words = NOT_SO if isinstance(fault, BadInput) else NOT_NOW
        await asyncio.to_thread(casefile.note_read, number, session.staff_id, again_after=cases.READ_AGAIN)
        return await _page(number, session, fault.status, at=at, fault=words, text=text)
    finally:
        await request.state.board.changed()
    return RedirectResponse(f"/desk/case/{number}#{at}", 303)


@routes.post("/level")
async def level(
    number: Number, request: Request, session: Counsellor, level: Annotated[Level, Form()], text: Text = ""
) -> Response:
    """Sets the level; the text is the reason."""
    words = clean(text)
    act = partial(casework.set_level, number, session.staff_id, level, words)
    return await _do(request, number, session, "level", act, words)


@routes.post("/category")
async def category(
    number: Number, request: Request, session: Counsellor, category: Annotated[Category, Form()]
) -> Response:
    """Sets the category."""
    act = partial(casework.set_category, number, session.staff_id, category)
    return await _do(request, number, session, "level", act)


@routes.post("/plan")
async def plan(number: Number, request: Request, session: Counsellor, text: Text = "") -> Response:
    """Adds a step to the plan."""
    words = clean(text)
    act = partial(casework.add_step, number, session.staff_id, words)
    return await _do(request, number, session, "plan", act, words)


@routes.post("/plan/{row}/done")
async def plan_done(number: Number, row: RowId, request: Request, session: Counsellor, on: Flag = True) -> Response:
    """Marks a step as done, or not done after all."""
    act = partial(casework.do_step, number, row, session.staff_id, on)
    return await _do(request, number, session, "plan", act)


@routes.post("/check")
async def check(
    number: Number, request: Request, session: Counsellor, item: Annotated[str, Form()] = "", on: Flag = True
) -> Response:
    """Ticks an item of the checklist, or takes the tick away."""
    act = partial(checklist.tick, number, session.staff_id, item, on)
    return await _do(request, number, session, "checks", act)


@routes.post("/task")
async def task(
    number: Number,
    request: Request,
    session: Counsellor,
    due: Annotated[date, Form()],
    who: Annotated[str, Form(pattern=guard.ID)],
    text: Text = "",
) -> Response:
    """Plans something for somebody by a day."""
    words = clean(text)
    act = partial(casework.add_task, number, session.staff_id, words, due, who)
    return await _do(request, number, session, "tasks", act, words)


@routes.post("/task/{row}/done")
async def task_done(number: Number, row: RowId, request: Request, session: Counsellor, on: Flag = True) -> Response:
    """Marks a task as done, or not done after all."""
    act = partial(casework.do_task, number, row, session.staff_id, on)
    return await _do(request, number, session, "tasks", act)


@routes.post("/refer")
async def refer(
    number: Number,
    request: Request,
    session: Counsellor,
    to: Annotated[ReferralTo, Form()],
    name: Text = "",
    text: Text = "",
) -> Response:
    """Offers the case to others; the text is the reason."""
    words = clean(text)
    act = partial(referrals.offer, number, session.staff_id, to, clean(name), words)
    return await _do(request, number, session, "referrals", act, words)


@routes.post("/referral/{row}/accept")
async def accept(number: Number, row: RowId, request: Request, session: Counsellor, text: Text = "") -> Response:
    """Takes what was offered, or writes down that others take it."""
    act = partial(referrals.accept, number, row, session.staff_id, clean(text))
    return await _do(request, number, session, "referrals", act)


@routes.post("/referral/{row}/reject")
async def reject(number: Number, row: RowId, request: Request, session: Counsellor, text: Text = "") -> Response:
    """Says no; the text is the reason."""
    act = partial(referrals.reject, number, row, session.staff_id, clean(text))
    return await _do(request, number, session, "referrals", act)


@routes.post("/referral/{row}/done")
async def finish(number: Number, row: RowId, request: Request, session: Counsellor) -> Response:
    """Notes that what was taken is done."""
    act = partial(referrals.finish, number, row, session.staff_id)
    return await _do(request, number, session, "referrals", act)


@routes.post("/close")
async def close(
    number: Number,
    request: Request,
    session: Counsellor,
    kind: Annotated[OutcomeKind, Form()],
    risk: Annotated[Level, Form()],
    text: Text = "",
    contact: Flag = False,
) -> Response:
    """Closes the case, or asks a lead to."""
    words = clean(text)
    report = closing.Report(kind, words, risk, contact)
    act = partial(closing.close_case, number, session.staff_id, report)
    return await _do(request, number, session, "end", act, words)


@routes.post("/approve")
async def approve(number: Number, request: Request, session: Lead) -> Response:
    """Closes what somebody else asked to close."""
    return await _do(request, number, session, "end", partial(closing.approve, number, session.staff_id))


@routes.post("/send_back")
async def send_back(number: Number, request: Request, session: Lead, text: Text = "") -> Response:
    """Gives the case back to care; the text is the reason."""
    words = clean(text)
    act = partial(closing.send_back, number, session.staff_id, words)
    return await _do(request, number, session, "end", act, words)


@routes.post("/reopen")
async def reopen(number: Number, request: Request, session: Counsellor, text: Text = "") -> Response:
    """Opens a closed case again; the text is the reason."""
    words = clean(text)
    act = partial(closing.reopen, number, session.staff_id, words)
    return await _do(request, number, session, "end", act, words)
