"""Answering one message: the engine if it can, the safety net if it cannot."""

from __future__ import annotations

import asyncio
import json
import logging

from sqlalchemy import select

from bot import care, crash, texts
from bot.care import answers
from bot.channels.incoming import Form
from bot.conversation import render
from bot.conversation.commands import COMMANDS, asks_for_person, is_typed_command, neutralise, says_whether_safe
from bot.conversation.controls import Control, control_of
from bot.conversation.engine import Answer, Engine, Question
from bot.conversation.inbox import is_blank
from bot.conversation.obey import FORGETTING, obeying
from bot.conversation.scheduler import forget_later
from bot.conversation.turn import MAX_ATTEMPTS, Reply, Turn
from bot.db.models import Message
from bot.db.session import reading
from bot.db.states import Owner
from bot.db.thread import buttons_of
from bot.errors import EngineUnavailable, XinqiaoError
from bot.knowledge import feedback
from bot.level import Level
from bot.settings import settings

log = logging.getLogger(__name__)
LEAVING = (Control.stop, Control.leave_alone)
FIXED = {
    Form.voice: "unsupported_voice",
    Form.photo: "unsupported_photo",
    Form.sticker: "unsupported_sticker",
    Form.location: "unsupported_location",
    Form.file: "unsupported_file",
    Form.edited: "edited_message",
}
DISTRESS_INTENTS = {"express_distress", *texts.MILD_DISTRESS}  # their rules log the case, and so do forms

UNFIT = {
    "chitchat_weather",
    "chitchat_food",
    "chitchat_joke",
    "chitchat_happy",
    "insult",
    "nlu_fallback",
    "out_of_scope",
}
"""Understood, or not, as what must not be answered lightly within half an hour of a cry for help."""
UNFIT_TEXTS = {"affirm_reply", "deny_reply"}
"""Too light in that time as an answer to a bare yes or no, to which no question stands."""


async def answer(engine: Engine, turn: Turn) -> list[Reply]:
    """Gives the replies to a message; never raises for anything the engine does. Empty while a person has it."""
    payload = await asyncio.to_thread(payload_of, turn)
    control = await asyncio.to_thread(control_of, turn, payload)
    if turn.owner == Owner.counsellor:
        return [await _obeyed(engine, turn, control)] if control else []
    replies = [render.fixed("too_many_messages")] if turn.surplus else []
    if turn.level.is_crisis:
        return replies + await _crisis_first(engine, turn, control)
    if control is not None:
        return [*replies, await _obeyed(engine, turn, control)]
    if turn.form in FIXED and (turn.form != Form.edited or not turn.text):
        return [*replies, render.fixed(FIXED[turn.form])]
    if payload is not None:
        return replies + await _answer_payload(engine, turn, payload)
    return replies + await _answer_text(engine, turn)


def payload_of(turn: Turn) -> str | None:
    """Gives the intent a button or control stands for; None for words. Only buttons of this conversation count."""
    if turn.command is not None:
        return COMMANDS[turn.command].payload
    if turn.press is None:
        return _payload_of_words(turn)
    with reading() as session:
        message = session.execute(
            select(Message).where(
                Message.public_id == turn.press.message_id, Message.conversation_id == turn.conversation_id
            )
        ).scalar_one_or_none()
    buttons = buttons_of(message) if message else []
    return buttons[turn.press.index].payload if 0 <= turn.press.index < len(buttons) else ""


def _payload_of_words(turn: Turn) -> str | None:
    """Plain words that must work whatever the engine thinks of them."""
    if asks_for_person(turn.text):
        return "/request_human"
    safe = says_whether_safe(turn.text) if turn.crisis_told.is_crisis else None
    return f'/answer{{"answer": "safe_now.{safe}"}}' if safe else None


async def _answer_crisis(engine: Engine, turn: Turn) -> list[Reply]:
    """The case is logged by the custom action; if that does not work in time, by us."""
    try:
        messages = (await _ask(engine, turn, distress_payload(turn.level), payload=True)).messages
        replies = await asyncio.to_thread(render.render, turn, messages)
        if any(reply.level is not None for reply in replies):
            return replies
    except EngineUnavailable:
        log.warning("engine unavailable for a message of level %s; safety net answers", turn.level.value)
    await asyncio.to_thread(care.open_case, turn.message_id, turn.level, turn.kind)
    return [await asyncio.to_thread(render.crisis_reply, turn, turn.level, turn.kind)]


def distress_payload(level: Level) -> str:
    """Gives the intent that tells the engine of a sign of distress."""
    return f"/express_distress{json.dumps({'level': level.value})}"


async def _crisis_first(engine: Engine, turn: Turn, control: Control | None) -> list[Reply]:
    """A cry for help comes first. Who has heard the numbers and wants to stop may, but stays on the queue."""
    if control in LEAVING and turn.crisis_told.rank >= turn.level.rank:
        await asyncio.to_thread(care.open_case, turn.message_id, turn.level, turn.kind)
        return [await _obeyed(engine, turn, control)]
    replies = await _answer_crisis(engine, turn)
    return replies if control is None or control in LEAVING else [*replies, await _obeyed(engine, turn, control)]


