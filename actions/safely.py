"""What every action is built on: it reads the turn, calls one function of ours, and never raises out of `run`."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

log = logging.getLogger(__name__)

FAILED = {"error": "action_failed"}
"""What an action says when it could not do its work: the engine then answers with an error, not with silence."""

Item = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One turn as an action sees it: the gateway's metadata, the intent, and the entities by name."""

    metadata: dict[str, Any]
    intent: str
    entities: dict[str, str]
    parsed: dict[str, Any]

    @property
    def message_id(self) -> str:
        """The gateway's id of the message; raises KeyError if the engine was not asked by the gateway."""
        return str(self.metadata["message_id"])


def call_of(tracker: Tracker) -> Call:
    """Gives the turn of a tracker; empty where there is no message yet (the start of a session)."""
    message = tracker.latest_message or {}
    entities = {row["entity"]: str(row["value"]) for row in message.get("entities") or []}
    intent = str((message.get("intent") or {}).get("name") or "")
    return Call(dict(message.get("metadata") or {}), intent, entities, dict(message))


class SafeAction(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """An action that says its items: {"custom": …, "buttons": …}. Subclasses write `act`, which may block and raise."""

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Does the work and gives what to say."""
        raise NotImplementedError

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Says the items, or that the action failed; the log holds the class of the error and nothing else."""
        try:
            items = await asyncio.to_thread(self.act, call_of(tracker), tracker)
        except Exception as error:  # nothing may reach rasa-sdk: it would answer with the whole conversation
            log.error("%s failed: %s", self.name(), type(error).__name__)
            items = [{"custom": FAILED}]
        for item in items:
            dispatcher.utter_message(json_message=item.get("custom"), buttons=item.get("buttons"))
        return self.events(failed=any(item.get("custom") == FAILED for item in items))

    def events(self, failed: bool) -> list[dict[str, Any]]:
        """Gives the events of the action, after it did its work or failed."""
        return []
