"""Taking the next message to work on, and finishing it. The database is the queue; a conversation is leased whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from bot import crash, texts
from bot.channels.incoming import Form, Press
from bot.clock import now
from bot.conversation.inbox import FRONT_OF_QUEUE
from bot.db.asked_models import Asked
from bot.db.models import Conversation, Inbox, Message
from bot.db.session import reading, transaction
from bot.db.states import Author, InboxState, Owner, Understood
from bot.db.thread import add_outgoing, lock_conversation
from bot.level import Level
from bot.settings import settings
from bot.texts import Button

LEASE = timedelta(seconds=20)
MAX_ATTEMPTS = 3  # a message that killed its worker this often is answered without the engine
FLOOD_PAUSE = timedelta(seconds=1)  # between two answers to one who floods, so that others are not slowed
REPLIED_CRISIS = timedelta(minutes=30)
REMIND_EVERY = timedelta(hours=2)
FOLLOW_UP = timedelta(minutes=30)
"""How long a question may lean on an answer."""
LEANING = 8  # messages in a thread, both sides, between which it may


@dataclass(frozen=True)
class Turn:
    """One message in work."""

    conversation_id: str
    inbox_id: int
    message_key: int
    message_id: str
    channel: str
    owner: Owner
    text: str
    form: Form
    press: Press | None
    command: str | None
    level: Level
    kinds: tuple[str, ...]
    attempts: int
    welcomed_at: datetime | None
    crisis_told: Level  # the worst level for which a crisis text went out in the last half hour
    surplus: int  # messages of a flood that were passed over together with this one
    last_faq: str | None = None  # answered last in this conversation, within FOLLOW_UP

    @property
    def kind(self) -> str:
        """The kind of sign the reply should address; empty if there is none."""
        return self.kinds[0] if self.kinds else ""


@dataclass(frozen=True)
class Reply:
    """One bubble to send. `level` marks a crisis text, so that the next one can be shorter."""

    text: str
    buttons: tuple[Button, ...] = ()
    faq_id: str | None = None
    level: Level | None = None
    is_welcome: bool = False
    understood: Understood = Understood.talked  # what it shows that the bot made of the message
    topic: str = ""  # of an answer, or of a menu
    event: str | None = None  # a name by which the page and later turns know the bubble
    deed: Callable[[Session, Conversation], Reply] | None = None  # done in the finishing transaction; gives the bubble


def has_work() -> bool:
    """A quick look, without a write lock, whether any conversation is due."""
    with reading() as session:
        return session.execute(_due().with_only_columns(Conversation.id)).first() is not None


def _due() -> Select[Conversation]:
    free = or_(Conversation.lease_until.is_(None), Conversation.lease_until < now())
    due = (Conversation.pending > 0, Conversation.due_at <= now(), free)
    return select(Conversation).where(*due).order_by(Conversation.due_at).limit(1)


def claim(worker: str) -> Turn | None:
    """Leases the conversation that is due first and gives its oldest message; None if nothing is due."""
    with transaction() as session:
        conversation = session.execute(_due().with_for_update(skip_locked=True)).scalar()
        if conversation is None:
            return None
        surplus = _pass_over_flood(session, conversation)
        found = session.execute(
            select(Inbox, Message)
            .join(Message, Message.id == Inbox.message_id)
            .where(Inbox.conversation_id == conversation.id, Inbox.state == InboxState.pending)
            .order_by(Inbox.id)
            .limit(1)
        ).first()
        if found is None:  # the counter was wrong; set it right
            conversation.pending = 0
            return None
        conversation.lease_until, conversation.lease_by = now() + LEASE, worker
        conversation.attempts += 1
        return _turn(session, conversation, found[0], found[1], surplus)


def _pass_over_flood(session: Session, conversation: Conversation) -> int:
    """Marks all but the newest messages of a flood as done; they stay in the thread and keep their triage."""
    excess = conversation.pending - settings().max_pending * 2
    if excess <= 0:
        return 0
    oldest = (
        select(Inbox.id)
        .join(Message, Message.id == Inbox.message_id)
        .where(Inbox.conversation_id == conversation.id, Inbox.state == InboxState.pending)
        .where(Message.level.in_([Level.none, Level.low]))
        .order_by(Inbox.id)
        .limit(excess)
    )
    ids = list(session.execute(oldest).scalars())
    session.execute(update(Inbox).where(Inbox.id.in_(ids)).values(state=InboxState.done, done_at=now()))
    conversation.pending -= len(ids)
    return len(ids)


def _turn(session: Session, conversation: Conversation, inbox: Inbox, message: Message, surplus: int) -> Turn:
    extra = json.loads(message.extra or "{}")
    reasons = json.loads(message.reasons or "[]")
    press = extra.get("press")
    return Turn(
        conversation_id=conversation.id,
        inbox_id=inbox.id,
        message_key=message.id,
        message_id=message.public_id,
        channel=conversation.channel,
        owner=conversation.owner,
        text=message.body,
        form=Form(extra.get("form", "text")),
        press=Press(**press) if press else None,
        command=extra.get("command"),
        level=message.level or Level.none,
        kinds=_kinds(reasons),
        attempts=conversation.attempts,
        welcomed_at=conversation.welcomed_at,
        crisis_told=_crisis_told(session, conversation.id) if conversation.level.is_crisis else Level.none,
        surplus=surplus,
        last_faq=_last_faq(session, conversation.id),
    )


def _last_faq(session: Session, conversation_id: str) -> str | None:
    """The FAQ answered last, if it is among the newest messages and not long ago."""
    newest = (
        select(Message.faq_id, Message.created_at)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.id.desc())
        .limit(LEANING)
    )
    since = now() - FOLLOW_UP
    return next((row.faq_id for row in session.execute(newest) if row.faq_id and row.created_at > since), None)


def _kinds(reasons: list[dict[str, str]]) -> tuple[str, ...]:
    worst_first = sorted(reasons, key=lambda reason: -Level(reason["level"]).rank)
    return tuple(dict.fromkeys(reason["kind"] for reason in worst_first))


def _crisis_told(session: Session, conversation_id: str) -> Level:
    told = session.execute(
        select(Message.level).where(
            Message.conversation_id == conversation_id,
            Message.author == Author.bot,
            Message.level.is_not(None),
            Message.created_at > now() - REPLIED_CRISIS,
        )
    ).scalars()
    return max((Level(level) for level in told if level), key=lambda level: level.rank, default=Level.none)


def finish(turn: Turn, worker: str, replies: list[Reply]) -> bool:
    """Marks the message done and queues its replies, in one transaction.

    Gives False and changes nothing if the lease was lost. If a counsellor has taken over meanwhile, the bot's
    replies are dropped: the bot never speaks while a counsellor owns the conversation. What was ordered by a control
    is done and said all the same, as a notice.
    """
    with transaction() as session:
        conversation = lock_conversation(session, turn.conversation_id)
        if conversation.lease_by != worker:
            return False
        for reply in replies:
            if reply.deed is not None or conversation.owner != Owner.counsellor:
                _add(session, conversation, turn, reply)
        _note_outcome(session, conversation, turn, replies)
        _remind(session, conversation, turn)
        done = update(Inbox).where(Inbox.id == turn.inbox_id).values(state=InboxState.done, done_at=now())
        session.execute(done, execution_options={"synchronize_session": False})
        _release(session, conversation)
        crash.point("before_finish_commit")
    return True


def _add(session: Session, conversation: Conversation, turn: Turn, reply: Reply) -> None:
    author = Author.system if conversation.owner == Owner.counsellor else Author.bot
    if reply.deed is not None:
        reply = reply.deed(session, conversation)
    message = add_outgoing(
        session,
        conversation,
        author,
        reply.text,
        buttons=reply.buttons,
        faq_id=reply.faq_id,
        reply_to=turn.message_key,
        marks={"event": reply.event} if reply.event else None,
    )
    message.level = reply.level
    if reply.is_welcome:
        conversation.welcomed_at = now()


def _note_outcome(session: Session, conversation: Conversation, turn: Turn, replies: list[Reply]) -> None:
    """Keeps what became of a question, for figures and inbox; a cry for help is no question, an exercise no worker."""
    if conversation.owner == Owner.counsellor or turn.level.is_crisis or conversation.drill:
        return
    shown = next((reply for reply in replies if reply.understood != Understood.talked), None)
    if shown is not None:
        asked = Asked(message_id=turn.message_key, conversation_id=conversation.id, outcome=shown.understood)
        asked.topic, asked.faq_id = shown.topic, shown.faq_id
        session.add(asked)


def _remind(session: Session, conversation: Conversation, turn: Turn) -> None:
    """Says every two hours of continuous use that this is a machine; not in a crisis, whose text says so itself."""
    known = [moment for moment in (conversation.active_since, conversation.reminded_at) if moment is not None]
    if conversation.owner == Owner.counsellor or turn.level.is_crisis or not known or now() - max(known) < REMIND_EVERY:
        return
    text = texts.get("machine_reminder")
    add_outgoing(
        session, conversation, Author.bot, text.text, buttons=text.buttons, marks={"event": "machine_reminder"}
    )
    conversation.reminded_at = now()


def _release(session: Session, conversation: Conversation) -> None:
    conversation.pending -= 1
    conversation.attempts = 0
    conversation.lease_until = conversation.lease_by = None
    urgent = conversation.pending > 0 and _crisis_pending(session, conversation.id)
    floods = conversation.pending > settings().max_pending
    conversation.due_at = FRONT_OF_QUEUE if urgent else now() + (FLOOD_PAUSE if floods else timedelta())
    conversation.updated_at = now()


def _crisis_pending(session: Session, conversation_id: str) -> bool:
    session.flush()
    count = session.execute(
        select(func.count())
        .select_from(Inbox)
        .join(Message, Message.id == Inbox.message_id)
        .where(Inbox.conversation_id == conversation_id, Inbox.state == InboxState.pending)
        .where(Message.level.in_([Level.high, Level.imminent]))
    ).scalar_one()
    return count > 0


def release_leases() -> None:
    """Frees all leases: on SQLite only one gateway runs, so at its start every lease is a dead one's."""
    with transaction() as session:
        session.execute(update(Conversation).values(lease_until=None, lease_by=None))
