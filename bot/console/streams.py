"""Live updates as server-sent events. A stream ends with `gone` as soon as its session or its role does."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from bot import audit
from bot.clock import now
from bot.console import board, cases, guard, thread
from bot.console.board import Board
from bot.console.edge import DeskRoute
from bot.db.models import StaffSession
from bot.errors import XinqiaoError
from bot.staff import sessions

LOOK_AGAIN = 2.0  # seconds; some changes, such as a delivery, do not move the feed
ALIVE_EVERY = 15.0  # seconds between signs of life, so that a page notices a dead line
HEADERS = {"X-Accel-Buffering": "no"}

routes = APIRouter(route_class=DeskRoute)
Counsellor = Annotated[StaffSession, Depends(guard.cases)]
After = Annotated[int, Query(ge=0, le=10**18)]
Look = Callable[[], Awaitable[list[str]]]


def _event(name: str, data: object, event_id: int | None = None) -> str:
    number = f"id: {event_id}\n" if event_id is not None else ""
    return number + _framed(name, json.dumps(data))


def _framed(name: str, text: str) -> str:
    return f"event: {name}\ndata: {text}\n\n"


@dataclass
class QueueLook:
    """Gives the queue as an event if it differs from the last one given."""

    board: Board
    staff_id: str
    sent: str = ""

    async def __call__(self) -> list[str]:
        shown = await self.board.shown(self.staff_id)
        if shown == self.sent:
            return []
        self.sent = shown
        return [_framed("queue", f'{shown[:-1]}, "now": {json.dumps(board.server_time())}}}')]


@dataclass
class ConversationLook:
    """Gives the messages that are new and, if they differ, the private notes and the state of the conversation."""

    conversation_id: str
    staff_id: str
    after: int
    sent: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    noted: float = field(default_factory=time.monotonic)  # when the look was last put on record

    async def __call__(self) -> list[str]:
        new = await asyncio.to_thread(thread.messages, self.conversation_id, self.after)
        state = await asyncio.to_thread(cases.state, self.conversation_id, self.staff_id)
        notes = await asyncio.to_thread(thread.notes_of, self.conversation_id)
        events = []
        if new or not self.sent:
            await self._note()
            self.after = new[-1]["id"] if new else self.after
            events.append(_event("messages", new, self.after))
        if notes != self.notes:
            await self._note()
            self.notes = notes
            events.append(_event("notes", notes))
        if state != self.sent:
            self.sent = state
            events.append(_event("state", {**state, "now": board.server_time()}))
        return events

    async def _note(self) -> None:
        """A page that stays open goes on reading: so its looks go on record, at most one in `READ_AGAIN`."""
        if time.monotonic() - self.noted < audit.READ_AGAIN.total_seconds():
            return
        self.noted = time.monotonic()
        await asyncio.to_thread(cases.note_read, self.conversation_id, self.staff_id, again_after=cases.READ_AGAIN)


@routes.get("/events")
async def queue_events(request: Request, session: Counsellor) -> StreamingResponse:
    """The queue, whole, whenever it changes."""
    await asyncio.to_thread(audit.look, audit.Action.queue_read, session.staff_id)
    return _stream(request, QueueLook(request.state.board, session.staff_id))


@routes.get("/c/{conversation_id}/events")
async def conversation_events(
    conversation_id: guard.ConversationId, request: Request, session: Counsellor, after: After = 0
) -> StreamingResponse:
    """The messages behind `after` (or behind the last event the page saw), then all new ones, and the state."""
    await asyncio.to_thread(cases.note_read, conversation_id, session.staff_id, again_after=cases.READ_AGAIN)
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else after
    return _stream(request, ConversationLook(conversation_id, session.staff_id, start))


def _stream(request: Request, look: Look) -> StreamingResponse:
    return StreamingResponse(_live(request, look), media_type="text/event-stream", headers=HEADERS)


async def _live(request: Request, look: Look) -> AsyncIterator[str]:
    """Looks at every change and every `LOOK_AGAIN` seconds, until the session ends or the page goes away."""
    feed = request.state.board.feed
    loop = asyncio.get_running_loop()
    alive_due = 0.0
    while True:
        version = feed.version  # before the look: what changes during it makes another
        session = await _session(request)
        if session is None:
            yield _event("gone", {})
            return
        if loop.time() >= alive_due:
            alive_due = loop.time() + ALIVE_EVERY
            yield _event("alive", _time_left(session))
        for event in await look():
            yield event
        await feed.wait(version, LOOK_AGAIN)


def _time_left(session: StaffSession) -> dict[str, Any]:
    """Seconds until the session ends, and whether activity would put that off."""
    left = sessions.time_left(session)
    return {"left": left.total_seconds(), "renewable": sessions.hard_end(session) - now() > left}


async def _session(request: Request) -> StaffSession | None:
    """The session if it still lives and its role may still look; watching is not activity."""
    try:
        session = await guard.current(request, touch=False)
    except XinqiaoError:
        return None
    return session if session.staff.role in guard.CASE_ROLES else None
