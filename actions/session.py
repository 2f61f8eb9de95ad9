"""A session begins with the notice: who speaks, what is confidential, what is not."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, SessionStarted

from actions.safely import Call, Item, SafeAction, events, fixed
from bot.level import Level

METADATA_SLOT = "session_started_metadata"


class StartSession(SafeAction):
    """Replaces Rasa's own start of a session. No slot is carried over from an earlier one."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_session_start"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Gives the welcome notice; a person in need gets help first and no notice."""
        metadata = tracker.get_slot(METADATA_SLOT) or {}
        in_need = metadata.get("level") in (Level.high.value, Level.imminent.value)
        begun = events(SessionStarted(), ActionExecuted("action_listen"))
        return begun if in_need else [fixed("welcome"), *begun]
