"""Turning the engine's messages into what a worker reads. Wording lives in the database and in texts.yml."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import texts
from bot.care import people, waiting
from bot.clock import now
from bot.conversation.turn import Reply, Turn
from bot.db.session import reading
from bot.db.states import Understood
from bot.errors import EngineUnavailable, NotFound
from bot.knowledge import faqs, study
from bot.level import Level
from bot.programme import activities
from bot.texts import Button, Text

WELCOME_EVERY = timedelta(hours=24)
SHOWS = {
    "did_you_mean": Understood.clarified,
    "ask_rephrase": Understood.refused,
    "fallback_person": Understood.refused,
    "out_of_scope": Understood.refused,
}
"""What a fixed text shows that the bot made of the message."""


def render(turn: Turn, messages: tuple[dict[str, Any], ...]) -> list[Reply]:
    """Gives the bubbles of an engine's answer. Raises EngineUnavailable if it names something we do not have."""
    try:
        replies = [_reply(turn, message) for message in messages]
    except (NotFound, KeyError, ValueError):
        raise EngineUnavailable("unusable answer") from None
    return [reply for reply in replies if reply is not None]


def _reply(turn: Turn, message: dict[str, Any]) -> Reply | None:
    custom = message.get("custom") or {}
    buttons = tuple(Button(str(row["title"]), str(row["payload"])) for row in message.get("buttons") or ())
    if "faq" in custom:
        return faq_reply(str(custom["faq"]))
    if "topic_menu" in custom:
        topic = str(custom["topic_menu"])
        shown = faqs.menu(topic)
        return Reply(shown.text, shown.buttons, understood=Understood.clarified, topic=topic)
    if "crisis" in custom:
        return crisis_reply(turn, Level(custom["crisis"]), custom.get("kind"), custom.get("text"))
    if "plan" in custom:
        return plan_reply(turn)
    if "facts" in custom:
        return _with_facts(custom)
    if "study" in custom or "study_record" in custom or "activities" in custom:
        return _programme(turn, custom)
    if custom.get("text") == "welcome":
        return _welcome(turn)
    if "text" in custom:
        return fixed(str(custom["text"]), buttons, turn.conversation_id)
    return Reply(str(message["text"]), buttons)


def _with_facts(custom: dict[str, Any]) -> Reply:
    """Fixed texts, one under the other, with what an action worked out filled in; the last one's buttons count."""
    facts = {str(name): str(value) for name, value in custom["facts"].items()}
    found = [texts.with_facts(str(key), facts) for key in custom.get("texts") or [custom["text"]]]
    return Reply("\n".join(text.text for text in found if text.text), found[-1].buttons)


def _programme(turn: Turn, custom: dict[str, Any]) -> Reply:
    """A question of the bank or what is said to its answer, a worker's record of study, or what is on."""
    if "activities" in custom:
        text = activities.answer(turn.text)
    elif "study_record" in custom:
        text = study.record_text(turn.conversation_id)
    else:
        question = study.get(str(custom["study"]))
        text = question.explained(str(custom["chosen"])) if "chosen" in custom else question.asked
    return Reply(text.text, text.buttons)


def faq_reply(faq_id: str) -> Reply:
    """Gives an FAQ's answer. Raises NotFound."""
    shown = faqs.render(faq_id)
    return Reply(shown.text, shown.buttons, faq_id=shown.faq_id, understood=Understood.answered, topic=shown.topic)


def fixed(key: str, buttons: tuple[Button, ...] = (), conversation_id: str | None = None) -> Reply:
    """Gives a fixed text; buttons of the engine go before the text's own."""
    if key == "human_requested":
        return _called(buttons, conversation_id)
    text = texts.get(key)
    return Reply(text.text, buttons + text.buttons, understood=SHOWS.get(key, Understood.talked))


def _called(buttons: tuple[Button, ...], conversation_id: str | None) -> Reply:
    """A person was called: how long it will be, as far as that is known, or that nobody is there."""
    with reading() as session:
        key = "human_requested" if waiting.on_duty(session, conversation_id) else "human_requested_nobody_on_duty"
        text = texts.with_facts(key, waiting.facts(session, conversation_id))
    return Reply(text.text, buttons + text.buttons, understood=Understood.handed_over)


def plan_reply(turn: Turn) -> Reply:
    """Gives the worker's own safety plan; its words never pass through the engine."""
    plan = people.read_plan(turn.conversation_id)
    if not plan:
        return fixed("plan_none")
    shown = texts.with_facts("plan_shown", {f"plan_{step}": words for step, words in plan.items()})
    return Reply(shown.text, shown.buttons)


def crisis_reply(turn: Turn, level: Level, kind: str | None, key: str | None = None) -> Reply:
    """Gives the fixed crisis text; a short one if the same or worse was told within the last half hour.

    `key` names another text for it, where the engine knows better what comes next.
    """
    told = turn.crisis_told.rank >= level.rank and turn.crisis_told.is_crisis
    text = texts.get(key) if key else texts.crisis(level, kind or turn.kind or None, again=told)
    there = waiting.someone_on_duty(turn.conversation_id)
    words = text.text if there else _with_the_truth(text.text, turn.conversation_id)
    return Reply(words, _with_person(text), level=level)


def _with_the_truth(text: str, conversation_id: str) -> str:
    """Says that nobody is on duty just before the question with which a crisis text ends."""
    *lines, question = text.splitlines()
    with reading() as session:
        truth = texts.with_facts("crisis_nobody_on_duty", waiting.facts(session, conversation_id)).text
    return "\n".join([*lines, truth, question])


def _with_person(text: Text) -> tuple[Button, ...]:
    return text.buttons or (texts.ASK_PERSON,)


def _welcome(turn: Turn) -> Reply | None:
    recently = turn.welcomed_at is not None and now() - turn.welcomed_at < WELCOME_EVERY
    if recently or turn.level.is_crisis:
        return None
    text = texts.get("welcome")
    return Reply(text.text, text.buttons, is_welcome=True)
