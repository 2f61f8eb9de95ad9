"""A sign of distress becomes a care case."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.safely import Call, Item, SafeAction
from bot.care import open_case
from bot.level import Level, max_level
from bot.texts import MILD_DISTRESS

DISTRESS = "express_distress"


class OpenCareCase(SafeAction):
    """Opens the case and names the crisis text; the gateway has paged the desk before, if triage saw the sign."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_open_care_case"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Opens the case of the message; a repeated call changes nothing. Mild distress gets words of its own."""
        level, kind = level_of(call), kind_of(call)
        open_case(call.message_id, level, kind)
        if level.is_crisis:
            return [{"custom": {"crisis": level.value, "kind": kind}}]
        return [{"custom": {"text": MILD_DISTRESS.get(call.intent, "low_distress")}}]


def level_of(call: Call) -> Level:
    """Gives the level the gateway named; else triage's, raised to what the intent says by itself."""
    named = call.entities.get("level")
    if named in set(Level):
        return Level(named)
    seen = str(call.metadata.get("level") or "")
    own = Level.high if call.intent == DISTRESS else Level.low
    return max_level(Level(seen) if seen in set(Level) else Level.none, own)


def kind_of(call: Call) -> str | None:
    """Gives the kind of distress, if it is known."""
    known = call.entities.get("kind") or str(call.metadata.get("kind") or "")
    return known or ("third_person" if call.intent == "worry_about_other" else None)
