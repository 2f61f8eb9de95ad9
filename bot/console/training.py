"""`/desk/training`: training on what the desk has approved, its report, publishing, and the way back."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from bot.console import guard, training_view
from bot.console.account import frame
from bot.console.edge import DeskRoute, done
from bot.console.render import page
from bot.db.models import StaffSession
from bot.errors import NotAllowedNow, XinqiaoError
from bot.training import releases, runs

routes = APIRouter(prefix="/training", route_class=DeskRoute)
Trainer = Annotated[StaffSession, Depends(guard.training)]
Publisher = Annotated[StaffSession, Depends(guard.training_proved)]
Returner = Annotated[StaffSession, Depends(guard.training_back)]
REFUSALS: dict[type[XinqiaoError], str] = {
    runs.OneIsOpen: "同事已经开始了一次训练，就是下面这一次。先发布或者丢掉它，才能再开始。",
    releases.Stale: "在用的版本换过了，这次的评测不算数了。请丢掉，再训练一次。",
    NotAllowedNow: "现在做不了这一步，可能同事刚刚动过，或者正在换。请看看页面上的新情况。",
}


class Which(BaseModel):
    """A training, or the release it became."""

    run: guard.RowId


@routes.get("")
async def training_page(session: Trainer) -> Response:
    """The page; its script fetches the rest."""
    role = session.staff.role
    may = {"publish": role in guard.TRAINING_PUBLISHERS, "train": role in guard.TRAINING_ROLES}
    return page("training.html", may=may, **frame(session))


@routes.get("/api/state")
async def state(_: Trainer) -> dict[str, Any]:
    """What is in use, the training that is open or ended badly, what there was before."""
    return await asyncio.to_thread(training_view.state)


@routes.get("/api/changes")
async def changes(_: Trainer) -> dict[str, Any]:
    """What was approved since the release in use, question by question."""
    return await asyncio.to_thread(training_view.waiting)


@routes.post("/api/start")
async def start(session: Trainer) -> dict[str, Any]:
    """Puts a training into the queue."""
    return await done(REFUSALS, runs.request, session.staff_id)


@routes.post("/api/discard")
async def discard(which: Which, session: Trainer) -> dict[str, Any]:
    """Stops and throws away the one that is open."""
    return await done(REFUSALS, runs.discard, session.staff_id, which.run)


@routes.post("/api/publish")
async def publish(which: Which, session: Publisher) -> dict[str, Any]:
    """Has it put in use."""
    return await done(REFUSALS, releases.publish, session.staff_id, which.run)


@routes.post("/api/roll_back")
async def roll_back(which: Which, session: Returner) -> dict[str, Any]:
    """Has a former release put in use again. It passed the gate once, so that no fresh proof stands in its way."""
    return await done(REFUSALS, releases.roll_back, session.staff_id, which.run)
