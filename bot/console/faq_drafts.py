"""`/desk/faqs/…`: writing a draft with a live preview, and what a second person does with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from bot.console import faq_view as view
from bot.console import guard
from bot.console.account import frame
from bot.console.edge import DeskRoute
from bot.console.faqs import HOME, Editor, FaqId
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.states import RevisionSource, RevisionState
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from bot.knowledge import batches, checks, danger, faqs, revisions, similar
from bot.knowledge.columns import COLUMNS, cells
from bot.knowledge.content import Content, parse
from bot.knowledge.revisions import BadContent

routes = APIRouter(prefix="/faqs", route_class=DeskRoute)
Words = Annotated[str, Form(max_length=20_000)]
RevisionId = Annotated[guard.RowId, Path()]
BatchId = Annotated[str, Path(pattern=guard.ID)]
REFUSALS = {
    revisions.OwnWork.code: "自己写的要请另一位同事来审。",
    revisions.Overtaken.code: "这条刚刚有别的改动生效了。请作者对着现在的内容重新改一遍，再送审。",
    "not_allowed_now": "现在做不了这一步，可能同事刚刚动过。请刷新看看。",
    "not_allowed": "这是同事的草稿，只能由他本人送审或丢掉。",
    "bad_input": "退回要写明原因，最多 300 个字。",
    "bad_content": "内容里有错，先改好：",
}


class Typed(BaseModel):
    """What stands in the editor's fields."""

    faq_id: str = Field("", pattern="^([a-z][a-z0-9_]{2,39})?$")
    topic: str = Field("", max_length=40)
    question: str = Field("", max_length=400)
    variants: str = Field("", max_length=20_000)
    answer: str = Field("", max_length=20_000)
    basis: str = Field("", max_length=4000)
    region: str = Field("", max_length=40)
    valid_from: str = Field("", max_length=40)
    valid_to: str = Field("", max_length=40)
    related: str = Field("", max_length=1000)

    def content(self) -> Content:
        """The same as content."""
        return parse({**self.model_dump(), "id": self.faq_id or "new_one"})


@routes.get("/new")
async def new_page(session: Editor) -> Response:
    """An empty editor."""
    return await _editor(session, "", Content(topic="wages", valid_from=view.today()))


@routes.get("/one/{faq_id}/edit")
async def edit_page(faq_id: FaqId, session: Editor) -> Response:
    """The editor with one's own open draft, or with what workers read."""
    mine = [one for one in await asyncio.to_thread(revisions.pending, faq_id) if one.author_id == session.staff_id]
    opened = [one for one in mine if one.state in revisions.OPEN]
    _, live = await asyncio.to_thread(view.live_of, faq_id)
    content = revisions.content_of(opened[0]) if opened else live
    if content is None:
        raise NotFound("no such FAQ")
    return await _editor(session, faq_id, content, comment=opened[0].comment if opened else None)


async def _editor(session: StaffSession, faq_id: str, content: Content, status: int = 200, **more: Any) -> Response:
    typed = dict(zip(COLUMNS, cells(content), strict=True)) | {"topic": content.topic}
    opinion = await asyncio.to_thread(view.opinion, replace(content, id=faq_id or "new_one"))
    shown = {"typed": typed, "faq_id": faq_id, "opinion": opinion, "faults": [], "comment": None, **more}
    choices = {"topics": faqs.TOPICS, "regions": checks.REGIONS, "headings": COLUMNS}
    return page("faq_edit.html", status, **shown, **choices, **frame(session))


@routes.post("/save")
async def save(session: Editor, typed: Annotated[Typed, Form()], act: Annotated[str, Form()] = "save") -> Response:
    """Keeps the draft, and hands it on if that was pressed; a fault shows the editor again with what was typed."""
    content = typed.content()
    known = typed.faq_id or None
    draft = await asyncio.to_thread(_keep, session.staff_id, content, known)
    if act != "submit":
        return RedirectResponse(f"{HOME}/draft/{draft}", 303)
    try:
        await asyncio.to_thread(revisions.submit, session.staff_id, draft)
    except BadContent as bad:
        faq_id = (await asyncio.to_thread(revisions.get, draft)).faq_id
        return await _editor(session, faq_id, content, bad.status, faults=view.told(bad.faults))
    return RedirectResponse(f"{HOME}/draft/{draft}", 303)


def _keep(staff_id: str, content: Content, faq_id: str | None) -> int:
    new = content if faq_id else replace(content, id="")
    return revisions.save_draft(staff_id, new, source=RevisionSource.edit, faq_id=faq_id)


@routes.post("/api/check")
async def check(typed: Typed, _: Editor) -> dict[str, Any]:
    """What is to be said of what was typed so far."""
    return await asyncio.to_thread(view.opinion, typed.content())


