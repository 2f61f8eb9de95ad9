"""The calculators as one form: the facts are asked one by one, can be corrected at any time, and the result is worked.

The facts stay in the form's slot and are gone with it. After the result the form waits, so that a correction
calculates again; anything else leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from rasa_sdk import Tracker

from actions.form import CareForm, Step, facts_of, interrupted, leaving, log_mild_distress
from actions.hearing import DOUBT, OUTSIDE, REQUESTS, STOP, SURE, asks, hear
from actions.safely import Call, Item, fixed
from actions.steps import HELPS
from bot import texts
from bot.care.answers import SKIP
from bot.clock import local, now
from bot.knowledge import next_steps
from bot.knowledge.calculators.asking import Calculator, Question
from bot.knowledge.calculators.catalogue import CALCULATORS, QUESTIONS, named_in
from bot.knowledge.calculators.telling import result
from bot.knowledge.calculators.worked import Contradiction
from bot.level import Level

WHICH, DONE, CHANGE = "which", "done", "change"  # besides the questions of the calculators
CALCULATOR, MISSES = "calculator", "misses"  # kept next to the facts
PATIENCE = 2  # answers that were not understood, after which a person or leaving it out is offered
MOST_CHARACTERS = 40  # of what is read as an answer
_MARKER = re.compile(
    r"不对|不是[^，,]{0,8}[，,]?(?=是)|(?:写|说|打|弄|填|记|搞)(?:错|反)了?|错了|[要想我]?改(?:成|为|一[下个]数?)|[要想我]改|应该是|更正"
)
_NONE = {"没", "没有", "也没有", "都没有", "无"}
_CLAUSE = re.compile(r"[，,；;。](?!$)(?!(?<=\d.)\d)")  # but 5,500
_LEADING = re.compile(r"^[\s，,。.！!、：:]*(?:了|啦)?[\s，,。]*(?:应该|其实)?(?:是|成|为)?")
_UNKNOWN = re.compile(
    r".{0,4}(?:不知道|不清楚|不晓得|忘了|忘记了?|记不[得清住].{0,3}|没印象|说不[清好准])(?:啊|了|呢)?"
)


class CalculatorForm(CareForm):
    """Chooses the calculator, asks for its facts, and tells the result."""

    form = "calculator_form"
    in_words = frozenset({WHICH, DONE, CHANGE, *QUESTIONS})
    left = "calc_stopped"
    unclear = "calc_unclear"

    def begin(self, call: Call) -> Step:
        """The first question of the calculator that the button or the words name; else which one is meant."""
        log_mild_distress(call)
        chosen = _chosen(call)
        step = _next({CALCULATOR: chosen.name}) if chosen else Step(ask=WHICH)
        mild = call.metadata.get("level") == Level.low.value
        return replace(step, says=(fixed("knowledge_gentle_care"),)) if mild else step

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Takes a message as the forms do; a correction is taken when all is told, too."""
        question, facts = self.standing_in(tracker) or "", facts_of(tracker)
        told = question in (DONE, CHANGE) and not call.is_payload and hear(call, DONE, in_words=True) != STOP
        if told and self.overheard(call, question, facts) is None:
            return leaving() if interrupted(tracker) else []
        return super().act(call, tracker)

    def asking(self, question: str) -> Item:
        """Gives the question; where it may be left out and has no buttons of its own, with one for that."""
        key = f"calc_{question}"
        optional = question in QUESTIONS and not QUESTIONS[question].required and not texts.get(key).buttons
        return {**fixed(key), "buttons": [_skip(question)]} if optional else fixed(key)

    def overheard(self, call: Call, question: str, facts: Mapping[str, Any]) -> Step | None:
        """Takes what is meant for the calculator whatever the engine thinks of it: figures, days, corrections."""
        if _is_another(call, question, facts):
            return self.begin(call)
        if not call.is_payload and self._is_ours(call, question, facts):
            return self.answered(call, question, call.text, facts)
        return self.begin(call) if call.intent == "calculate" and _chosen(call) else None

    def _is_ours(self, call: Call, question: str, facts: Mapping[str, Any]) -> bool:
        if (call.intent in OUTSIDE and call.confidence >= SURE) or len(call.text) > MOST_CHARACTERS:
            return False
        if asks(call.text) and call.intent not in DOUBT and not _MARKER.search(call.text):
            return False
        if hear(call, question, in_words=True) in (SKIP, STOP):
            return False
        return _step_for(question, call.text, facts) is not None

    def is_besides(self, call: Call, question: str) -> bool:
        """Another deed, or a help, in words that are neither a figure nor a day."""
        return call.intent in REQUESTS - {"calculate"} or call.intent in HELPS

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Keeps what could be read and goes on; else asks once more with an example."""
        if answer == SKIP and question in QUESTIONS:
            return _skipped(question, facts)
        return _step_for(question, answer, facts) or _missed(question, facts)


def _is_another(call: Call, question: str, facts: Mapping[str, Any]) -> bool:
    """True if another calculation is asked for while one runs."""
    if call.intent != "calculate" or question == WHICH:
        return call.is_payload and call.intent == "calculate"
    if call.is_payload or question in (DONE, CHANGE):
        return not _MARKER.search(call.text)
    chosen = _chosen(call)
    return chosen is not None and chosen.name != facts[CALCULATOR]


def _chosen(call: Call) -> Calculator | None:
    if (named := call.entities.get(CALCULATOR)) in CALCULATORS:
        return CALCULATORS[str(named)]
    found = [] if call.is_payload else named_in(call.text)
    return found[0] if len(found) == 1 else None


def _step_for(question: str, text: str, facts: Mapping[str, Any]) -> Step | None:
    """Gives the step that follows if the text answers the question or corrects an earlier answer; else None."""
    if question == WHICH:
        found = [CALCULATORS[text]] if text in CALCULATORS else named_in(text)
        return _next({CALCULATOR: found[0].name}) if len(found) == 1 else None
    calculator = CALCULATORS[facts[CALCULATOR]]
    if question in QUESTIONS and _UNKNOWN.fullmatch(text.strip()):
        return _skipped(question, facts)
    if question in (DONE, CHANGE) and (step := _to_change(calculator, question, text, facts)):
        return step
    body = _LEADING.sub("", _MARKER.sub(" ", text).strip())
    if _MARKER.search(text) and (body or question not in QUESTIONS):
        return _corrected(calculator, text, body, facts)
    return _read(calculator, question, text, facts)


def _to_change(calculator: Calculator, question: str, text: str, facts: Mapping[str, Any]) -> Step | None:
    if question == DONE and text == CHANGE:
        return _ask_which_to_change(calculator, facts)
    given = [asked for asked in calculator.due(facts) if asked.name in facts]
    named = [asked for asked in given if asked.name == text or (question == CHANGE and re.search(asked.named, text))]
    if not named or named[0].read(text, _today()) is not None:
        return None
    return Step(ask=named[0].name, facts=_without(facts, named[0].name))


def _read(calculator: Calculator, question: str, text: str, facts: Mapping[str, Any]) -> Step | None:
    """An answer to the question that stands, to another one that the words name, or to several."""
    standing = QUESTIONS.get(question)
    told = _several(calculator, standing, text, facts) if _CLAUSE.search(text) else {}
    if told:
        return _next({**facts, **told})
    own = standing is not None and re.search(standing.named, text)
    others = [] if own else [other for other in calculator.due(facts) if re.search(other.named, text)]
    for asked in (*others, *([standing] if standing else [])):
        if (kept := asked.read(text, _today())) is not None:
            return _next({**facts, asked.name: kept})
    return None


def _several(calculator: Calculator, standing: Question | None, text: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """What each question is told by its part of the text, as in 平时二十个小时，周末十六个.

    Parts that name none are read together for the question that stands: half a sentence must not count as yes or no.
    """
    due = calculator.due(facts)
    parts: dict[Question, str] = {}
    for part in _CLAUSE.split(text):
        named = [asked for asked in due if re.search(asked.named, part)] or ([standing] if standing else [])
        if len(named) == 1 and part:
            parts[named[0]] = f"{parts.get(named[0], '')}，{part}".lstrip("，")
    read = {asked.name: asked.read(_without_name(asked, part), _today()) for asked, part in parts.items()}
    return {name: kept for name, kept in read.items() if kept is not None}


def _without_name(asked: Question, part: str) -> str:
    """平时没有 as 没有; 过年没回家 stays, as it says nothing of hours."""
    rest = re.sub(asked.named, "", part)
    return rest if rest in _NONE else part


def _corrected(calculator: Calculator, text: str, body: str, facts: Mapping[str, Any]) -> Step | None:
    """The answer that the words name, or else the last one that they could be, is replaced and it goes on."""
    given = [question for question in calculator.due(facts) if question.name in facts]
    named = [question for question in given if re.search(question.named, text)]
    for question in named or reversed(given):
        if (kept := question.read(body, _today())) is not None:
            return _next({**facts, question.name: kept})
    if named:
        return Step(ask=named[0].name, facts=_without(facts, named[0].name))
    return _ask_which_to_change(calculator, facts) if given else None


def _ask_which_to_change(calculator: Calculator, facts: Mapping[str, Any]) -> Step:
    given = [question for question in calculator.due(facts) if question.name in facts]
    buttons = [{"title": question.label, "payload": _answer(CHANGE, question.name)} for question in given]
    return Step(({**fixed("calc_change"), "buttons": buttons},), CHANGE, facts, asked=True)


def _next(facts: Mapping[str, Any]) -> Step:
    """The next question; without one the result. Facts that contradict each other are asked again."""
    calculator, facts = CALCULATORS[facts[CALCULATOR]], {**facts, MISSES: 0}
    question = calculator.next_question(facts)
    if question is not None:
        return Step(ask=question.name, facts=facts)
    try:
        worked = calculator.work_out(facts, _today())
    except Contradiction as found:
        return Step((fixed("calc_contradiction"),), found.question, _without(facts, found.question))
    told: Item = {"text": result(calculator, facts, worked), "buttons": _next_buttons(calculator)}
    return Step((told,), DONE, facts, asked=True)


def _without(facts: Mapping[str, Any], question: str) -> dict[str, Any]:
    return {name: kept for name, kept in facts.items() if name != question}


def _next_buttons(calculator: Calculator) -> list[dict[str, str]]:
    own = {"title": "改一个数", "payload": _answer(DONE, CHANGE)}
    rules = {"title": "看规定", "payload": f'/faq{{"faq": "{calculator.faq}"}}'}
    further = [button for button in next_steps.buttons(calculator.faq) if not button.payload.startswith("/calculate")]
    more = [{"title": button.title, "payload": button.payload} for button in (*further, texts.ASK_PERSON)]
    return [own, rules, *more]


def _skipped(question: str, facts: Mapping[str, Any]) -> Step:
    """Goes on without an answer, or, where nothing can be said without it, says so and ends."""
    if not QUESTIONS[question].required:
        return _next({**facts, question: SKIP})
    rules = {"title": "看规定", "payload": f'/faq{{"faq": "{CALCULATORS[facts[CALCULATOR]].faq}"}}'}
    return Step(({**fixed("calc_impossible"), "buttons": [rules]},))


def _missed(question: str, facts: Mapping[str, Any]) -> Step:
    """Asks once more with an example; after the second time a person and, where it may be, leaving it out."""
    misses = int(facts.get(MISSES) or 0) + 1
    again = QUESTIONS[question].again if question in QUESTIONS else WHICH
    item = fixed("calc_stuck" if misses >= PATIENCE else f"calc_again_{again}")
    if misses >= PATIENCE and question in QUESTIONS:
        item = {**item, "buttons": [_skip(question)]}
    elif question in QUESTIONS:
        item = {**item, "buttons": [_button(row) for row in texts.get(f"calc_{question}").buttons]}
    return Step((item,), question, {**facts, MISSES: misses}, asked=True)


def _button(button: texts.Button) -> dict[str, str]:
    return {"title": button.title, "payload": button.payload}


def _skip(question: str) -> dict[str, str]:
    return {"title": "跳过", "payload": _answer(question, SKIP)}


def _answer(question: str, value: str) -> str:
    return f'/answer{{"answer": "{question}.{value}"}}'


def _today() -> date:
    return local(now()).date()
