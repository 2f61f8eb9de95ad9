"""A worker in one of the forms, without an engine: what Rasa would keep between two messages is kept here."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.form import CareForm
from tests.conversation.acts import say


@dataclass
class Talk:
    """One conversation with a form."""

    action: CareForm
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None
    message_id: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)

    def says(self, text: str, intent: str = "nlu_fallback", confidence: float = 0.3) -> list[dict[str, Any]]:
        """Writes, or presses a payload's button; gives what the action says, nothing where it is left to a rule."""
        self.message_id = say(text).message_id
        return self.again(text, intent, confidence)

    def again(self, text: str, intent: str = "nlu_fallback", confidence: float = 0.3) -> list[dict[str, Any]]:
        """The same message once more, as after a crash."""
        name, values = _payload(text) if text.startswith("/") else (intent, {})
        parsed = {
            "text": text,
            "intent": {"name": name, "confidence": 1.0 if text.startswith("/") else confidence},
            "entities": [{"entity": key, "value": value} for key, value in values.items()],
            "metadata": {"message_id": self.message_id, "level": "none"},
        }
        began = [] if self.loop else [{"event": "active_loop", "name": self.action.form}]
        before, loop = [{"event": "user"}, *began], {"name": self.loop or self.action.form}
        tracker = Tracker("worker", dict(self.slots), parsed, before, False, None, loop, "action_listen")
        said = CollectingDispatcher()
        events = asyncio.run(self.action.run(said, tracker, {}))
        self.loop = self.action.form
        for event in events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            if event["event"] == "active_loop":
                self.loop = event["name"]
        self.items = [message["custom"] for message in said.messages]
        return self.items

    def keys(self, text: str, **more: Any) -> list[str]:
        """The same, as the keys of the texts that are said."""
        return [key for item in self.says(text, **more) for key in item.get("texts") or [item.get("text", str(item))]]


def _payload(text: str) -> tuple[str, dict[str, str]]:
    name, brace, rest = text[1:].partition("{")
    return name, json.loads(brace + rest) if brace else {}
