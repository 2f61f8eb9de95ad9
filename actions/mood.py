"""A mood check-in of our own: three taps, no diagnosis. A bad answer offers a person, a very bad one opens the case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.form import CareForm, Step
from actions.safely import Call, fixed
from bot.care import open_case, people
from bot.care.answers import YES
from bot.db.states import AgeBand, Purpose
from bot.level import Level
from bot.texts import wording

QUESTIONS = ("mood", "sleep", "energy")
WORST, BAD = 3, 2
SCALE = (  # words for 0 to 3; the worst that is found counts
    re.compile(r"^0$|好|不错|有劲|可以|行"),
    re.compile(r"^1$|一般|还行|凑合|还可以|马马虎虎|就那样"),
    re.compile(r"^2$|不好|不太好|差|难受|没劲|睡不着|不咋|烦|没精神|累"),
    re.compile(r"^3$|很差|撑不住|太差|几乎没睡|没合眼|一宿没睡|干不动|崩溃|熬不住"),
)


class MoodForm(CareForm):
    """Asks mood, sleep and strength, each from 0 (good) to 3 (very bad)."""

    form = "mood_form"
    in_words = frozenset(QUESTIONS)

    def begin(self, call: Call) -> Step:
        """Minors get no self-test."""
        if people.age_band(call.message_id) in (AgeBand.under_14, AgeBand.minor):
            return Step((fixed("mood_not_for_minors"),))
        return Step(ask="mood")

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Goes on to the next tap; a skipped one is left out."""
        if question == "keep_mood":
            return self._kept(call, answer, facts)
        points = points_of(answer)
        found = dict(facts) if points is None else {**facts, question: points}
        if question == "mood" and points == WORST:
            return self._very_bad(call, found)
        if question != QUESTIONS[-1]:
            return Step(ask=QUESTIONS[QUESTIONS.index(question) + 1], facts=found)
        return self._ended(call, found)

    def _very_bad(self, call: Call, found: Mapping[str, Any]) -> Step:
        open_case(call.message_id, Level.low, "distress")
        if people.agreed(call.message_id, Purpose.keep_sensitive):
            people.keep_mood(call.message_id, dict(found))
        return Step((fixed("mood_very_bad"),), "safe_now", {"kind": "distress"}, asked=True, form="safety_form")

    def _ended(self, call: Call, found: Mapping[str, Any]) -> Step:
        heavy = max(found.values(), default=0) >= BAD
        says = (fixed("mood_bad" if heavy else "mood_fine"),)
        if heavy:
            open_case(call.message_id, Level.low, "distress")
        if not found:
            return Step(says)
        if people.agreed(call.message_id, Purpose.keep_sensitive):
            people.keep_mood(call.message_id, dict(found))
            return Step(says)
        return Step(says, "keep_mood", found)

    def _kept(self, call: Call, answer: str, facts: Mapping[str, Any]) -> Step:
        if answer != YES:
            return Step((fixed("mood_not_kept"),))
        people.agree(call.message_id, Purpose.keep_sensitive, wording("ask_keep_mood"))
        people.keep_mood(call.message_id, dict(facts))
        return Step((fixed("mood_kept"),))


def points_of(answer: str) -> int | None:
    """Gives 0 to 3 for a tap or a plain word; None for anything else."""
    return next((points for points in (WORST, BAD, 1, 0) if SCALE[points].search(answer)), None)
