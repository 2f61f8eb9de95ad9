"""Live updates as server-sent events.

A stream ends with `gone` as soon as its session or its role does, and with `away` when its conversation is not for
this person any more.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from bot import audit
from bot.care import scope
from bot.clock import now
from bot.console import board, cases, guard, thread
from bot.console.board import Board
from bot.console.edge import DeskRoute
from bot.db.models import StaffSession
from bot.errors import NotFound
from bot.staff import sessions
from bot.typing_sign import Side, Sign

LOOK_AGAIN = 2.0  # seconds; some changes, such as a delivery, do not move the feed
ALIVE_EVERY = 15.0  # seconds between signs of life, so that a page notices a dead line
TALKS = ThreadPoolExecutor(1, "talks")  # one after another: a queue that rings is not slowed by open talks
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
        loop = asyncio.get_running_loop()
        new, state, notes = await loop.run_in_executor(TALKS, self._read)
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

    def _read(self) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
        """Messages, state and private notes. Raises NotFound once the conversation is not theirs to see."""
        scope.check(self.staff_id, self.conversation_id)
        return (
            thread.messages(self.conversation_id, self.after),
            cases.state(self.conversation_id, self.staff_id),
            thread.notes_of(self.conversation_id),
        )

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
    return _stream(request, session, QueueLook(request.state.board, session.staff_id))


@routes.get("/c/{conversation_id}/events")
async def conversation_events(
    conversation_id: guard.ConversationId, request: Request, session: Counsellor, after: After = 0
) -> StreamingResponse:
    """The messages behind `after` (or behind the last event the page saw), then all new ones, and the state."""
    await asyncio.to_thread(cases.note_read, conversation_id, session.staff_id, again_after=cases.READ_AGAIN)
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else after
    look = ConversationLook(conversation_id, session.staff_id, start)
    return _stream(request, session, look, Sign(conversation_id, Side.worker))


def _stream(request: Request, session: StaffSession, look: Look, sign: Sign | None = None) -> StreamingResponse:
    events = _live(request, session.public_id, look, sign)
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


async def _live(request: Request, public_id: str, look: Look, sign: Sign | None) -> AsyncIterator[str]:
    """Looks at every change and every `LOOK_AGAIN` seconds, until the session ends or the page goes away."""
    feed = request.state.board.feed
    loop = asyncio.get_running_loop()
    alive_due = 0.0
    while True:
        version = feed.version  # before the look: what changes during it makes another
        session = await _session(public_id)
        if session is None:
            yield _event("gone", {})
            return
        if loop.time() >= alive_due:
            alive_due = loop.time() + ALIVE_EVERY
            yield _event("alive", _time_left(session))
        try:
            events = await look()
        except NotFound:  # it is not theirs to see any more
            yield _event("away", {})
            return
        for event in events:
            yield event
        pause = asyncio.ensure_future(feed.wait(version, LOOK_AGAIN))
        if sign is not None:
            async for _ in request.state.typing.during(sign, pause):
                yield _event("typing", {})
        await pause


def _time_left(session: StaffSession) -> dict[str, Any]:
    """Seconds until the session ends, and whether activity would put that off."""
    left = sessions.time_left(session)
    return {"left": left.total_seconds(), "renewable": sessions.hard_end(session) - now() > left}


async def _session(public_id: str) -> StaffSession | None:
    """The session if it still lives and its role may still look; watching is not activity."""
    session = await asyncio.to_thread(sessions.watched, public_id)
    return session if session is not None and session.staff.role in guard.CASE_ROLES else None
