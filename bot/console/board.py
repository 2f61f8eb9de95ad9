"""The queue as the pages show it, read once for everybody who looks."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.care import company, desk, identity, reply_window, scope, todo
from bot.clock import local, now
from bot.console import beside, labels, night, window
from bot.console.cases import holders, stuck_messages, unanswered
from bot.db.session import reading
from bot.db.states import Owner
from bot.level import Level

FRESH = 1.0  # seconds for which one reading serves all pages when nothing has changed


class Feed(Protocol):
    """Tells when something new is in the database; bot.conversation.live.Feed is one."""

    version: int

    def poke(self) -> None:
        """Says that this process has just written something."""

    async def wait(self, version: int, timeout: float) -> int:
        """Waits until the number is above `version` or the seconds have passed; gives the number."""


@dataclass(frozen=True)
class Snapshot:
    """The queue at one moment.

    `holders` maps a conversation to the id of the counsellor who has it, `unanswered` to how many messages the worker
    has written since the counsellor last spoke, and since when; `guests` maps (conversation, staff id) to whether they
    have joined, `windows` a conversation to what its channel allows, `todo` a staff id to the conversations of what
    waits for them. It is everybody's: `payload` gives each their part.
    """

    rows: list[desk.QueueRow]
    holders: dict[str, str]
    unanswered: dict[str, tuple[int, datetime]]
    undelivered: list[str]  # the conversation of each message that came to nothing
    guests: dict[tuple[str, str], bool] = field(default_factory=dict)
    windows: dict[str, reply_window.Left] = field(default_factory=dict)
    todo: dict[str, list[str]] = field(default_factory=dict)


class Board:
    """Reads the queue at most once a change, however many pages are open."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self._lock = asyncio.Lock()
        self._version = -1
        self._read_at = 0.0
        self._snapshot = Snapshot([], {}, {}, [])
        self._shown: dict[str, str] = {}  # staff id → what they see of the snapshot
        self._reader = ThreadPoolExecutor(1, "board")  # the queue never stands in line behind other looks

    async def snapshot(self) -> Snapshot:
        """Gives the queue, never older than the last change this process knows of."""
        async with self._lock:
            version = self.feed.version
            if version != self._version or time.monotonic() - self._read_at > FRESH:
                self._snapshot = await asyncio.get_running_loop().run_in_executor(self._reader, _read)
                self._shown = {}
                self._version, self._read_at = version, time.monotonic()
            return self._snapshot

    async def shown(self, staff_id: str) -> str:
        """Gives the queue as one member of staff sees it, as JSON text; made once for all their pages."""
        snapshot = await self.snapshot()
        shown = self._shown  # of this snapshot; a newer one brings a dict of its own
        if staff_id not in shown:
            loop = asyncio.get_running_loop()
            shown[staff_id] = json.dumps(await loop.run_in_executor(self._reader, payload, snapshot, staff_id))
        return shown[staff_id]

    async def changed(self) -> None:
        """To be called after a write: the next reading is a new one, and open pages are woken."""
        self._version = -1
        self.feed.poke()


def _read() -> Snapshot:
    undelivered = [row[0] for row in desk.dead_letters()] + [one.conversation_id for one in stuck_messages()]
    rows = desk.queue()
    with reading() as session:
        guests = {(one.conversation_id, one.staff_id): one.joined for one in company.guests(session)}
        windows = reply_window.of_all(session, [row.conversation_id for row in rows])
    return Snapshot(rows, holders(), unanswered(), undelivered, guests, windows, todo.waiting())


def payload(snapshot: Snapshot, staff_id: str) -> dict[str, Any]:
    """Gives the queue for one member of staff as JSON: who, how bad, how long, never a word of what was said.

    What they may see is asked anew each time, so that a change of unit counts at once. Reads the database.
    """
    waiting = snapshot.todo.get(staff_id, [])
    ids = {row.conversation_id for row in snapshot.rows} | {*snapshot.undelivered, *waiting}
    with reading() as session:
        seen = scope.visible(session, staff_id, ids)
        notices = beside.notices(session, staff_id)
        asked = identity.count_open(session, staff_id)
    return {
        "rows": [_row(row, snapshot, staff_id) for row in snapshot.rows if row.conversation_id in seen],
        "undelivered": sum(one in seen for one in snapshot.undelivered),
        "notices": notices,
        "asked": asked,
        "todo": sum(one in seen for one in waiting),
    }


def _row(row: desk.QueueRow, snapshot: Snapshot, staff_id: str) -> dict[str, Any]:
    holder = snapshot.holders.get(row.conversation_id)
    joined = snapshot.guests.get((row.conversation_id, staff_id))
    count, since = snapshot.unanswered.get(row.conversation_id, (0, None))
    return {
        "conversation": row.conversation_id,
        "number": row.number,
        "pseudonym": row.pseudonym,
        "channel": labels.channel(row.channel),
        "level": row.level,
        "level_label": labels.LEVELS[row.level],
        "kind": labels.kind(row.kind),
        "state": labels.STATES.get(row.state, row.state),
        "group": "mine" if joined and holder else _group(row, holder, staff_id),
        "invited": joined is False,
        "badges": labels.badges(drill=row.drill, age_band=row.age_band, kind=row.kind),
        "pair": row.pair,
        "continues": labels.channel(row.continues) if row.continues else None,
        "callback": f"{local(row.callback_at):%m-%d %H:%M}" if row.callback_at else None,
        "holder": row.staff_name,
        "since": iso(row.waiting_since),
        "unanswered": count,
        "unanswered_since": iso(since) if since else None,
        "alerts": row.alerts,
        "chain": night.payload(row.chain),
        "window": window.payload(snapshot.windows.get(row.conversation_id)),
        "alarm": row.alerts > 0 and row.level == Level.imminent,
    }


def _group(row: desk.QueueRow, holder: str | None, staff_id: str) -> str:
    if holder is not None:
        return "mine" if holder == staff_id else "others"
    return "waiting" if row.owner == Owner.waiting or row.alerts else "watch"


def iso(moment: datetime) -> str:
    """Gives a moment as the pages read it."""
    return moment.isoformat(timespec="milliseconds")


def server_time() -> str:
    """Gives the server's time, by which the pages correct their own clock."""
    return iso(now())
