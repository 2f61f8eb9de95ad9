"""`/desk/inbox`: what the bot did not understand or was voted down for, grouped, and what an editor makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Response
from fastapi.responses import RedirectResponse

from bot.console import faq_view, guard
from bot.console.account import frame
from bot.console.edge import DeskRoute
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.states import ReviewSource, ReviewState
from bot.errors import XinqiaoError
from bot.knowledge import inbox

HOME = "/desk/inbox"
routes = APIRouter(prefix="/inbox", route_class=DeskRoute)
Editor = Annotated[StaffSession, Depends(guard.faqs)]
Cluster = Annotated[guard.RowId, Path()]
SOURCES = {
    ReviewSource.not_understood: "没听懂",
    ReviewSource.voted_down: "说没用",
    ReviewSource.counsellor: "值班员推荐",
}
REFUSALS = {
    "not_found": "这一组刚刚有同事处理过了，或者那条问答不在了。",
    "bad_input": "问法里还有隐去的地方（方括号），先改成一句完整的话再加。",
}


@routes.get("")
async def inbox_page(session: Editor, source: ReviewSource | None = None) -> Response:
    """What waits, the most frequent first."""
    return await _shown(session, source)


async def _shown(
    session: StaffSession, source: ReviewSource | None = None, status: int = 200, told: str = ""
) -> Response:
    found = await asyncio.to_thread(inbox.groups, source)
    rows = [{"group": one, "source": SOURCES[one.source], "last": faq_view.moment(one.last)} for one in found]
    return page("inbox.html", status, rows=rows, sources=SOURCES, chosen=source, told=told, **frame(session))


@routes.post("/{cluster}/variant")
async def variant(
    cluster: Cluster,
    session: Editor,
    faq_id: Annotated[str, Form(pattern="^[a-z][a-z0-9_]{2,39}$")],
    wording: Annotated[str, Form(max_length=200)],
) -> Response:
    """Adds it to an FAQ as one more wording, as a draft."""
    return await _to_draft(session, inbox.add_variant, cluster, faq_id, wording)


@routes.post("/{cluster}/draft")
async def draft(cluster: Cluster, session: Editor) -> Response:
    """Begins a new FAQ with it."""
    return await _to_draft(session, inbox.make_draft, cluster)


async def _to_draft(session: StaffSession, act: Callable[..., int], *more: Any) -> Response:
    try:
        made = await asyncio.to_thread(act, session.staff_id, *more)
    except XinqiaoError as error:
        return await _refused(session, error)
    return RedirectResponse(f"/desk/faqs/draft/{made}", 303)


async def _refused(session: StaffSession, error: XinqiaoError) -> Response:
    if error.code not in REFUSALS:
        raise error
    return await _shown(session, status=error.status, told=REFUSALS[error.code])


@routes.post("/{cluster}/put_away")
async def put_away(cluster: Cluster, session: Editor, state: Annotated[ReviewState, Form()]) -> Response:
    """Drops it, or marks it as none of our matters."""
    try:
        await asyncio.to_thread(inbox.put_away, session.staff_id, cluster, state)
    except XinqiaoError as error:
        return await _refused(session, error)
    return RedirectResponse(HOME, 303)