@routes.get("/review")
async def review_page(session: Editor) -> Response:
    """What waits for a second person, and the own drafts."""
    rows, imports, names = await asyncio.to_thread(_queue)
    shown = [view.revision(row, names, session.staff_id) for row in rows]
    return page(
        "faq_review.html",
        waiting=[row for row in shown if row["state"] == RevisionState.in_review],
        drafts=[row for row in shown if row["state"] in revisions.OPEN],
        batches=[{"batch": one, "author": names.get(one.author_id, ""), "at": view.moment(one.at)} for one in imports],
        **frame(session),
    )


def _queue() -> tuple[list[Any], list[batches.Batch], dict[str, str]]:
    return revisions.pending(), batches.listing(), view.names()


@routes.get("/draft/{revision_id}")
async def draft_page(revision_id: RevisionId, session: Editor) -> Response:
    """One proposed wording beside what workers read now."""
    return await _draft(session, revision_id)


async def _draft(
    session: StaffSession, revision_id: int, status: int = 200, text: str = "", faults: Any = ()
) -> Response:
    shown = await asyncio.to_thread(_shown, revision_id, session.staff_id)
    return page("faq_draft.html", status, text=text, faults=view.told(faults), **shown, **frame(session))


def _shown(revision_id: int, staff_id: str) -> dict[str, Any]:
    row = revisions.get(revision_id)
    content = revisions.content_of(row)
    live = view.live_of(row.faq_id)[1]
    return {
        "row": view.revision(row, view.names(), staff_id),
        "is_new": live is None,
        "difference": view.difference(live, content),
        "preview": view.preview(content),
        "mild": danger.mild(content),
        "near": similar.nearest(content),
    }


async def _act(session: StaffSession, revision_id: int, act: Callable[..., None], *more: str) -> Response:
    """Does it and shows the draft; a refusal is told on the page."""
    try:
        await asyncio.to_thread(act, session.staff_id, revision_id, *more)
    except BadContent as bad:
        return await _draft(session, revision_id, bad.status, REFUSALS[bad.code], bad.faults)
    except (BadInput, NotAllowed, NotAllowedNow) as error:
        return await _draft(session, revision_id, error.status, REFUSALS[error.code])
    return RedirectResponse(f"{HOME}/draft/{revision_id}", 303)


@routes.post("/draft/{revision_id}/submit")
async def submit(revision_id: RevisionId, session: Editor) -> Response:
    """Hands it to a second person."""
    return await _act(session, revision_id, revisions.submit)


@routes.post("/draft/{revision_id}/approve")
async def approve(revision_id: RevisionId, session: Editor) -> Response:
    """Makes it live."""
    return await _act(session, revision_id, revisions.approve)


@routes.post("/draft/{revision_id}/send_back")
async def send_back(revision_id: RevisionId, session: Editor, comment: Words = "") -> Response:
    """Gives it back with the reason."""
    return await _act(session, revision_id, revisions.send_back, comment)


@routes.post("/draft/{revision_id}/discard")
async def discard(revision_id: RevisionId, session: Editor) -> Response:
    """Throws the own draft away."""
    return await _act(session, revision_id, revisions.discard)


@routes.get("/batch/{batch_id}")
async def batch_page(batch_id: BatchId, session: Editor) -> Response:
    """An import that waits: all that it would change."""
    return await _batch(session, batch_id)


async def _batch(session: StaffSession, batch_id: str, status: int = 200, text: str = "", faults: Any = ()) -> Response:
    rows, names = await asyncio.to_thread(lambda: (batches.rows_of(batch_id), view.names()))
    shown = await asyncio.to_thread(view.batch, rows)
    who = {"mine": rows[0].author_id == session.staff_id, "author": names.get(rows[0].author_id, "")}
    told = {"text": text, "faults": view.told(faults)}
    return page("faq_batch.html", status, batch=batch_id, rows=shown, total=len(rows), **who, **told, **frame(session))


@routes.post("/batch/{batch_id}/approve")
async def approve_batch(batch_id: BatchId, session: Editor) -> Response:
    """Makes all of it live."""
    return await _act_on_batch(session, batch_id, batches.approve)


@routes.post("/batch/{batch_id}/discard")
async def discard_batch(batch_id: BatchId, session: Editor) -> Response:
    """Throws all of it away."""
    return await _act_on_batch(session, batch_id, batches.discard)


async def _act_on_batch(session: StaffSession, batch_id: str, act: Callable[..., object]) -> Response:
    try:
        await asyncio.to_thread(act, session.staff_id, batch_id)
    except BadContent as bad:
        return await _batch(session, batch_id, bad.status, REFUSALS[bad.code], bad.faults)
    except (NotAllowed, NotAllowedNow) as error:
        return await _batch(session, batch_id, error.status, REFUSALS[error.code])
    return RedirectResponse(f"{HOME}/review", 303)
