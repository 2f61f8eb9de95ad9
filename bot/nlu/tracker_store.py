"""Rasa's memory of a conversation: bounded, encrypted, one row, and never silently lost.

Only the running session is kept, and of it the latest events: a long session made each turn slower (38 ms grew to
330 ms), because Rasa sends and reads all of it each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.tracker_rows import TrackerRows
from bot.nlu.turn import current

MAX_EVENTS = 40


class EncryptedTrackerStore(TrackerStore):
    """The tracker store named in endpoints.yml; file and key come from the environment."""

    def __init__(
        self,
        domain: Domain | None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._rows = TrackerRows.from_environment()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker; raise TrackerUnavailable if that fails.

        A session that never started (the action server was down) is not kept: the channel begins it itself.
        """
        events = list(tracker.events)
        if any(isinstance(event, SessionStarted) for event in events):
            _put(
                self._rows, tracker.sender_id, bounded(events, tracker.current_slot_values(), tracker.active_loop_name)
            )
        turn = current.get()
        if turn is not None:
            turn.tracker = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker, or None for a new conversation; raise TrackerUnavailable if it cannot be read."""
        body = self._rows.get(sender_id)
        if body is None:
            return None
        events = deserialise_events(json.loads(body.decode("utf-8", "surrogatepass")))
        turn = current.get()
        if turn is not None:
            turn.before = len(events)
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Return nothing: senders are kept as HMAC only and cannot be listed."""
        return []


def begin_session(sender_id: str) -> None:
    """Keep a fresh session for a sender, begun without the action server; raise TrackerUnavailable if that fails."""
    events = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)]
    _put(TrackerRows.from_environment(), sender_id, events)


def _put(rows: TrackerRows, sender_id: str, events: list[Event]) -> None:
    body = json.dumps([event.as_dict() for event in events], ensure_ascii=False)
    rows.put(sender_id, body.encode("utf-8", "surrogatepass"))


def bounded(events: list[Event], slots: dict[str, Any], loop: str | None = None) -> list[Event]:
    """Return the events of the running session, and of these at most MAX_EVENTS from a person's turn on.

    The slots and the running form are kept whatever is cut.
    """
    start = _session_start(events)
    session = events[start:]
    if len(session) <= MAX_EVENTS:
        return session
    cut = _turn_border(session, len(session) - MAX_EVENTS)
    if cut is None:
        return session
    known = [SlotSet(name, value) for name, value in slots.items() if value is not None]
    running = [ActiveLoop(loop)] if loop and not _has_loop(session[cut:]) else []
    return [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *known, *running, *session[cut:]]


def _has_loop(events: list[Event]) -> bool:
    return any(isinstance(event, ActiveLoop) for event in events)


def _session_start(events: list[Event]) -> int:
    """Return where the last session begins: at the action that started it, if that was kept."""
    for number in range(len(events) - 1, -1, -1):
        if isinstance(events[number], SessionStarted):
            before = events[number - 1] if number else None
            begun = isinstance(before, ActionExecuted) and before.action_name == ACTION_SESSION_START_NAME
            return number - 1 if begun else number
    return 0


def _turn_border(events: list[Event], earliest: int) -> int | None:
    """Return the first place from `earliest` on where the bot listens and a person then speaks."""
    for number in range(earliest, len(events) - 1):
        listens = isinstance(events[number], ActionExecuted) and events[number].action_name == ACTION_LISTEN_NAME
        if listens and isinstance(events[number + 1], UserUttered):
            return number
    return None
