"""A question a day: answered by a button, a letter or the option's words, explained at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from actions.form import CareForm, Step
from actions.safely import Call, Item, fixed
from bot.care.answers import SKIP
from bot.knowledge import study
from bot.knowledge.study import LETTERS, QUESTION, Question

_MORE = re.compile("[再换多]来?[一答做换]?[道个题]|下一?[道个题]|还[想要].{0,3}[题道]")
MOST_WORDS = 12  # of a wish for another question
_LETTER = re.compile(r"^(?:我?[选答]|应该是|是|第)?([a-d]|[1-4]|[一二三四])(?:个|项|吧|呗|。|\.|、)*$", re.IGNORECASE)
_NUMBERS = {"1": "A", "2": "B", "3": "C", "4": "D", "一": "A", "二": "B", "三": "C", "四": "D"}
TRIES, MOST_TRIES = "tries", 2
_NOISE = re.compile(r"[\W_]+")


class StudyForm(CareForm):
    """Asks the day's question, or another one if that was answered, and keeps whether the answer was right."""

    form = "study_form"
    left = "study_left"
    unclear = "study_unread"

    def asking(self, question: str) -> Item:
        """The gateway renders the question from the bank."""
        return {"custom": {"study": question.removeprefix(QUESTION)}}

    def begin(self, call: Call) -> Step:
        """The day's question; `再来一题` asks for one behind it."""
        return _next(call, study.of_day(study.today()).id if _wants_more(call) else None)

    def overheard(self, call: Call, question: str, facts: Mapping[str, Any]) -> Step | None:
        """Another question is wanted instead of this one, or an option was named that sounds like a word of talk."""
        found = study.get(question.removeprefix(QUESTION))
        if _wants_more(call):
            return _next(call, found.id)
        letter = None if call.is_payload else letter_of(found, call.text)
        return _explained(call, found, letter) if letter else None

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Keeps the answer and explains; what is no option is asked again once."""
        found = study.get(question.removeprefix(QUESTION))
        if answer == SKIP:
            return Step((fixed("study_skipped"),))
        letter = letter_of(found, answer)
        if letter is None and facts.get(TRIES, 0) + 1 < MOST_TRIES:
            return Step((fixed(self.unclear),), question, {TRIES: 1}, asked=True)
        if letter is None:
            return Step((fixed(self.left),))
        return _explained(call, found, letter)


def late_answer(call: Call, question: str, letter: str) -> Item:
    """A button under a question that does not stand any more: it is kept and explained all the same."""
    found = study.get(question.removeprefix(QUESTION))
    if letter not in found.letters:
        return fixed("study_skipped")
    return _explained(call, found, letter).says[0]


def _explained(call: Call, question: Question, letter: str) -> Step:
    study.record(call.message_id, question.id, letter)
    return Step(({"custom": {"study": question.id, "chosen": letter}},))


def _next(call: Call, after: str | None) -> Step:
    return Step(ask=f"{QUESTION}{study.next_for(call.message_id, after).id}")


def _wants_more(call: Call) -> bool:
    if call.is_payload:
        return call.intent == "daily_question" and call.entities.get("value") == "more"
    return len(call.text) <= MOST_WORDS and bool(_MORE.search(call.text))


def letter_of(question: Question, words: str) -> str | None:
    """Gives the letter of the option that is meant: by letter, number, or the option's own words."""
    said = unicodedata.normalize("NFKC", words).strip()
    if found := _LETTER.match(said):
        letter = _NUMBERS.get(found.group(1), found.group(1).upper())
        return letter if letter in question.letters else None
    bare = _NOISE.sub("", said)
    fitting = [LETTERS[at] for at, option in enumerate(question.options) if bare == _NOISE.sub("", option)]
    return fitting[0] if fitting else None
