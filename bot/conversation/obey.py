"""Doing what a control orders, in the transaction that marks its message done: a kill leaves nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.care import codes, erasure, follow_up, links, people, ratings, records, tasks
from bot.clock import now
from bot.conversation.controls import Control
from bot.conversation.turn import Reply, Turn
from bot.db.models import CareCase, CaseEvent, Conversation, Message
from bot.db.states import CaseState, Owner, Purpose, RatingValue, TaskKind
from bot.db.thread import PULLED

FETCH_WITHIN = timedelta(minutes=30)
LONGEST_EXPORT = 24_000  # characters of an export that is sent as messages; the newest are kept
FORGETTING = {Control.stop, Control.leave_alone, Control.erase}  # after these the engine begins anew

Deed = Callable[[Session, Conversation, Turn], Reply]


def obeying(turn: Turn, control: Control) -> Reply:
    """Gives the reply that does what was ordered when it is queued, and then says what came of it."""
    return Reply("", deed=lambda session, conversation: DEEDS[control](session, conversation, turn))


def _said(key: str, event: str | None = None, **facts: str) -> Reply:
    text = texts.with_facts(key, facts)
    return Reply(text.text, text.buttons, event=event)


def _ask_before_erasing(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    held = erasure.open_crisis(session, conversation.person_id)
    if held is None:
        return _said("erase_question", "erase_question")
    return _said("erase_question_with_case", "erase_question", case_number=held.number)


def _erase(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    done = erasure.erase(session, conversation.person_id, turn.message_key)
    tasks.end(session, conversation.id, TaskKind.export)
    if done.kept_by is not None:
        return _said("erase_done_with_case", "erased", case_number=done.kept_by)
    follow_up.stop(session, conversation, for_good=True)
    return _said("erase_done", "erased")


def _keep(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    return _said("erase_cancelled")


def _export(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    if conversation.channel in PULLED:
        tasks.end(session, conversation.id, TaskKind.export)
        tasks.add(session, TaskKind.export, conversation.id, now() + FETCH_WITHIN)
        return _said("export_ready", "export_ready")
    text = records.gather(session, conversation.person_id).text
    cut = text[-LONGEST_EXPORT:]
    head = texts.get("export_here" if cut == text else "export_here_in_part").text
    return Reply(f"{head}\n\n{cut}", event=records.EVENT)


def _stop(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    follow_up.stop(session, conversation, for_good=False)
    return _farewell(session, conversation, turn)


def _leave_alone(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    follow_up.stop(session, conversation, for_good=True)
    people.withdraw(session, conversation.person_id, (Purpose.contact,))
    return _farewell(session, conversation, turn)


def _farewell(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    """Lets them go with an open door; who is in a crisis stays on the queue and gets a number to take along."""
    tasks.end(session, conversation.id, TaskKind.still_waiting)
    case = session.execute(
        select(CareCase)
        .where(links.has_conversation(conversation.id), CareCase.state != CaseState.closed)
        .order_by(CareCase.conversation_id == conversation.id, CareCase.id)
        .limit(1)
    ).scalar()
    if case is not None:
        session.add(CaseEvent(case_id=case.id, kind="stopped", message_id=turn.message_key))
    if conversation.owner == Owner.counsellor:
        return _said("stop_with_person")
    return _said("stop_after_crisis" if conversation.level.is_crisis else "stop_chat")


def _answered(session: Session, conversation: Conversation, turn: Turn, answer: Control) -> Reply:
    message = session.get_one(Message, turn.message_key)
    follow_up.answered(session, conversation, message, answer.value)
    return _said(f"follow_up_{answer}")


def _rated(session: Session, conversation: Conversation, turn: Turn, value: RatingValue) -> Reply:
    question = turn.press.message_id if turn.press else ""
    first = ratings.rate(session, conversation, question, turn.message_key, value)
    if first is None:
        return _said("rating_gone")
    return _said("rating_thanks" if first else "rating_changed")


def _more(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    ratings.add_words(session, conversation, turn.message_key, is_words=False)
    return _said("rating_words_ask", ratings.WORDS_EVENT)


def _words(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    ratings.add_words(session, conversation, turn.message_key, is_words=True)
    return _said("rating_words_thanks")


def _no_words(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    ratings.add_words(session, conversation, turn.message_key, is_words=False)
    return _said("rating_skipped")


def _code(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    code = codes.issue(session, conversation)
    return _said("code_none") if code is None else _said("code_given", "code_given", receipt_code=code)


def _go_on(session: Session, conversation: Conversation, turn: Turn) -> Reply:
    code = codes.typed(turn.text) or ""
    return _said(f"code_{codes.use(session, conversation, code)}")


DEEDS: dict[Control, Deed] = {
    Control.delete: _ask_before_erasing,
    Control.erase: _erase,
    Control.keep: _keep,
    Control.export: _export,
    Control.stop: _stop,
    Control.rate_more: _more,
    Control.rate_words: _words,
    Control.rate_skip: _no_words,
    Control.rate_good: lambda session, conversation, turn: _rated(session, conversation, turn, RatingValue.good),
    Control.rate_fair: lambda session, conversation, turn: _rated(session, conversation, turn, RatingValue.fair),
    Control.rate_poor: lambda session, conversation, turn: _rated(session, conversation, turn, RatingValue.poor),
    Control.leave_alone: _leave_alone,
    Control.code: _code,
    Control.go_on: _go_on,
    **{
        answer: lambda session, conversation, turn, answer=answer: _answered(session, conversation, turn, answer)  # type: ignore[misc]
        for answer in (Control.better, Control.same, Control.worse)
    },
}
