"""A small safety plan, written together line by line and kept for the worker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.form import CareForm, Step
from actions.safely import Call, fixed
from bot.care import people
from bot.care.answers import SKIP, YES
from bot.db.states import AgeBand, Purpose
from bot.texts import wording

QUESTIONS = ("keep_plan", *people.STEPS, "share_plan")


_ANEW = re.compile(r"重新|重写|再写|改")


class PlanForm(CareForm):
    """Asks first whether it may be kept; then its five lines, and whether counsellors may read it."""

    form = "plan_form"
    in_words = frozenset(people.STEPS)
    left = "plan_left"

    def begin(self, call: Call) -> Step:
        """Children below 14 write theirs with a grown-up."""
        if people.age_band(call.message_id) == AgeBand.under_14:
            return Step((fixed("plan_with_grown_up"),))
        if people.agreed(call.message_id, Purpose.keep_sensitive):
            return Step(ask=_first(call))
        return Step(ask="keep_plan")

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Writes the line down at once, so that nothing is lost if the worker leaves."""
        if question == "keep_plan":
            if answer != YES:
                return Step((fixed("plan_on_paper"),))
            people.agree(call.message_id, Purpose.keep_sensitive, wording("ask_keep_plan"))
        if question in people.STEPS and answer != SKIP:
            people.write_plan(call.message_id, question, answer)
        if question == "share_plan":
            people.write_plan(call.message_id, people.SHARED, YES if answer == YES else "")
            return Step((fixed("plan_done"), {"custom": {"plan": True}}))
        return Step(ask=QUESTIONS[QUESTIONS.index(question) + 1])


def _first(call: Call) -> str:
    """The first line that is not written yet; the first of all to write it anew."""
    written = {} if _ANEW.search(call.text) else people.plan_of_writer(call.message_id)
    return next((step for step in people.STEPS if step not in written), people.STEPS[0])
