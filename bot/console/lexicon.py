"""`/desk/triage`: the lexicon searched, drafted, tried, published, rolled back. Admins change it, leads read."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from bot.console import board, guard, labels, lexicon_view, lexicon_words
from bot.console.edge import DeskRoute, done
from bot.console.render import page
from bot.db.models import StaffSession
from bot.db.states import Role
from bot.errors import NotAllowedNow
from bot.lexicon import drafts, publish, reports
from bot.triage.release import BadLexicon

routes = APIRouter(prefix="/triage", route_class=DeskRoute)
Reader = Annotated[StaffSession, Depends(guard.lexicon)]
Changer = Annotated[StaffSession, Depends(guard.lexicon_change)]
SHOWN = 60  # rows of a search
REFUSALS = {
    publish.NotChecked: "这份草稿还没有对现在在用的词库做完回放和过关检查，先做再发布。",
    reports.Overtaken: "草稿刚刚被改过，请刷新看看。",
    NotAllowedNow: "现在做不了这一步，可能正在检查，或同事刚刚动过。请刷新看看。",
    BadLexicon: "草稿里有错，先按下面列出的改好。",
}


class Search(BaseModel):
    """What rows are looked for. In the body, so that no words of anybody get into an address."""

    file: str
    text: str = ""


class NewRow(BaseModel):
    """A row to be added to a file of the lexicon."""

    file: str
    row: dict[str, str | bool | list[str]]


class RowOff(BaseModel):
    """A row of the repository to be switched off."""

    file: str
    name: str
    note: str
    reviewer: str


class Place(BaseModel):
    """One change of a draft, counted from 0; or a draft or release as a whole."""

    draft: guard.RowId
    at: guard.RowId = 0


@routes.get("")
async def lexicon_page(session: Reader) -> Response:
    """The page; its script fetches the rest."""
    return page(
        "triage.html",
        csrf=session.csrf,
        name=session.staff.display_name,
        role=labels.ROLES[session.staff.role],
        changes=session.staff.role == Role.admin,
        files=lexicon_words.FILES,
        default_level=lexicon_words.DEFAULT_LEVEL,
        levels=labels.LEVELS,
        kinds={kind: labels.kind(kind) for kind in lexicon_words.KINDS},
        server_time=board.server_time(),
    )


@routes.get("/api/state")
async def state(_: Reader) -> dict[str, Any]:
    """What is in use, the draft with what the checks say of it, what was published before."""
    return await asyncio.to_thread(lexicon_view.state)


@routes.get("/api/marks")
async def marks(_: Reader) -> dict[str, Any]:
    """How counsellors judged the alarms, by level and kind."""
    return {"rows": await asyncio.to_thread(lexicon_view.judgements)}


@routes.post("/api/rows")
async def rows(search: Search, _: Reader) -> dict[str, Any]:
    """The rows of a file that hold some words."""
    found = await asyncio.to_thread(drafts.rows, search.file, search.text)
    shown = await asyncio.to_thread(lexicon_view.rows, search.file, found[:SHOWN])
    return {"total": len(found), "rows": shown}


@routes.get("/api/changed")
async def changed(session: Reader) -> dict[str, Any]:
    """The messages whose level the draft would change, with their words; every look is audited."""
    return {"messages": await asyncio.to_thread(lexicon_view.changed, session.staff_id)}


@routes.post("/api/add")
async def add(new: NewRow, session: Changer) -> dict[str, Any]:
    """Adds a row to the draft."""
    return await done(REFUSALS, drafts.add, session.staff_id, new.file, new.row)


@routes.post("/api/drop")
async def drop(off: RowOff, session: Changer) -> dict[str, Any]:
    """Switches a row off in the draft."""
    return await done(REFUSALS, drafts.drop, session.staff_id, off.file, off.name, off.note, off.reviewer)


@routes.post("/api/take_back")
async def take_back(place: Place, session: Changer) -> dict[str, Any]:
    """Takes one change out of the draft."""
    return await done(REFUSALS, drafts.take_back, session.staff_id, place.draft, place.at)


@routes.post("/api/discard")
async def discard(place: Place, session: Changer) -> dict[str, Any]:
    """Throws the draft away."""
    return await done(REFUSALS, drafts.discard, session.staff_id, place.draft)


@routes.post("/api/reopen")
async def reopen(place: Place, session: Changer) -> dict[str, Any]:
    """Makes a draft of a former release."""
    return await done(REFUSALS, drafts.reopen, session.staff_id, place.draft)


@routes.post("/api/replay")
async def replay(session: Changer) -> dict[str, Any]:
    """Starts to replay the draft over the stored history."""
    return await done(REFUSALS, publish.start_replay, session.staff_id)


@routes.post("/api/gate")
async def gate(session: Changer) -> dict[str, Any]:
    """Starts to hold the draft against the frozen set."""
    return await done(REFUSALS, publish.start_gate, session.staff_id)


@routes.post("/api/publish")
async def publish_draft(session: Changer) -> dict[str, Any]:
    """Makes the draft live."""
    return await done(REFUSALS, publish.publish, session.staff_id)


@routes.post("/api/roll_back")
async def roll_back(session: Changer) -> dict[str, Any]:
    """Puts the release before the live one back in use."""
    return await done(REFUSALS, publish.roll_back, session.staff_id)
