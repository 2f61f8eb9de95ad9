"""Accepting a message: assessed, stored, alerted in one transaction. The commit is the acknowledgement."""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import crash, triage
from bot.care import codes, night
from bot.channels.incoming import Accepted, Incoming
from bot.clock import now
from bot.conversation.commands import COMMANDS
from bot.db.base import new_id
from bot.db.encryption import lookup_hash
from bot.db.models import ChannelIdentity, Conversation, Inbox, Message, Person
from bot.db.session import reading, transaction
from bot.db.states import Author
from bot.db.window import let_go
from bot.errors import BadInput, Busy, TooMany
from bot.level import Level, max_level
from bot.settings import settings
from bot.triage import Assessment, Earlier
from bot.triage.context import MOST
from bot.window import window_of

log = logging.getLogger(__name__)
BREAK = timedelta(minutes=30)  # without a message, which ends a continuous use
FRONT_OF_QUEUE = datetime(2000, 1, 1, tzinfo=UTC)


def accept(incoming: Incoming) -> Accepted:
    """Stores a delivery once and gives its receipt; a repeated delivery gives the first receipt again.

    Raises BadInput for an unusable message and TooMany when the sender has too much unanswered; then nothing is stored.
    """
    _check(incoming)
    before = _read_before(incoming)
    assessment = assess_safely(incoming, before)
    for _ in range(2):  # a second try when another process created the same sender at the same moment
        try:
            with transaction() as session:
                accepted = _store(session, incoming, assessment, before)
            crash.point("after_inbox_commit")
            return accepted
        except IntegrityError:
            continue
    raise Busy("could not be stored")


def _check(incoming: Incoming) -> None:
    if len(incoming.text) > settings().max_text * 10:
        raise BadInput("text is too long")
    if len(incoming.external_id) > 128 or not incoming.external_id or not incoming.sender:
        raise BadInput("ids are missing or too long")
    if incoming.command is not None and incoming.command not in COMMANDS:
        raise BadInput("unknown command")


def _read_before(incoming: Incoming) -> list[Message]:
    with reading() as session:
        conversation_id = session.execute(_of_sender(incoming).with_only_columns(Conversation.id)).scalar()
        return _before(session, conversation_id) if conversation_id else []


def _before(session: Session, conversation_id: str) -> list[Message]:
    """The worker's last messages, newest first."""
    own = (Message.conversation_id == conversation_id, Message.author == Author.worker)
    return list(session.execute(select(Message).where(*own).order_by(Message.id.desc()).limit(MOST)).scalars())


def assess_safely(incoming: Incoming, before: Sequence[Message] = ()) -> Assessment:
    """Triage that cannot fail: a text it cannot assess is shown to a person rather than passed over."""
    earlier = [Earlier(_readable(row.body), row.level or Level.none, row.created_at) for row in reversed(before)]
    try:
        assessment = triage.assess_after(earlier, _readable(incoming.text), now())
    except Exception as error:  # whatever is wrong in triage, the worker must not be lost by it
        log.error("triage failed: %s", type(error).__name__)
        assessment = Assessment(level=Level.high, score=1.0, reasons=())
    forced = COMMANDS[incoming.command].level if incoming.command else Level.none
    if forced.rank <= assessment.level.rank:
        return assessment
    return Assessment(level=forced, score=1.0, reasons=assessment.reasons)


def _readable(text: str) -> str:
    """The text for triage: of a receipt code the code alone, in which no cry for help can be read by chance."""
    return codes.alone(text) or text


