"""A person is asked for, or somebody must see to a person's records."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.safely import Call, Item, SafeAction
from bot.care import request_human

SAID = {"delete_my_records": "delete_records_received", "export_my_records": "export_records_received"}


class RequestHuman(SafeAction):
    """Puts the conversation on the desk's queue."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_request_human"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Asks for a person and says so; a repeated call changes nothing."""
        request_human(call.message_id)
        return [{"custom": {"text": SAID.get(call.intent, "human_requested")}}]
