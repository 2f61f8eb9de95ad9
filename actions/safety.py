"""After a cry for help: is the worker safe, and, if they agree, what the counsellor needs to know. Our own words,
in the order of the Columbia protocol; every question can be skipped, and how somebody would do it is never asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.form import CareForm, Step
from actions.safely import Call, Item, fixed
from bot.care import people
from bot.care.answers import NO, URGENT, YES, known, record, words_of
from bot.db.states import AgeBand, Purpose
from bot.level import Level
from bot.texts import wording

LADDER = ("thoughts", "method", "plan", "attempt")
OWN_RISK = {
    "",
    "self_harm",
    "wage_threat",
    "distress",
    "debt",
    "grief",
    "bullying",
    "injury_despair",
    "dismissal_despair",
}
SAID_ALREADY = {"self_harm", "wage_threat", "injury_despair", "dismissal_despair"}
"""Kinds of which the thoughts are known from the cry itself."""
MINORS = {AgeBand.under_14, AgeBand.minor}


class SafetyForm(CareForm):
    """Asks the worker who cried for help."""

    form = "safety_form"
    in_words = frozenset({"place"})

    def begin(self, call: Call) -> Step:
        """The questions were offered by a button or asked for."""
        return Step(ask="safe_now")

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Keeps the answer; danger now ends the questions and calls for help."""
        kind = str(facts.get("kind") or "")
        if question == "follow_up":
            return _follow_up(call, answer)
        if question == "willing":
            return _on_the_ladder(call, kind, facts) if answer == YES else Step((fixed("safety_unasked"),))
        level = record(call.message_id, question, answer, kind)
        if question == "place":
            return Step((fixed("safety_stay"),))
        said = (urgent(level, kind, URGENT[question]),) if level == Level.imminent else ()
        if question == "safe_now":
            return Step(said) if said else _after_safe(call, kind, answer, facts)
        return _on_the_ladder(call, kind, facts, said)


def _after_safe(call: Call, kind: str, answer: str, facts: Mapping[str, Any]) -> Step:
    """Only grown-ups whose own life is at risk are asked more, if they are willing and it is not known already."""
    if people.age_band(call.message_id) in MINORS:
        return Step((fixed("safety_minor"),))
    if kind not in OWN_RISK:
        return Step((fixed("safety_with_medical" if kind == "medical" else "safety_with_person"),))
    said = (fixed("safety_safe" if answer == YES else "safety_unsure"),)
    return Step(said, "willing" if _open_questions(call, kind) else _last(call), facts)


def _on_the_ladder(call: Call, kind: str, facts: Mapping[str, Any], said: tuple[Item, ...] = ()) -> Step:
    left = _open_questions(call, kind)
    return Step(said, left[0], facts) if left else Step((*said, fixed("safety_done")), _last(call), facts)


def _open_questions(call: Call, kind: str) -> list[str]:
    """What nobody has asked yet. Somebody without such thoughts is not asked for means and plan."""
    answers = known(call.message_id)
    if kind in SAID_ALREADY:
        answers.setdefault("thoughts", YES)
    if answers.get("thoughts") == NO:
        return []
    return [question for question in LADDER if question not in answers]


def _last(call: Call) -> str | None:
    """Whether to come back is asked at the end, once."""
    asked = "follow_up" in known(call.message_id) or people.agreed(call.message_id, Purpose.follow_up)
    return None if asked else "follow_up"


def _follow_up(call: Call, answer: str) -> Step:
    record(call.message_id, "follow_up", answer)
    if answer != YES:
        return Step((fixed("follow_up_declined"),))
    people.agree(call.message_id, Purpose.follow_up, wording("ask_follow_up"))
    return Step((fixed("follow_up_agreed"),))


def urgent(level: Level, kind: str, text: str) -> Item:
    """The item that says a fixed text as the answer to danger."""
    return {"custom": {"crisis": level.value, "kind": kind, "text": text}}


def after_cry(call: Call, level: Level, kind: str, question: str | None) -> tuple[Item, str | None]:
    """Gives what to say to a cry for help and the question that stands then.

    `question` stood when it came: what the worker wrote answers it.
    """
    if question in ("place", *LADDER):
        record(call.message_id, question, words_of(call.message_id), kind)
    crisis: Item = {"custom": {"crisis": level.value, "kind": kind}}
    if level != Level.imminent:
        return crisis, "safe_now"
    if "place" in known(call.message_id):
        return urgent(level, kind, "safety_stay"), None
    return crisis, "place"
