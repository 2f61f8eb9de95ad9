"""`/desk/faqs`: the list, one FAQ with its history, retiring and restoring."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Response
from fastapi.responses import RedirectResponse

from bot.audit import Action, note
from bot.console import faq_view as view
from bot.console import guard
from bot.console.account import frame
from bot.console.edge import DeskRoute, attachment
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.session import reading
from bot.errors import NotFound
from bot.knowledge import exporting, faqs, listing, revisions
from bot.knowledge.content import parse
from bot.knowledge.exporting import Format
from bot.knowledge.listing import Status

HOME = "/desk/faqs"
PAGE = 50
routes = APIRouter(prefix="/faqs", route_class=DeskRoute)
Editor = Annotated[StaffSession, Depends(guard.faqs)]
FaqId = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{2,39}$")]
Topic = Annotated[str, Form(pattern="^[a-z_]{0,24}$")]
Number = Annotated[int, Form(ge=0, le=2**31 - 1)]


@routes.get("")
async def list_page(session: Editor) -> Response:
    """All FAQs."""
    return await _list(session, "", "", Status.all, 1)


@routes.post("")
async def search(
    session: Editor,
    text: Annotated[str, Form()] = "",
    topic: Topic = "",
    status: Annotated[Status, Form()] = Status.all,
    number: Annotated[int, Form(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    """Those that hold some words. In the body, so that no words of anybody get into an address."""
    return await _list(session, text, topic, status, number)


async def _list(session: StaffSession, text: str, topic: str, status: Status, number: int) -> Response:
    text = text.encode("utf-8", "replace").decode()
    found = await asyncio.to_thread(listing.find, text, topic, status)
    last = max(1, -(-len(found) // PAGE))
    number = min(number, last)
    return page(
        "faqs.html",
        rows=[view.listed(row) for row in found[(number - 1) * PAGE : number * PAGE]],
        total=len(found),
        asked={"text": text, "topic": topic, "status": status, "page": number, "last": last},
        topics=faqs.TOPICS,
        statuses=view.STATUSES,
        waiting=await asyncio.to_thread(revisions.waiting, session.staff_id),
        formats=list(Format),
        **frame(session),
    )


@routes.post("/export")
async def export(
    session: Editor,
    text: Annotated[str, Form()] = "",
    topic: Topic = "",
    status: Annotated[Status, Form()] = Status.all,
    as_: Annotated[Format, Form(alias="format")] = Format.xlsx,
) -> Response:
    """The same FAQs as a file that can be imported again."""
    found = await asyncio.to_thread(_contents, text, topic, status)
    content = await asyncio.to_thread(exporting.written, found, as_)
    await asyncio.to_thread(note, Action.faq_exported, session.staff_id, count=len(found))
    return attachment(content, f"xinqiao-faq.{as_}", exporting.TYPES[as_])


def _contents(text: str, topic: str, status: Status) -> list[Any]:
    wanted = [row.id for row in listing.find(text, topic, status)]
    with reading() as session:
        rows = {row.id: row for row in session.execute(exporting.ALL).scalars()}
    return [revisions.live(rows[faq_id]) for faq_id in wanted if faq_id in rows]


@routes.get("/template")
async def template(_: Editor) -> Response:
    """An empty table to fill in."""
    return attachment(
        await asyncio.to_thread(exporting.template), "xinqiao-faq-template.xlsx", exporting.TYPES[Format.xlsx]
    )


@routes.get("/one/{faq_id}")
async def faq_page(faq_id: FaqId, session: Editor) -> Response:
    """One FAQ: what workers read, what is proposed, what it was."""
    shown = await asyncio.to_thread(_faq, faq_id, session.staff_id)
    return page("faq.html", **shown, **frame(session))


def _faq(faq_id: str, staff_id: str) -> dict[str, Any]:
    row, content = view.live_of(faq_id)
    names, open_ = view.names(), revisions.pending(faq_id)
    if row is None and not open_:
        raise NotFound("no such FAQ")
    return {
        "faq": row,
        "faq_id": faq_id,
        "topic": faqs.TOPICS.get(row.topic, row.topic) if row else "",
        "origin": view.ORIGINS[row.origin] if row else "",
        "expired": row is not None and faqs.is_expired(row, view.today()),
        "preview": view.preview(content) if content else None,
        "variants": content.variants if content else (),
        "pending": [view.revision(one, names, staff_id) for one in open_],
        "history": _history(faq_id, names, staff_id),
        "question": content.question if content else revisions.content_of(open_[0]).question,
    }


def _history(faq_id: str, names: dict[str, str], staff_id: str) -> list[dict[str, Any]]:
    """The former wordings, newest first, each with what it changed; the file's last."""
    approved = revisions.history(faq_id)
    file = faqs.file_of(faq_id)
    contents = [revisions.content_of(one) for one in approved] + ([parse(file)] if file else [])
    found = [view.revision(one, names, staff_id) for one in approved]
    if file:
        found.append({"id": revisions.NUMBER_0, "author": "系统自带", "reviewer": file["reviewer"], "source": "文件"})
        found[-1]["reviewed_at"] = str(file["reviewed_on"])
    for at, one in enumerate(found):
        before = contents[at + 1] if at + 1 < len(contents) else None
        one["difference"] = view.difference(before, contents[at]) if before else []
        one["live"] = at == 0
    return found


@routes.post("/one/{faq_id}/retire")
async def retire(faq_id: FaqId, session: Editor) -> Response:
    """Takes it out of use."""
    await asyncio.to_thread(revisions.retire, session.staff_id, faq_id)
    return RedirectResponse(f"{HOME}/one/{faq_id}", 303)


@routes.post("/one/{faq_id}/reinstate")
async def reinstate(faq_id: FaqId, session: Editor) -> Response:
    """Back into use."""
    await asyncio.to_thread(revisions.reinstate, session.staff_id, faq_id)
    return RedirectResponse(f"{HOME}/one/{faq_id}", 303)


@routes.post("/one/{faq_id}/restore")
async def restore(faq_id: FaqId, session: Editor, revision: Number = 0) -> Response:
    """A draft of a former wording."""
    draft = await asyncio.to_thread(revisions.restore, session.staff_id, faq_id, revision)
    return RedirectResponse(f"{HOME}/draft/{draft}", 303)
