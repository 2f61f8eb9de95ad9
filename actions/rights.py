"""Wages that do not come, an injury, a dismissal: five questions, then what to do and until when, then, if the worker
wants it, a case of rights for the union's legal aid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.form import CareForm, Step
from actions.hearing import OUTSIDE, SHORT, yes_or_no
from actions.safely import Call, Item, fixed
from bot.care import open_rights_case, rights
from bot.care.answers import YES
from bot.clock import local, now
from bot.knowledge import rights_steps
from bot.knowledge.rights_steps import Ask
from bot.texts import wording

MATTER, CASE, TRIES = "rights_matter", "rights_case", "tries"
MOST_TRIES = 2  # after so many answers that cannot be read a question is passed over
_MATTERS = {"wages": "工资|工钱|薪|钱", "injury": "伤|病", "dismissal": "辞|开除|裁|解雇|解除|不让干"}
_CORRECTION = re.compile(
    r"^(?:不对|(?:说|写|打|搞|记|弄)?错了|更正|改一下|我改|不是[^，,]{1,12}[，,](?=\s*是))"
    r"[了啦啊呀，,。.！!、\s]*(?:应该|其实)?(?:是|改成|改为|换成)?(.*)$"
)


class RightsForm(CareForm):
    """Asks one question at a time; each can be skipped, and an answer can be taken back while the form runs."""

    form = "rights_form"
    in_words = frozenset(
        {MATTER, *(ask.key for one in rights_steps.matters().values() for ask in one.asks if ask.reads != "yes_no")}
    )
    left = "rights_left"
    unclear = "rights_unclear"

    def begin(self, call: Call) -> Step:
        """The first question of the matter that is named; which matter it is where none is."""
        named = call.entities.get("matter") or rights.matter_of(call.text)
        return _next({"matter": named}) if named in rights_steps.matters() else Step(ask=MATTER)

    def overheard(self, call: Call, question: str, facts: Mapping[str, Any]) -> Step | None:
        """Another matter by its button, or an earlier answer taken back."""
        if call.intent == "rights_help" and call.is_payload:
            return self.begin(call)
        told = None if call.is_payload or call.intent in OUTSIDE else _CORRECTION.match(call.text.strip())
        corrected = _corrected(call, facts, told.group(1).strip()) if told else None
        return (
            replace(_next(corrected), says=(fixed("rights_corrected"), *_next(corrected).says)) if corrected else None
        )

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Keeps what can be read and goes on; what cannot is asked again."""
        if question == CASE:
            return _handed_on(call, answer, facts)
        if question == MATTER:
            return _matter(answer, facts)
        found = rights_steps.read(rights_steps.of_key(facts["matter"], question), answer, local(now()).date())
        if found is None:
            return _unread(question, facts)
        return _next({**facts, question: found, TRIES: 0})


def _matter(answer: str, facts: Mapping[str, Any]) -> Step:
    named = (
        answer
        if answer in _MATTERS
        else next((one for one, words in _MATTERS.items() if re.search(words, answer)), None)
    )
    if named is not None:
        return _next({"matter": named})
    if facts.get(TRIES, 0) + 1 >= MOST_TRIES:
        return Step((fixed(RightsForm.left),))
    return Step(ask=MATTER, facts={TRIES: facts.get(TRIES, 0) + 1})


def _unread(question: str, facts: Mapping[str, Any]) -> Step:
    tries = int(facts.get(TRIES, 0)) + 1
    if tries >= MOST_TRIES:
        return _next({**facts, question: rights_steps.SKIP, TRIES: 0})
    reads = rights_steps.of_key(facts["matter"], question).reads
    return Step((fixed(f"rights_unread_{reads}"),), question, {**facts, TRIES: tries}, asked=True)


def _next(facts: Mapping[str, Any]) -> Step:
    """The next question, or, when all are answered, the advice and the offer of legal aid."""
    ask = rights_steps.next_ask(facts["matter"], facts)
    if ask is not None:
        return Step(ask=ask.key, facts=facts)
    advice = rights_steps.advice(facts["matter"], facts, local(now()).date())
    told: Item = {"custom": {"texts": list(advice.texts), "facts": dict(advice.facts)}}
    return Step((told,), CASE, facts)


def _corrected(call: Call, facts: Mapping[str, Any], words: str) -> dict[str, Any] | None:
    """The facts with the last answer replaced that these words can answer; None if they answer none."""
    if not words or "matter" not in facts:
        return None
    given = [ask for ask in rights_steps.asked(facts["matter"], facts) if ask.key in facts]
    for ask in _most_telling(given, words):
        found = _as_answer(ask, call, words)
        if found is not None:
            return {**facts, ask.key: found, TRIES: 0}
    return None


def _most_telling(given: list[Ask], words: str) -> list[Ask]:
    """The questions that the words may answer, newest first: a day, or a short word for a choice, says by itself which
    one is meant; any other words are for the last one."""
    choices = [ask for ask in given if ask.reads in ("choice", "yes_no") and len(words) <= SHORT]
    days = [ask for ask in given if ask.reads == "day"]
    return [*reversed(days), *reversed(choices), *given[-1:]]


def _as_answer(ask: Ask, call: Call, words: str) -> str | None:
    heard = yes_or_no(ask.key, words, replace(call, intent="")) if ask.reads == "yes_no" else words
    return rights_steps.read(ask, heard, local(now()).date()) if heard else None


def _handed_on(call: Call, answer: str, facts: Mapping[str, Any]) -> Step:
    if answer != YES:
        return Step((fixed("rights_case_declined"),))
    said = {ask.key: str(facts[ask.key]) for ask in rights_steps.asked(facts["matter"], facts)}
    case = open_rights_case(call.message_id, facts["matter"], said, wording(f"ask_{CASE}"))
    return Step(({"custom": {"text": "rights_case_opened", "facts": {"case_number": case.number}}},))