def _store(session: Session, incoming: Incoming, assessment: Assessment, before: Sequence[Message]) -> Accepted:
    conversation = _conversation_of(session, incoming)
    known = session.execute(
        select(Message.public_id)
        .join(Inbox, Inbox.message_id == Message.id)
        .where(
            Inbox.channel == incoming.channel,
            Inbox.account == incoming.account,
            Inbox.external_id == incoming.external_id,
        )
    ).scalar()
    if known is not None:
        return Accepted(known, conversation.id, duplicate=True)
    newest = _before(session, conversation.id)
    if [row.id for row in newest] != [row.id for row in before]:  # another piece came in at the same moment
        assessment = assess_safely(incoming, newest)
    full = conversation.pending >= settings().max_pending and incoming.channel == "web"
    if full and not assessment.level.is_crisis:
        raise TooMany("too many unanswered messages")
    _note_use(conversation, newest)
    if window_of(conversation.channel):
        let_go(session, conversation.id)
    message = _add_message(session, conversation, incoming, assessment)
    crash.point("before_inbox_commit")
    return Accepted(message.public_id, conversation.id, duplicate=False)


def _note_use(conversation: Conversation, newest: Sequence[Message]) -> None:
    """After a break the two hours begin anew, after which the bot says again that it is a machine."""
    if not newest or conversation.active_since is None or now() - newest[0].created_at > BREAK:
        conversation.active_since = now()


def _conversation_of(session: Session, incoming: Incoming) -> Conversation:
    """Finds the sender's conversation and locks it; makes person, identity and conversation for a new sender."""
    found = session.execute(_of_sender(incoming).with_for_update(of=Conversation)).scalar_one_or_none()
    if found is not None and found.drill and not incoming.drill:
        found.drill = False  # somebody really writes here: never take that for an exercise
    return found or _new_conversation(session, incoming)


def _of_sender(incoming: Incoming) -> Select[Conversation]:
    return (
        select(Conversation)
        .join(ChannelIdentity, ChannelIdentity.id == Conversation.identity_id)
        .where(
            ChannelIdentity.channel == incoming.channel,
            ChannelIdentity.account == incoming.account,
            ChannelIdentity.external_hash == _key(incoming),
        )
    )


def _key(incoming: Incoming) -> str:
    return lookup_hash(incoming.channel, incoming.account, incoming.sender)


def _new_conversation(session: Session, incoming: Incoming) -> Conversation:
    person = Person(id=new_id(), pseudonym="")
    person.pseudonym = f"{'演练' if incoming.drill else '职工'}-{person.id[:6].upper()}"
    identity = ChannelIdentity(
        id=new_id(),
        person_id=person.id,
        channel=incoming.channel,
        account=incoming.account,
        external_hash=_key(incoming),
        external_id=incoming.sender,
    )
    conversation = Conversation(
        id=new_id(),
        identity_id=identity.id,
        person_id=person.id,
        channel=incoming.channel,
        pending=0,
        drill=incoming.drill,
    )
    for row in (person, identity, conversation):
        session.add(row)
        session.flush()
    return conversation


def _add_message(session: Session, conversation: Conversation, incoming: Incoming, assessment: Assessment) -> Message:
    message = Message(
        conversation_id=conversation.id,
        author=Author.worker,
        body=incoming.text,
        extra=_extra(incoming),
        level=assessment.level,
        reasons=json.dumps([asdict(reason) for reason in assessment.reasons], ensure_ascii=False),
    )
    session.add(message)
    session.flush()
    session.add(
        Inbox(
            channel=incoming.channel,
            account=incoming.account,
            external_id=incoming.external_id,
            conversation_id=conversation.id,
            message_id=message.id,
        )
    )
    if assessment.level.is_crisis:
        night.alert(session, conversation, message, assessment.level)
    _make_due(conversation, assessment.level)
    session.flush()
    return message


def _extra(incoming: Incoming) -> str:
    press = asdict(incoming.press) if incoming.press else None
    return json.dumps({"form": incoming.form, "press": press, "command": incoming.command})


def _make_due(conversation: Conversation, level: Level) -> None:
    if level.is_crisis:
        conversation.due_at = FRONT_OF_QUEUE
    elif conversation.pending == 0:
        conversation.due_at = now()
    conversation.pending += 1
    conversation.level = max_level(conversation.level, level)
    conversation.updated_at = now()


def is_blank(text: str) -> bool:
    """True when nothing in the text can be seen: only spaces, controls and invisible characters."""
    return all(unicodedata.category(char) in ("Cf", "Cc", "Zs", "Mn", "Zl", "Zp") for char in text)
