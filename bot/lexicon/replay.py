"""A draft tried on the stored history: which messages would get another level. Nothing of what was said is kept."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, func, select, tuple_, type_coerce

from bot.db.encryption import box
from bot.db.models import Conversation, Message
from bot.db.session import reading
from bot.db.states import Author
from bot.errors import ConfigError
from bot.level import Level
from bot.lexicon import reports
from bot.triage import Earlier, Triage, assess_after
from bot.triage.context import MOST

BATCH = 50
REST = 0.5  # of the time a batch took, left to the workers who write at that moment
LISTED = 300  # messages that are named in the result; all are counted


@dataclass(frozen=True)
class Said:
    """A stored message of a worker, decrypted in memory only. `text` is None where it cannot be read."""

    id: int
    conversation_id: str
    text: str | None
    at: datetime


@dataclass
class Reader:
    """A pipeline that reads conversations in order, each message with those before it."""

    pipeline: Triage
    conversation_id: str = ""
    earlier: deque[Earlier] = field(default_factory=lambda: deque(maxlen=MOST))

    def level(self, said: Said) -> Level:
        """The level that the message gets."""
        if said.conversation_id != self.conversation_id:
            self.conversation_id = said.conversation_id
            self.earlier.clear()
        text = said.text or ""
        level = assess_after(list(self.earlier), text, said.at, self.pipeline).level
        self.earlier.append(Earlier(text, level, said.at))
        return level


@dataclass
class Result:
    """What the replay has found so far."""

    of: int
    done: int = 0
    unreadable: int = 0
    moves: Counter[tuple[Level, Level]] = field(default_factory=Counter)
    changed: list[tuple[int, Level, Level]] = field(default_factory=list)

    def add(self, said: Said, before: Level, after: Level) -> None:
        """Counts one message; keeps its id if its level changes."""
        if before == after:
            return
        self.moves[before, after] += 1
        self.changed.append((said.id, before, after))
        if len(self.changed) > 4 * LISTED:
            self.changed = sorted(self.changed, key=_gravity)[:LISTED]

    def facts(self) -> dict[str, Any]:
        """As it is kept in the report: counts and ids."""
        return {
            "of": self.of,
            "done": self.done,
            "unreadable": self.unreadable,
            "moves": [[*move, count] for move, count in sorted(self.moves.items(), key=lambda item: -item[1])],
            "changed": [list(one) for one in sorted(self.changed, key=_gravity)[:LISTED]],
        }


def run(release_id: int, candidate: Triage, live: Triage) -> None:
    """Replays the whole history, telling now and then how far it is. Raises Overtaken if the draft changes."""
    result = Result(of=_count())
    readers = Reader(live), Reader(candidate)
    for batch in batches():
        started = time.monotonic()
        for said in batch:
            result.done += 1
            result.unreadable += said.text is None
            before, after = (reader.level(said) for reader in readers)
            result.add(said, before, after)
        reports.tell(release_id, reports.REPLAY, candidate.version, result.facts())
        time.sleep(REST * (time.monotonic() - started))
    facts = {**result.facts(), "state": reports.DONE, "against": live.version}
    reports.tell(release_id, reports.REPLAY, candidate.version, facts)


def batches() -> Iterator[list[Said]]:
    """All messages that workers wrote and that are still kept, conversation by conversation, oldest first."""
    after = ("", 0)
    while batch := _batch(after):
        yield batch
        after = (batch[-1].conversation_id, batch[-1].id)


def _batch(after: tuple[str, int]) -> list[Said]:
    body = type_coerce(Message.body, LargeBinary)  # decrypted one by one: a single bad row must not end the replay
    query = (
        select(Message.id, Message.conversation_id, body, Message.created_at)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*_KEPT, tuple_(Message.conversation_id, Message.id) > after)
        .order_by(Message.conversation_id, Message.id)
        .limit(BATCH)
    )
    with reading() as session:
        return [Said(key, where, _open(sealed), at) for key, where, sealed, at in session.execute(query)]


def _count() -> int:
    query = select(func.count(Message.id)).join(Conversation, Conversation.id == Message.conversation_id)
    with reading() as session:
        return session.execute(query.where(*_KEPT)).scalar_one()


_KEPT = (Message.author == Author.worker, Message.erased_at.is_(None), Conversation.drill.is_(False))


def _open(sealed: bytes) -> str | None:
    try:
        return box().open(bytes(sealed))
    except ConfigError:
        return None


def _gravity(change: tuple[int, Level, Level]) -> tuple[bool, int, int]:
    """Alarms that would be lost first, then the furthest moves."""
    key, before, after = change
    return (not (before.is_crisis and after.rank < before.rank), -abs(after.rank - before.rank), key)
