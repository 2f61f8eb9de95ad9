"""Carries typing signs out of this process: to the other gateways on PostgreSQL, and to channels that can show them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol, runtime_checkable

from psycopg import AsyncConnection, Error
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.db.base import new_id
from bot.db.models import ChannelIdentity, Conversation
from bot.db.session import engine, reading, transaction
from bot.errors import DeliveryFailed
from bot.typing_sign import Side, Sign, TypingSigns

log = logging.getLogger(__name__)
TOPIC = "xinqiao_typing"
PAUSE = 2.0  # seconds until a lost line is tried again
MOST_AT_ONCE = 20  # signs under way; more are dropped, for a late one is worth nothing


@runtime_checkable
class ShowsTyping(Protocol):
    """A sender whose channel can show that a person is typing."""

    async def show_typing(self, address: str) -> None:
        """Shows it for some seconds. Raises DeliveryFailed."""


class TypingRelay:
    """One a gateway; hears what the others say, and says what is given here."""

    def __init__(self, signs: TypingSigns, senders: Mapping[str, object]) -> None:
        self._signs, self._senders = signs, senders
        self._me = new_id()
        self._under_way: set[asyncio.Task[None]] = set()
        signs.carry(self._carry)

    def _carry(self, sign: Sign) -> None:
        if engine().dialect.name == "postgresql":
            self._start(self._tell(sign))
        if sign.side == Side.staff and any(isinstance(one, ShowsTyping) for one in self._senders.values()):
            self._start(self._show_outside(sign))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._under_way) >= MOST_AT_ONCE:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _tell(self, sign: Sign) -> None:
        try:
            await asyncio.to_thread(_notify, f"{self._me} {sign.conversation_id} {sign.side}")
        except SQLAlchemyError as error:
            log.warning("a typing sign was not carried on: %s", type(error).__name__)

    async def _show_outside(self, sign: Sign) -> None:
        try:
            channel, address = await asyncio.to_thread(_address, sign.conversation_id)
            sender = self._senders.get(channel)
            if isinstance(sender, ShowsTyping):
                await sender.show_typing(address)
        except (SQLAlchemyError, DeliveryFailed) as error:
            log.info("a typing sign was not shown: %s", type(error).__name__)

    async def run(self) -> None:
        """Listens until cancelled. On SQLite there is no other gateway to hear."""
        while engine().dialect.name == "postgresql":
            try:
                await self._listen()
            except (Error, OSError) as error:
                log.warning("typing signs of other gateways are not heard: %s", type(error).__name__)
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        url = engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with await AsyncConnection.connect(url, autocommit=True) as line:
            await line.execute(f"LISTEN {TOPIC}")
            async for heard in line.notifies():
                self._hear(heard.payload)

    def _hear(self, payload: str) -> None:
        sender, conversation_id, side = payload.split(" ")
        if sender != self._me:
            self._signs.show(Sign(conversation_id, Side(side)))


def _notify(payload: str) -> None:
    with transaction() as session:
        session.execute(select(func.pg_notify(TOPIC, payload)))


def _address(conversation_id: str) -> tuple[str, str]:
    rows = select(Conversation.channel, ChannelIdentity.external_id)
    rows = rows.join(ChannelIdentity, ChannelIdentity.id == Conversation.identity_id)
    with reading() as session:
        channel, address = session.execute(rows.where(Conversation.id == conversation_id)).one()
    return channel, address
