"""Delivering what is in the outbox: in order inside a conversation, at least once, with a dead-letter list."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from bot import crash
from bot.channels.incoming import Outgoing, Sender
from bot.clock import now
from bot.conversation.joining import line_up
from bot.db.models import ChannelIdentity, Conversation, Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import OutboxState
from bot.db.thread import buttons_of, lock_conversation
from bot.errors import DeliveryFailed
from bot.window import window_of

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 20  # with the growing pause, a channel may be away for an hour and a half
LONGEST_PAUSE = 300.0  # seconds
WINDOW_CLOSED = "window"  # how an adapter says that the channel takes nothing until the worker writes again
PAUSE = 0.3  # seconds between looks when there is nothing to do


@dataclass(frozen=True)
class Delivery:
    """A leased outbox row, ready to send."""

    outbox_id: int
    channel: str
    outgoing: Outgoing
    attempts: int


class Postman:
    """Takes due rows and hands them to the channels' senders, several conversations at a time."""

    def __init__(self, senders: Mapping[str, Sender], parallel: int = 4) -> None:
        self._senders = senders
        self._slots = asyncio.Semaphore(parallel)
        self._wake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    def poke(self) -> None:
        """Says that something was just put into the outbox."""
        self._wake.set()

    async def run(self) -> None:
        """Delivers until cancelled."""
        while True:
            await self._slots.acquire()
            delivery = await self._next()
            if delivery is None:
                self._slots.release()
                await self._rest()
                continue
            task = asyncio.create_task(self._deliver(delivery))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), PAUSE)
        self._wake.clear()

    async def _next(self) -> Delivery | None:
        try:
            return await asyncio.to_thread(take, tuple(self._senders))
        except SQLAlchemyError as error:
            log.warning("outbox cannot read the database: %s", type(error).__name__)
            return None

    async def _deliver(self, delivery: Delivery) -> None:
        async def on_part(count: int) -> None:
            await asyncio.to_thread(note_part, delivery.outbox_id, count)

        try:
            crash.point("before_send")
            await self._senders[delivery.channel].send(delivery.outgoing, on_part)
            crash.point("after_send")
            await asyncio.to_thread(note_sent, delivery.outbox_id)
            crash.point("after_sent_commit")
        except DeliveryFailed as failure:
            log.warning("delivery on %s failed: %s", delivery.channel, failure.code)
            await asyncio.to_thread(note_failed, delivery, failure)
        finally:
            self._slots.release()


def take(channels: tuple[str, ...]) -> Delivery | None:
    """Leases the row that is due first: the oldest undelivered one of its conversation."""
    free = tuple(channel for channel in channels if window_of(channel) is None)
    while channels:
        with reading() as session:
            head = session.execute(_due(channels)).scalar()
        if head is None:
            return None
        if head.channel in free:
            return _take_free(free)
        delivery = _take_within_window(head)
        if delivery is not None or not _was_held(head.id):
            return delivery
    return None


def _take_free(channels: tuple[str, ...]) -> Delivery | None:
    with transaction() as session:
        row = session.execute(_due(channels).with_for_update(skip_locked=True, of=Outbox)).scalar()
        return _lease(session, row, [session.get_one(Message, row.message_id)]) if row is not None else None


def _take_within_window(head: Outbox) -> Delivery | None:
    """Leases the row and what is joined to it, or holds it back; the conversation is locked first, as everywhere."""
    with transaction() as session:
        conversation = lock_conversation(session, head.conversation_id)
        mine = _due((head.channel,)).where(Outbox.id == head.id).with_for_update(skip_locked=True, of=Outbox)
        row = session.execute(mine).scalar()
        line = line_up(session, conversation, row) if row is not None else []
        return _lease(session, line[0][0], [message for _, message in line]) if line else None


def _was_held(outbox_id: int) -> bool:
    with reading() as session:
        return session.get_one(Outbox, outbox_id).state == OutboxState.held


def _lease(session: Session, row: Outbox, messages: list[Message]) -> Delivery:
    row.lease_until = now() + LEASE
    row.attempts += 1
    return Delivery(row.id, row.channel, _outgoing(session, row, messages), row.attempts)


def _due(channels: tuple[str, ...]) -> Select[Outbox]:
    earlier = aliased(Outbox)
    blocked = exists().where(
        earlier.conversation_id == Outbox.conversation_id,
        earlier.id != Outbox.id,
        or_(earlier.id < Outbox.id, earlier.lease_until >= now()),  # what was held comes back behind one under way
        earlier.state == OutboxState.pending,
    )
    free = or_(Outbox.lease_until.is_(None), Outbox.lease_until < now())
    return (
        select(Outbox)
        .where(Outbox.state == OutboxState.pending, Outbox.not_before <= now(), free, ~blocked)
        .where(Outbox.channel.in_(channels))
        .order_by(Outbox.id)
        .limit(1)
    )


def _outgoing(session: Session, row: Outbox, messages: list[Message]) -> Outgoing:
    """One message, of one text or of several joined; buttons are those under the last."""
    address = session.execute(
        select(ChannelIdentity.external_id)
        .join(Conversation, Conversation.identity_id == ChannelIdentity.id)
        .where(Conversation.id == row.conversation_id)
    ).scalar_one()
    titles = tuple(button.title for button in buttons_of(messages[-1]))
    text = "\n".join(message.body for message in messages)
    return Outgoing(address, messages[-1].public_id, text, titles, row.parts_sent)


def note_part(outbox_id: int, count: int) -> None:
    """Keeps how many parts went out, so that a retry does not repeat them."""
    with transaction() as session:
        session.get_one(Outbox, outbox_id).parts_sent = count


def note_sent(outbox_id: int) -> None:
    """Marks a row as delivered, and what went out joined to it."""
    with transaction() as session:
        row = session.get_one(Outbox, outbox_id)
        row.state, row.sent_at, row.lease_until = OutboxState.sent, now(), None
        joined = update(Outbox).where(Outbox.joined_to == outbox_id, Outbox.state == OutboxState.pending)
        session.execute(joined.values(state=OutboxState.sent, sent_at=row.sent_at))


def note_failed(delivery: Delivery, failure: DeliveryFailed) -> None:
    """Plans another try, or moves the row to the dead-letter list when there is no hope."""
    with transaction() as session:
        row = session.get_one(Outbox, delivery.outbox_id)
        row.error_code, row.lease_until = failure.code[:60], None
        if failure.code == WINDOW_CLOSED:  # the channel knows better than our count
            row.state = OutboxState.held
            return
        if failure.retry_after is None or row.attempts >= MAX_ATTEMPTS:
            row.state = OutboxState.dead
            return
        pause = failure.retry_after
        if failure.code == "retry_after":  # the peer asked for a pause; that is no failed attempt
            row.attempts -= 1
        else:
            pause = max(pause, min(2.0**row.attempts, LONGEST_PAUSE))
        row.not_before = now() + timedelta(seconds=pause)


def release_leases() -> None:
    """Frees the leases of a gateway that died; for the start of the only gateway on SQLite."""
    with transaction() as session:
        for row in session.execute(select(Outbox).where(Outbox.lease_until.is_not(None))).scalars():
            row.lease_until = None
