"""The first stage of not understanding: which of these did you mean?"""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.safely import Call, Item, SafeAction

LIKELY = 0.05
"""Chance of the best candidate from which offering it is no nonsense."""


class AskAffirmation(SafeAction):
    """Replaces Rasa's question whether it understood the intent: workers choose among questions, not intents."""

    def name(self) -> str:
        """The name that Rasa's two-stage fallback calls."""
        return "action_default_ask_affirmation"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Offers the FAQ candidates as buttons (the channel fills them in), or asks to say it in other words."""
        likely = (call.parsed.get("faq_search") or {}).get("score", 0.0) >= LIKELY
        key = "did_you_mean" if likely else "ask_rephrase"
        return [{"custom": {"text": key, "candidates": likely}}]
