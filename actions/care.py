"""A sign of distress becomes a care case; what the worker says next to it is heard as the answer."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.companion import KIND
from actions.form import QUESTION, leaving, standing
from actions.safely import Call, Item, SafeAction, fixed
from actions.safety import MINORS, after_cry, urgent
from actions.study import late_answer
from bot import texts
from bot.care import open_case, people, request_human, rights
from bot.care.answers import ABOUT_DANGER, URGENT, record, words_of
from bot.care.cases import DESPAIR_KINDS
from bot.db.states import AgeBand
from bot.knowledge.study import QUESTION as QUESTION_OF_STUDY
from bot.level import Level, max_level
from bot.texts import MILD_DISTRESS

DISTRESS = "express_distress"


class OpenCareCase(SafeAction):
    """Opens the case and names the text; the gateway has paged the desk before, if triage saw the sign."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_open_care_case"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Opens the case of the message; a repeated call changes nothing. Mild distress gets words of its own."""
        level, kind = level_of(call), kind_of(call)
        open_case(call.message_id, level, kind)
        band = _age(call, kind)
        minor = band in MINORS
        for_minors = [fixed("minor_adult_now")] if minor else []
        if not level.is_crisis and kind == KIND:
            return [fixed("worry_about_other"), *standing("companion_form", "said_harm", {})]
        if not level.is_crisis and minor and kind == "exploitation":
            return [fixed(f"age_{band}")]
        if not level.is_crisis:
            return [*for_minors, fixed(mild_text(call.intent, kind))]
        return [*for_minors, *self._crisis(call, tracker, level, kind or "")]

    def _crisis(self, call: Call, tracker: Tracker, level: Level, kind: str) -> list[Item]:
        form = "companion_form" if kind == KIND else "safety_form"
        running = (tracker.active_loop or {}).get("name") == form
        question = tracker.get_slot(QUESTION) if running else None
        said, stands = after_cry(call, level, matter_in(call, level, kind), question)
        if stands == "safe_now" and kind == KIND:
            stands = "with_person"
        return [said, *(standing(form, stands, {"kind": kind}) if stands else leaving())]


class LateAnswer(SafeAction):
    """A button under an earlier question counts all the same: the answer is kept, and danger is answered at once."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_late_answer"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Keeps what says something about danger; the rest is past."""
        question, _, answer = call.entities.get("answer", "").partition(".")
        if question.startswith(QUESTION_OF_STUDY):
            return [late_answer(call, question, answer)]
        if question not in ABOUT_DANGER:
            return [fixed("answer_late")]
        level = record(call.message_id, question, answer)
        if level == Level.imminent:
            return [urgent(level, "", URGENT[question]), *leaving()]
        return [fixed("answer_noted")]


class TellAge(SafeAction):
    """Somebody says how old they are: the young get a way of their own."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_tell_age"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Keeps the age band and says what follows from it."""
        band = people.learn_age(call.message_id)
        return [fixed(f"age_{band.value}" if band else "age_unknown")]


class AnswerOffer(SafeAction):
    """A bare yes or no outside a form: it may answer the offer of a person with which the last text ended."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_answer_offer"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Asks for the person that was offered, or takes the no for what it is."""
        offered = any(texts.offers_person(key) for key in last_said(tracker))
        if call.intent == "affirm":
            if not offered:
                return [fixed("affirm_reply")]
            request_human(call.message_id)
            return [fixed("human_requested")]
        return [fixed("offer_declined" if offered else "deny_reply")]


def _age(call: Call, kind: str | None) -> AgeBand | None:
    """What is known of the writer's age; who writes about another may name that one's."""
    return people.age_band(call.message_id) if kind == KIND else people.learn_age(call.message_id)


def last_said(tracker: Tracker) -> list[str]:
    """Gives the keys of the fixed texts between the person's last message and the one before."""
    keys, turns = [], 0
    for event in reversed(tracker.events):
        turns += event.get("event") == "user"
        if turns > 1:
            break
        if event.get("event") == "bot":
            custom = (event.get("data") or {}).get("custom") or {}
            keys.append(str(custom.get("text") or ""))
    return keys


def mild_text(intent: str, kind: str | None) -> str:
    """Gives the key of the words for mild distress: by what was said, else by its kind."""
    of_kind = f"low_{kind}"
    return MILD_DISTRESS.get(intent) or (of_kind if kind and texts.has(of_kind) else "low_distress")


def matter_in(call: Call, level: Level, kind: str) -> str:
    """Gives the kind by which the reply speaks: despair over an injury or a dismissal gets its first step of rights."""
    if level != Level.high or kind not in DESPAIR_KINDS or kind == "wage_threat":
        return kind
    matter = rights.matter_of(words_of(call.message_id))
    return {"wages": "wage_threat", "injury": "injury_despair", "dismissal": "dismissal_despair"}.get(
        matter or "", kind
    )


def level_of(call: Call) -> Level:
    """Gives the level the gateway named; else triage's, raised to what the intent says by itself."""
    named = call.entities.get("level")
    if named in set(Level):
        return Level(named)
    seen = str(call.metadata.get("level") or "")
    own = Level.high if call.intent == DISTRESS else Level.low
    return max_level(Level(seen) if seen in set(Level) else Level.none, own)


def kind_of(call: Call) -> str | None:
    """Gives the kind of distress, if it is known."""
    return call.entities.get("kind") or str(call.metadata.get("kind") or "") or None
