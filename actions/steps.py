"""Small helps in the chat, a step at a time; the worker goes on by a button or a word and leaves whenever they like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.form import CareForm, Step
from actions.hearing import REQUESTS
from actions.safely import Call, fixed
from bot import texts
from bot.care import open_case
from bot.care.answers import NO
from bot.level import Level

HELPS = {  # intent → the help it starts
    "help_calm": "breathing",
    "help_sleep": "sleep",
    "help_homesick": "homesick",
    "help_bullying": "bullying",
    "help_grief": "grief",
    "help_accident": "accident",
}
DISTRESS = {"help_homesick", "help_bullying", "help_grief", "help_accident"}
"""Words that tell of distress by themselves; the others only ask for a help."""
_GROUNDING = re.compile(r"五四三二一|5.?4.?3.?2.?1|身边的东西|着地|落地|看得见|回到眼前")


class HelpForm(CareForm):
    """Goes through the steps `ask_<help>_1`, `ask_<help>_2` … of nlu_data/texts.yml; the last one asks nothing."""

    form = "help_form"
    left = "help_left"

    def begin(self, call: Call) -> Step:
        """The first step of what was asked for; what tells of distress is logged as well."""
        told = call.intent in DISTRESS and not call.is_payload
        if told or call.metadata.get("level") == Level.low.value:
            open_case(call.message_id, Level.low, str(call.metadata.get("kind") or ""))
        chosen = call.entities.get("topic") or HELPS.get(call.intent, "breathing")
        if chosen == "breathing" and _GROUNDING.search(call.text):
            chosen = "grounding"
        return _step(chosen, 1)

    def is_besides(self, call: Call, question: str) -> bool:
        """A deed, or another help."""
        return call.intent in REQUESTS or HELPS.get(call.intent, question) not in question

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Any word but no, and but a request, goes on."""
        if answer == NO:
            return Step((fixed(self.left),))
        chosen, _, number = question.rpartition("_")
        return _step(chosen, int(number) + 1)


def _step(chosen: str, number: int) -> Step:
    key = f"{chosen}_{number}"
    return Step(ask=key) if texts.has(f"ask_{chosen}_{number + 1}") else Step((fixed(f"ask_{key}"),))
