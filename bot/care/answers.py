"""What a worker answered to one of the bot's questions, on the case for the counsellor, so that nobody asks twice."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.care import links
from bot.care.cases import ensure_case, locked_message, open_case
from bot.clock import now
from bot.db.care_models import CaseAnswer
from bot.db.models import CareCase, Message
from bot.db.session import reading, transaction
from bot.db.states import CaseState
from bot.errors import NotFound
from bot.level import Level

YES, NO, SKIP = "yes", "no", "skip"
MAX_WORDS = 500  # of an answer in the worker's own words
PLACE_HOLDS = timedelta(minutes=30)  # where somebody is, is asked again after that
RISK = {  # what an answer says about danger; any other says nothing
    ("safe_now", NO): Level.imminent,
    ("thoughts", YES): Level.high,
    ("method", YES): Level.imminent,
    ("plan", YES): Level.imminent,
    ("attempt", YES): Level.high,
    ("said_harm", YES): Level.high,
    ("happening", YES): Level.imminent,
}
ABOUT_DANGER = {"with_person", *(question for question, _ in RISK)}  # kept even where no form hears them
URGENT = {  # question whose dangerous answer is answered at once → the text that does it
    "safe_now": "safety_not_safe",
    "method": "safety_method",
    "plan": "safety_plan",
    "happening": "companion_now",
}


def record(message_id: str, question: str, answer: str, kind: str = "") -> Level:
    """Keeps an answer on the conversation's case and gives what it says about danger.

    A dangerous answer raises the case and pages the desk as a sign does. Repeated calls change nothing.
    Raises NotFound for an unknown message.
    """
    level = RISK.get((question, answer), Level.none)
    if level != Level.none:
        open_case(message_id, level, kind)
    with transaction() as session:
        message, conversation = locked_message(session, message_id)
        case, _ = ensure_case(session, conversation, level, kind)
        known = select(CaseAnswer.id).where(CaseAnswer.message_id == message.id, CaseAnswer.question == question)
        if session.execute(known).first() is None:
            row = {"case_id": case.id, "message_id": message.id, "question": question}
            session.add(CaseAnswer(**row, answer=answer[:MAX_WORDS], level=level if level.rank else None))
    return level


def known(message_id: str) -> dict[str, str]:
    """Gives the newest answer to each question of the conversation's open case; where somebody is goes out of date."""
    with reading() as session:
        rows = session.execute(
            select(CaseAnswer)
            .join(CareCase, CareCase.id == CaseAnswer.case_id)
            .join(Message, links.has_conversation(Message.conversation_id))
            .where(Message.public_id == message_id, CareCase.state != CaseState.closed)
            .order_by(CaseAnswer.id)
        ).scalars()
        return {row.question: row.answer for row in rows if row.question != "place" or now() - row.at < PLACE_HOLDS}


def words_of(message_id: str) -> str:
    """Gives what the worker wrote. Raises NotFound."""
    with reading() as session:
        words = session.execute(select(Message.body).where(Message.public_id == message_id)).scalar_one_or_none()
    if words is None:
        raise NotFound("no such message")
    return words
