"""Somebody fears for another: what to say, what to do now, whom to call. The case is about the other person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.form import CareForm, Step
from actions.safely import Call, fixed
from actions.safety import urgent
from bot.care import open_case
from bot.care.answers import NO, YES, record
from bot.level import Level

KIND = "third_person"


class CompanionForm(CareForm):
    """Asks whether the other spoke of dying, is alone, and is in danger now; each only if the answer before says so."""

    form = "companion_form"
    in_words = frozenset({"place"})

    def begin(self, call: Call) -> Step:
        """Somebody worries: that is logged, and the other's danger asked for."""
        open_case(call.message_id, Level.low, KIND)
        return Step((fixed("worry_about_other"),), "said_harm", asked=True)

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Keeps the answer and gives the advice that fits it."""
        level = record(call.message_id, question, answer, KIND)
        if question == "place":
            return Step((fixed("companion_stay"),))
        if question == "said_harm":
            return self._said_harm(answer, level)
        if question == "with_person":
            return Step((fixed("companion_alone" if answer == NO else "companion_together"),), "happening")
        if answer == YES:
            return Step((urgent(level, KIND, "companion_now"),))
        return Step((fixed("companion_say"),))

    def _said_harm(self, answer: str, level: Level) -> Step:
        if answer != YES:
            return Step((fixed("companion_listen"),))
        return Step(({"custom": {"crisis": level.value, "kind": KIND}},), "with_person", asked=True)
