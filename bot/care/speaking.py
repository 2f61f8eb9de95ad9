"""What a counsellor says to a worker: once for each press, and once more when it could not be delivered."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot import audit, texts
from bot.care import links
from bot.care.company import must_speak
from bot.care.panel import about
from bot.clock import now
from bot.db.models import CareCase, Conversation, Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, OutboxState
from bot.db.thread import add_outgoing, lock_conversation
from bot.db.thread_models import ReplyKey
from bot.errors import BadInput, NotAllowedNow, NotFound

MAX_REPLY = 4000


def reply(conversation_id: str, staff_id: str, text: str, key: str | None = None) -> str:
    """Sends a counsellor's words; gives the message's public id. Raises NotAllowedNow unless they may speak here.

    The same `key` again gives the message that it sent the first time, whoever has the conversation by now.
    """
    text = text.strip()
    if not text or len(text) > MAX_REPLY:
        raise BadInput(f"a reply has 1 to {MAX_REPLY} characters")
    with transaction() as session:
        conversation = lock_conversation(session, conversation_id)
        sent = _sent_before(session, conversation, staff_id, key, text)
        if sent is not None:
            return sent.public_id
        must_speak(session, conversation, staff_id)
        _mark_change(session, conversation, staff_id)
        message = add_outgoing(session, conversation, Author.counsellor, text, staff_id=staff_id)
        if key is not None:
            session.add(ReplyKey(staff_id=staff_id, key=key, message_id=message.id))
        audit.record(session, audit.Action.replied, staff_id, about(session, conversation_id))
        return message.public_id


def _sent_before(
    session: Session, conversation: Conversation, staff_id: str, key: str | None, text: str
) -> Message | None:
    known = session.get(ReplyKey, (staff_id, key)) if key is not None else None
    if known is None:
        return None
    message = session.get_one(Message, known.message_id)
    if message.conversation_id != conversation.id or message.body not in (text, ""):  # empty: erased meanwhile
        raise BadInput("the key stands for another reply")
    return message


def _mark_change(session: Session, conversation: Conversation, staff_id: str) -> None:
    """Tells the worker that somebody else speaks from now on; nothing if nobody has spoken since a person came."""
    came = select(func.max(CareCase.claimed_at)).where(links.has_conversation(conversation.id)).scalar_subquery()
    last = select(Message.staff_id).where(
        Message.conversation_id == conversation.id, Message.author == Author.counsellor, Message.created_at >= came
    )
    speaker = session.execute(last.order_by(Message.id.desc()).limit(1)).scalar()
    if speaker not in (None, staff_id):
        event = "counsellor_changed"
        add_outgoing(session, conversation, Author.system, texts.get(event).text, marks={"event": event})


def check_speaker(conversation_id: str, staff_id: str) -> None:
    """Raises NotAllowedNow unless this person may speak here now, NotFound where there is no such conversation."""
    with reading() as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFound("no such conversation")
        must_speak(session, conversation, staff_id)


def send_again(conversation_id: str, staff_id: str, message_id: int) -> None:
    """Puts a counsellor's message that could not be delivered back in line; what of it went out is not repeated.

    Raises NotFound for another kind of message, NotAllowedNow when it is no longer given up.
    """
    with transaction() as session:
        row = _row_in(OutboxState.dead, session, conversation_id, staff_id, message_id)
        row.state, row.attempts, row.not_before, row.error_code = OutboxState.pending, 0, now(), None
        audit.record(session, audit.Action.sent_again, staff_id, about(session, conversation_id))


def withdraw(conversation_id: str, staff_id: str, message_id: int) -> None:
    """Takes back a counsellor's message that waits for the worker to write.

    Raises NotFound for another kind of message, NotAllowedNow when it does not wait any more.
    """
    with transaction() as session:
        row = _row_in(OutboxState.held, session, conversation_id, staff_id, message_id)
        row.state = OutboxState.withdrawn
        audit.record(session, audit.Action.reply_withdrawn, staff_id, about(session, conversation_id))


def _row_in(state: OutboxState, session: Session, conversation_id: str, staff_id: str, message_id: int) -> Outbox:
    """The delivery of a counsellor's message, if it is in this state and this person may speak here."""
    must_speak(session, lock_conversation(session, conversation_id), staff_id)
    row = session.execute(_outbox_of(conversation_id, message_id).with_for_update(of=Outbox)).scalar_one_or_none()
    if row is None:
        raise NotFound("no such message of a counsellor")
    if row.state != state:
        raise NotAllowedNow(f"it is not {state.value} any more")
    return row


def _outbox_of(conversation_id: str, message_id: int) -> Select[Outbox]:
    return (
        select(Outbox)
        .join(Message, Message.id == Outbox.message_id)
        .where(Message.id == message_id, Message.conversation_id == conversation_id)
        .where(Message.author == Author.counsellor)
    )