async def _obeyed(engine: Engine, turn: Turn, control: Control) -> Reply:
    """The reply of a control. One that ends the talk makes the engine forget it, now or when it is back."""
    if control in FORGETTING:
        try:
            await engine.forget(turn.conversation_id)
        except EngineUnavailable:
            await asyncio.to_thread(forget_later, turn.conversation_id)
    return obeying(turn, control)


async def _answer_payload(engine: Engine, turn: Turn, payload: str) -> list[Reply]:
    try:
        found = await _ask(engine, turn, payload, payload=True)
        return await asyncio.to_thread(render.render, turn, found.messages)
    except EngineUnavailable:
        return await asyncio.to_thread(_without_engine, turn, payload)


def _without_engine(turn: Turn, payload: str) -> list[Reply]:
    """The controls that must work with the engine down: a person, an FAQ that is on a button, a thumb."""
    values = json.loads(payload[payload.find("{") :]) if "{" in payload else {}
    try:
        if payload.startswith("/request_human"):
            care.request_human(turn.message_id)
            return [render.fixed("human_requested", conversation_id=turn.conversation_id)]
        if payload.startswith("/faq"):
            return [render.faq_reply(str(values["faq"]))]
        if payload.startswith("/feedback") and turn.press:
            feedback.record(turn.press.message_id, str(values["value"]))
            return [render.fixed("feedback_thanks")]
        if payload.startswith("/answer"):
            return [_answer_noted(turn, str(values["answer"]))]
    except (XinqiaoError, KeyError):
        log.warning("a control could not be served without the engine")
    return [outage(turn)]


def _answer_noted(turn: Turn, given: str) -> Reply:
    """Keeps the answer on a button about danger; one that says danger pages the desk and is told what to do."""
    question, _, answer = given.partition(".")
    if question not in answers.ABOUT_DANGER:
        return outage(turn)
    level = answers.record(turn.message_id, question, answer, turn.kind)
    if level == Level.imminent:
        return render.crisis_reply(turn, level, turn.kind, answers.URGENT[question])
    return render.fixed("answer_noted")


async def _answer_text(engine: Engine, turn: Turn) -> list[Reply]:
    text = neutralise(turn.text)
    if is_typed_command(turn.text):
        return [render.fixed("ask_rephrase")]
    if is_blank(text):
        return [render.fixed("empty_message")]
    if len(text) > settings().max_text:
        return [render.fixed("too_long")]
    try:
        found = await _ask(engine, turn, text)
        replies = await asyncio.to_thread(render.render, turn, found.messages)
    except EngineUnavailable:
        if turn.level == Level.low:
            return [await asyncio.to_thread(_low_without_engine, turn)]
        return [await asyncio.to_thread(outage, turn)]
    if turn.crisis_told.is_crisis and _is_unfit(found):
        replies = [await asyncio.to_thread(render.fixed, "crisis_still_here"), *replies[1:]]
    return await _with_care(engine, turn, found, replies) if turn.level == Level.low else replies


def _is_unfit(found: Answer) -> bool:
    if found.nlu.get("form"):
        return False
    said = {str((message.get("custom") or {}).get("text")) for message in found.messages}
    return found.nlu.get("intent") in UNFIT or bool(said & UNFIT_TEXTS)


async def _with_care(engine: Engine, turn: Turn, found: Answer, replies: list[Reply]) -> list[Reply]:
    """At `low` the engine is told of the distress too; an answer to a question stays, small talk gives way."""
    if found.nlu.get("intent") in DISTRESS_INTENTS or found.nlu.get("form"):
        return replies
    answers = [reply for reply in replies if reply.faq_id or reply.is_welcome]
    try:
        told = await _ask(engine, turn, distress_payload(Level.low), payload=True)
        support = await asyncio.to_thread(render.render, turn, told.messages)
    except EngineUnavailable:
        support = [await asyncio.to_thread(_low_without_engine, turn)]
    if turn.kind == "knowledge" and answers:
        return [*answers, render.fixed("knowledge_gentle_care", (texts.ASK_PERSON,))]
    return [*support, *answers]


def _low_without_engine(turn: Turn) -> Reply:
    care.open_case(turn.message_id, Level.low, turn.kind)
    return render.fixed("low_distress")


def outage(turn: Turn) -> Reply:
    """An honest word that the question part is down, shorter the second time, with the offer of a person."""
    first = texts.get("outage")
    with reading() as session:
        last = session.execute(
            select(Message)
            .where(Message.conversation_id == turn.conversation_id, Message.id < turn.message_key)
            .where(Message.reply_to.is_not(None))
            .order_by(Message.id.desc())
            .limit(1)
        ).scalar_one_or_none()
    again = last is not None and last.body in (first.text, texts.get("outage_repeat").text)
    text = texts.get("outage_repeat") if again else first
    return Reply(text.text, text.buttons or (texts.ASK_PERSON,))


async def _ask(engine: Engine, turn: Turn, text: str, payload: bool = False) -> Answer:
    """One call of the engine. A message that has killed its worker before goes without."""
    if turn.attempts > MAX_ATTEMPTS:
        raise EngineUnavailable("gave up on this message")
    concerns = turn.press.message_id if turn.press and text.startswith("/feedback") else turn.message_id
    crash.point("before_engine_call")
    found = await engine.ask(
        Question(turn.conversation_id, concerns, text, turn.level, turn.kind, turn.channel, payload, turn.last_faq)
    )
    crash.point("after_engine_call")
    return found
