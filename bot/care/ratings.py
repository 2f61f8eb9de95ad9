"""Asking a worker once, quietly, whether the person who has just left was a help. A tap answers; the last one counts.

Neither counsellor nor worker is named where ratings are read, and the desk's thread leaves taps and words out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from bot import texts
from bot.care import tasks
from bot.clock import now
from bot.db.care_models import DueTask
from bot.db.models import CareCase, Conversation, Message
from bot.db.rating_models import Rating, RatingMessage
from bot.db.session import reading
from bot.db.states import Author, Owner, RatingValue, TaskKind, TaskState
from bot.db.thread import add_outgoing
from bot.hours import Hours
from bot.level import Level
from bot.settings import settings
from bot.window import window_of

EVENT, WORDS_EVENT = "rating", "rating_words"
CALM = timedelta(minutes=2)  # without a word from the worker before we ask
STALE = timedelta(days=1)
LONGEST_WORDS = 300  # characters of a worker's words that leads read
LEAST_WORDS = 5  # so few would tell who wrote them
CRISIS = [level for level in Level if level.is_crisis]


def plan(session: Session, conversation: Conversation, case: CareCase) -> None:
    """Plans the question for when it is calm. None in an exercise, or where writing uses up what help may need."""
    if conversation.drill or window_of(conversation.channel) is not None:
        return
    tasks.end(session, conversation.id, TaskKind.rating)
    spoken = session.execute(select(func.max(Message.id)).where(Message.conversation_id == conversation.id)).scalar()
    tasks.add(session, TaskKind.rating, conversation.id, now() + CALM, case_id=case.id, step=spoken or 0)


def ask(session: Session, task: DueTask, conversation: Conversation) -> None:
    """Asks. Not after a new sign of danger or once somebody is called again; later at night and while they write."""
    unwanted = conversation.drill or conversation.owner != Owner.bot or _too_late(session, task)
    if unwanted or _in_danger(session, task):
        tasks.close(task, TaskState.cancelled)
        return
    later = _calm_at(session, conversation)
    if later > now():
        task.due_at = later
        return
    text = texts.get("rating_ask")
    message = add_outgoing(session, conversation, Author.bot, text.text, buttons=text.buttons, marks={"event": EVENT})
    session.add(Rating(message_id=message.id, conversation_id=conversation.id, case_id=task.case_id))
    tasks.close(task)


def _too_late(session: Session, task: DueTask) -> bool:
    """True if the gateway was away so long that the question would come out of the blue."""
    left = session.get(Message, task.step)
    return left is None or now() - left.created_at > STALE


def _in_danger(session: Session, task: DueTask) -> bool:
    """True if there was a sign, or a crisis text, after the person left; `step` is the last message of before."""
    found = select(Message.id).where(
        Message.conversation_id == task.conversation_id, Message.id > task.step, Message.level.in_(CRISIS)
    )
    return session.execute(found.limit(1)).first() is not None


def _calm_at(session: Session, conversation: Conversation) -> datetime:
    wrote = session.execute(
        select(func.max(Message.created_at)).where(
            Message.conversation_id == conversation.id, Message.author == Author.worker
        )
    ).scalar()
    if conversation.pending or (wrote and now() - wrote < CALM):
        return now() + CALM
    return Hours.parse(settings().quiet_hours).end(now())


def rate(session: Session, conversation: Conversation, question: str, tap: int, value: RatingValue) -> bool | None:
    """Keeps the answer to the question with that public id, pressed by the message `tap`; the last one counts.

    Gives True for the first answer, False for a changed one, None where there is no such question any more.
    """
    rating = session.execute(
        select(Rating)
        .join(Message, Message.id == Rating.message_id)
        .where(Message.public_id == question, Rating.conversation_id == conversation.id)
    ).scalar_one_or_none()
    if rating is None:
        return None
    first = rating.value is None
    rating.value, rating.rated_at = value, now()
    _belongs(session, rating, tap)
    return first


def add_words(session: Session, conversation: Conversation, message: int, *, is_words: bool) -> None:
    """Puts the wish to say more, or the words themselves, beside the newest rating of the conversation."""
    newest = select(Rating).where(Rating.conversation_id == conversation.id, Rating.value.is_not(None))
    rating = session.execute(newest.order_by(Rating.message_id.desc()).limit(1)).scalar_one_or_none()
    if rating is not None:
        _belongs(session, rating, message, is_words)


def _belongs(session: Session, rating: Rating, message: int, is_words: bool = False) -> None:
    if session.get(RatingMessage, message) is None:
        session.add(RatingMessage(message_id=message, rating_id=rating.message_id, is_words=is_words))


def is_about() -> ColumnElement[bool]:
    """The condition of a message that is a tap or words to a rating, or the bot's answer to one."""
    return exists().where(or_(RatingMessage.message_id == Message.id, RatingMessage.message_id == Message.reply_to))


def words(start: datetime, end: datetime) -> list[str]:
    """What workers added in that time, in an order that says nothing; none where they are so few that one could guess.

    Exercises and what was erased are not among them.
    """
    found = (
        select(Message.body)
        .join(RatingMessage, RatingMessage.message_id == Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(RatingMessage.is_words, Message.created_at >= start, Message.created_at < end)
        .where(Message.erased_at.is_(None), Conversation.drill.is_(False))
    )
    with reading() as session:
        said = sorted(body.strip()[:LONGEST_WORDS] for body in session.execute(found).scalars())
    return said if len(said) >= LEAST_WORDS else []


def of_person(session: Session, person_id: str) -> list[Rating]:
    """The answers of one person, oldest first."""
    own = select(Conversation.id).where(Conversation.person_id == person_id)
    found = select(Rating).where(Rating.conversation_id.in_(own), Rating.value.is_not(None))
    return list(session.execute(found.order_by(Rating.message_id)).scalars())


def erase(session: Session, person_id: str) -> None:
    """Deletes a person's ratings; the words go with their messages."""
    own = select(Conversation.id).where(Conversation.person_id == person_id)
    ids = select(Rating.message_id).where(Rating.conversation_id.in_(own))
    session.execute(delete(RatingMessage).where(RatingMessage.rating_id.in_(ids)))
    session.execute(delete(Rating).where(Rating.conversation_id.in_(own)))
