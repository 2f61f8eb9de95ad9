"""A form talked with directly: no engine, only what Rasa would keep of a turn."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from actions.form import CareForm
from actions.safely import Item, call_of

_PAYLOAD = re.compile(r'/(\w+)(?:\{"(\w+)": "([\w.-]*)"\})?')


@dataclass
class Talk:
    """One conversation inside one form; `said` are the items of the last turn."""

    form: CareForm
    slots: dict[str, Any] = field(default_factory=dict)
    running: bool = False
    said: list[Item] = field(default_factory=list)
    message_id: str = "m"

    def say(self, text: str, intent: str = "nlu_fallback", confidence: float = 0.5, level: str = "none") -> str:
        """Sends words, or a payload as a button does; gives what is said, fixed texts by their keys."""
        pressed = _PAYLOAD.fullmatch(text)
        entities = [{"entity": pressed[2], "value": pressed[3]}] if pressed and pressed[2] else []
        message = {
            "text": text,
            "intent": {"name": pressed[1] if pressed else intent, "confidence": 1.0 if pressed else confidence},
            "entities": entities,
            "metadata": {"message_id": self.message_id, "level": level},
        }
        began = [] if self.running else [{"event": "active_loop", "name": self.form.form}]
        events, loop = [{"event": "user"}, *began], {"name": self.form.form}
        tracker = Tracker("s", dict(self.slots), message, events, False, None, loop, "action_listen")
        self.running = True
        items = self.form.act(call_of(tracker), tracker)
        for event in (item["event"] for item in items if "event" in item):
            self._keep(event)
        self.said = [item for item in items if "event" not in item]
        return " ".join(item.get("text") or item["custom"]["text"] for item in self.said)

    def buttons(self) -> dict[str, str]:
        """The buttons that the form itself puts under what it said last: title → payload."""
        return {row["title"]: row["payload"] for item in self.said for row in item.get("buttons") or ()}

    def _keep(self, event: dict[str, Any]) -> None:
        if event["event"] == "slot":
            self.slots[event["name"]] = event["value"]
        if event["event"] == "active_loop":
            self.running = event["name"] is not None
