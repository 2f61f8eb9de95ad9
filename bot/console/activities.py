"""`/desk/activities`: editors keep what is on, and say when workers see it. Plain forms; nothing is about a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from bot.clean import clean
from bot.clock import LOCAL, local, now
from bot.console import guard
from bot.console.account import frame
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.programme_models import Activity
from bot.db.states import ActivityKind, ActivityState
from bot.programme import activities
from bot.programme.activities import Fault, Planned

HOME = "/desk/activities"
TIME = "%Y-%m-%dT%H:%M"  # of a field of the browser
FAULTS = {
    Fault.heading: f"名称要 1 到 {activities.LONGEST['title']} 个字，写在一行里。",
    Fault.place: f"地点要 1 到 {activities.LONGEST['place']} 个字，写在一行里。",
    Fault.sign_up: f"报名办法最多 {activities.LONGEST['sign_up']} 个字，写在一行里。",
    Fault.audience: f"面向谁最多 {activities.LONGEST['audience']} 个字，写在一行里。",
    Fault.starts: "开始时间不对：要填日期和钟点，离今天不超过两年；已经过去的不能发布。",
    Fault.ends: "结束时间不对：要在开始以后，也可以不填。",
}

routes = APIRouter(prefix="/activities", route_class=DeskRoute)
Editor = Annotated[StaffSession, Depends(guard.programme)]
Field = Annotated[str, Form()]
Id = Annotated[int, Form(ge=0, le=2**31 - 1)]  # 0: a new one


@routes.get("")
async def activities_page(session: Editor) -> Response:
    """All activities, each with its form."""
    return await _page(session)


@routes.post("")
async def save(
    session: Editor,
    id: Id = 0,
    kind: Annotated[ActivityKind, Form()] = ActivityKind.course,
    title: Field = "",
    place: Field = "",
    starts: Field = "",
    ends: Field = "",
    sign_up: Field = "",
    audience: Field = "",
) -> Response:
    """Adds or changes one; a fault shows the form again with what was typed."""
    typed = {"title": title, "place": place, "sign_up": sign_up, "audience": audience}
    typed = {name: clean(words).strip() for name, words in typed.items()}
    try:
        planned = Planned(kind, starts_at=_moment(starts), ends_at=_moment_or_none(ends), **typed)
        kept = await asyncio.to_thread(_keep, id, session.staff_id, planned)
    except activities.BadActivity as bad:
        shown = {"id": id, "kind": kind, "starts": starts, "ends": ends, **typed, "fault": FAULTS[bad.fault]}
        return await _page(session, 400, shown)
    return RedirectResponse(f"{HOME}#activity-{kept}", 303)


def _keep(activity_id: int, staff_id: str, planned: Planned) -> int:
    if not activity_id:
        return activities.add(staff_id, planned)
    activities.change(activity_id, staff_id, planned)
    return activity_id


@routes.post("/publish")
async def publish(session: Editor, id: Id = 0) -> Response:
    """Shows one to workers."""
    return await _show(session, id, lambda: activities.publish(id, session.staff_id, on=True))


@routes.post("/take_back")
async def take_back(session: Editor, id: Id = 0) -> Response:
    """Takes one back."""
    return await _show(session, id, lambda: activities.publish(id, session.staff_id, on=False))


async def _show(session: StaffSession, activity_id: int, act: Callable[[], None]) -> Response:
    try:
        await asyncio.to_thread(act)
    except activities.BadActivity as bad:
        return await _page(session, 400, {"id": -1, "fault": FAULTS[bad.fault]})
    return RedirectResponse(f"{HOME}#activity-{activity_id}", 303)


def _moment(words: str, fault: Fault = Fault.starts) -> datetime:
    """A browser's local time as a moment in China's time. Raises BadActivity."""
    try:
        return datetime.strptime(words.strip(), TIME).replace(tzinfo=LOCAL)
    except ValueError:
        raise activities.BadActivity(fault) from None


def _moment_or_none(words: str) -> datetime | None:
    return _moment(words, Fault.ends) if words.strip() else None


async def _page(session: StaffSession, status: int = 200, typed: dict[str, Any] | None = None) -> Response:
    rows = await asyncio.to_thread(activities.listing)
    return page(
        "activities.html",
        status,
        rows=[_row(row) for row in rows],
        new={"id": 0, "kind": ActivityKind.course, **dict.fromkeys((*activities.LONGEST, "starts", "ends"), "")},
        typed=typed or {"id": -1, "fault": ""},
        kinds=activities.KINDS,
        longest=activities.LONGEST,
        **frame(session),
    )


def _row(row: Activity) -> dict[str, Any]:
    is_over = (row.ends_at or row.starts_at) < now()
    is_published = row.state == ActivityState.published
    return {
        **{name: getattr(row, name) for name in ("id", "kind", "title", "place", "sign_up", "audience")},
        "when": f"{local(row.starts_at).year}年{activities.when(row.starts_at, row.ends_at)}",
        "starts": f"{local(row.starts_at):{TIME}}",
        "ends": f"{local(row.ends_at):{TIME}}" if row.ends_at else "",
        "is_published": is_published,
        "is_over": is_over,
        "state": "已过" if is_over else "已发布" if is_published else "草稿",
    }
