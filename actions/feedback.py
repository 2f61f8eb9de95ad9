"""Thumbs up and down."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.safely import Call, Item, SafeAction
from bot.knowledge.feedback import record, record_last

TYPED = {"praise_answer": ("up", "praise_received"), "complain_answer": ("down", "complaint_received")}


class RecordFeedback(SafeAction):
    """Keeps the verdict on the answer whose id the gateway sends as the message id of the press."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_record_feedback"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Records the value of the button; typed praise or complaint counts for the last answer."""
        if call.intent in TYPED:
            value, text = TYPED[call.intent]
            record_last(call.message_id, value)
            return [{"custom": {"text": text}}]
        record(call.message_id, call.entities["value"])
        return [{"custom": {"text": "feedback_thanks"}}]
