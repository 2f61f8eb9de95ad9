"""What all forms share. A form is Rasa's active loop; which question stands is kept in the slot `question`.

Answers are kept in the database, not in slots: the engine's memory of a conversation stays small and says little.
Rasa calls `validate_<form>` when the form begins, for each message while it runs, and once more when a rule has
answered something else in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.hearing import STOP, SURE, UNCLEAR, hear
from actions.safely import Call, Item, SafeAction, events, fixed
from bot.care import open_case
from bot.level import Level

QUESTION, FACTS, REQUESTED = "question", "facts", "requested_slot"
PATIENCE = 2  # interruptions after which a question is dropped without a word


@dataclass(frozen=True)
class Step:
    """What to say, and the question that stands afterwards; None ends the form. `facts` are kept until then."""

    says: tuple[Item, ...] = ()
    ask: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    asked: bool = False  # the question is part of what is said already
    form: str | None = None  # go on in this form instead


class CareForm(SafeAction):
    """The validation action of one form: subclasses say how it begins and what follows an answer."""

    form: ClassVar[str]
    in_words: ClassVar[frozenset[str]] = frozenset()  # questions that ask for words
    left: ClassVar[str] = "form_left"
    unclear: ClassVar[str] = "form_unclear"

    def name(self) -> str:
        """The name by which Rasa finds it."""
        return f"validate_{self.form}"

    def begin(self, call: Call) -> Step:
        """Gives the first step."""
        raise NotImplementedError

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Gives the step that follows an answer; `skip` is one."""
        raise NotImplementedError

    def asking(self, question: str) -> Item:
        """Gives the item that asks a question."""
        return fixed(f"ask_{question}")

    def overheard(self, call: Call, question: str, facts: Mapping[str, Any]) -> Step | None:
        """Gives the step for what is no answer but meant for the form, such as a correction; None: there is none."""
        return None

    def is_besides(self, call: Call, question: str) -> bool:
        """True for what is asked for besides the form, if it is clear that it is: its rule answers it."""
        return False

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Takes the message as an answer; no items leave it to its rule."""
        question = self.standing_in(tracker)
        if question is None:
            return self._gone_on(self.begin(call))
        if interrupted(tracker):
            return self._again(question, tracker)
        step = self.overheard(call, question, facts_of(tracker))
        if step is not None:
            log_mild_distress(call)
            return self._gone_on(step)
        answer = hear(call, question, question.split(".")[0] in self.in_words)
        if answer is None or (call.confidence >= SURE and not call.is_payload and self.is_besides(call, question)):
            return []
        if answer == STOP:
            return self._gone_on(Step((fixed(self.left),)))
        if answer == UNCLEAR:
            return self._gone_on(Step((fixed(self.unclear),), question, facts_of(tracker)))
        log_mild_distress(call)
        return self._gone_on(self.answered(call, question, answer, facts_of(tracker)))

    def standing_in(self, tracker: Tracker) -> str | None:
        """The question of this form that stands; None where the form begins, whatever another has left behind."""
        for event in reversed(tracker.events):
            if event.get("event") == "active_loop":
                return None
            if event.get("event") == "slot" and event.get("name") == QUESTION:
                break
        question, running = tracker.get_slot(QUESTION), (tracker.active_loop or {}).get("name")
        return str(question) if question and running == self.form else None

    def _again(self, question: str, tracker: Tracker) -> list[Item]:
        """Behind the answer to something else: the question once more, or no more of it."""
        if _rejections(tracker, self.form) >= PATIENCE:
            return events(*_leaving())
        return [self.asking(question)]

    def _gone_on(self, step: Step) -> list[Item]:
        says = list(step.says)
        if step.ask is None:
            return [*says, *leaving()]
        asks = [] if step.asked else [self.asking(step.ask)]
        if step.form:
            return [*says, *asks, *standing(step.form, step.ask, step.facts)]
        kept = (SlotSet(QUESTION, step.ask), SlotSet(FACTS, dict(step.facts)), SlotSet(REQUESTED, "reply"))
        return [*says, *asks, *events(*kept)]


def facts_of(tracker: Tracker) -> dict[str, Any]:
    """What the running form has kept."""
    return dict(tracker.get_slot(FACTS) or {})


def standing(form: str, question: str, facts: Mapping[str, Any]) -> list[Item]:
    """The events after which a form runs and waits for the answer to a question that was just asked."""
    return events(
        ActiveLoop(form),
        SlotSet(QUESTION, question),
        SlotSet(FACTS, dict(facts)),
        SlotSet(REQUESTED, "reply"),
        FollowupAction("action_listen"),
    )


def leaving() -> list[Item]:
    """The events after which no form runs."""
    return events(*_leaving())


def _leaving() -> list[dict[str, Any]]:
    gone = [SlotSet(name, None) for name in (QUESTION, FACTS, REQUESTED)]
    return [ActiveLoop(None), *gone, FollowupAction("action_listen")]


def log_mild_distress(call: Call) -> None:
    """An answer can be a sign by itself; what is worse than mild never comes here as words."""
    if call.metadata.get("level") == Level.low.value:
        open_case(call.message_id, Level.low, str(call.metadata.get("kind") or ""))


def interrupted(tracker: Tracker) -> bool:
    """True when another action has answered this message before the form was called again."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action_execution_rejected":
            return True
    return False


def _rejections(tracker: Tracker, form: str) -> int:
    count = 0
    for event in reversed(tracker.events):
        if event.get("event") == "slot" and event.get("name") == QUESTION:
            break
        count += event.get("event") == "action_execution_rejected" and event.get("name") == form
    return count
