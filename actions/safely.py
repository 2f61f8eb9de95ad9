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
    def text(self) -> str:
        """What was written, or the payload that stands for a button."""
        return str(self.parsed.get("text") or "")

    @property
    def is_payload(self) -> bool:
        """True for a button or a call of the gateway, false for words."""
        return self.text.startswith("/")

    @property
    def confidence(self) -> float:
        """How sure the model is of the intent, 0 to 1."""
        return float((self.parsed.get("intent") or {}).get("confidence") or 0.0)

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


def fixed(key: str) -> Item:
    """The item that says a fixed text."""
    return {"custom": {"text": key}}


def events(*found: dict[str, Any]) -> list[Item]:
    """The items that change the conversation's memory instead of saying something."""
    return [{"event": event} for event in found]


class SafeAction(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """An action whose items are said, {"custom": …, "text": …, "buttons": …}, or kept, {"event": …}.

    Subclasses write `act`, which may block and raise.
    """

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Does the work and gives the items."""
        raise NotImplementedError

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Says the items and gives the events, or says that it failed; the log holds the class of the error only."""
        try:
            items = await asyncio.to_thread(self.act, call_of(tracker), tracker)
        except Exception as error:  # nothing may reach rasa-sdk: it would answer with the whole conversation
            log.error("%s failed: %s", self.name(), type(error).__name__)
            items = [{"custom": FAILED}]
        for item in items:
            if "event" not in item:
                dispatcher.utter_message(item.get("text"), json_message=item.get("custom"), buttons=item.get("buttons"))
        return [item["event"] for item in items if "event" in item]
