"""What the channel and the tracker store know of the turn in work.

Rasa gives a channel only the messages of a turn, and answers 200 with an empty list for nearly every fault. The
tracker store sees the tracker itself: it leaves it here, in a context variable of the running task, so that the
channel can tell what was understood and whether an action failed, at no cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


@dataclass
class Turn:
    """Filled by the tracker store: the saved tracker, and how many of its events were there before."""

    tracker: DialogueStateTracker | None = None
    before: int = 0

    def events(self) -> list[Event]:
        """Return the events of this turn."""
        return [] if self.tracker is None else list(islice(self.tracker.events, self.before, None))


current: ContextVar[Turn | None] = ContextVar("current_turn", default=None)


def understood(events: Iterable[Event]) -> UserUttered | None:
    """Return the last thing the person said in these events, with its parse data."""
    said = [event for event in events if isinstance(event, UserUttered)]
    return said[-1] if said else None


def heard_by(events: list[Event]) -> str:
    """Return the form that took the message as an answer or began with it; empty if a rule answered it."""
    acted = [event.action_name for event in events if isinstance(event, ActionExecuted)]
    first = next((name for name in acted if name and name not in (ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME)), "")
    return first if first.endswith("_form") else ""


def failed_actions(events: list[Event]) -> list[str]:
    """Return the actions that did nothing.

    Rasa logs an exception in an action and goes on as if the action had returned no events. None of our actions
    returns none: each says something, so an action without a trace has failed.
    """
    return [
        str(event.action_name)
        for event, following in zip(events, [*events[1:], None], strict=True)
        if isinstance(event, ActionExecuted) and _left_no_trace(event, following)
    ]


def _left_no_trace(action: ActionExecuted, following: Event | None) -> bool:
    if action.action_name == ACTION_LISTEN_NAME:
        return False
    if action.action_name == ACTION_SESSION_START_NAME:
        return not isinstance(following, SessionStarted)
    return following is None or isinstance(following, ActionExecuted)
