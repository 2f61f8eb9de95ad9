"""A person is asked for."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.safely import Call, Item, SafeAction, fixed
from bot.care import request_human


class RequestHuman(SafeAction):
    """Puts the conversation on the desk's queue."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_request_human"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Asks for a person and says so; a repeated call changes nothing."""
        request_human(call.message_id)
        return [fixed("human_requested")]
