"""What the Telegram tests share: a store in place of the database, and the channel's set-up."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from telegram import Bot

from bot.channels import telegram
from bot.channels.incoming import Accepted, Incoming, Outgoing
from bot.errors import DeliveryFailed, XinqiaoError
from bot.settings import settings
from tests.conftest import forget_process_state
from tests.fakes.bot_api import TOKEN, BotApi

SECRET = "correct_horse_battery"
WORKER = 4242
MESSAGE = "0123456789abcdef0123456789abcdef"
PATIENCE = 10.0  # seconds


class Store:
    """Takes messages once each, as the inbox does, and fails as told."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Starts afresh."""
        self.kept: dict[str, Incoming] = {}
        self.calls: Counter[str] = Counter()
        self.faults: dict[str, list[Exception]] = {}  # text → what to raise, once each

    async def on_message(self, incoming: Incoming) -> Accepted:
        """Keeps the message, unless a fault is due."""
        await asyncio.sleep(0)
        self.calls[incoming.external_id] += 1
        if self.faults.get(incoming.text):
            raise self.faults[incoming.text].pop(0)
        duplicate = incoming.external_id in self.kept
        self.kept.setdefault(incoming.external_id, incoming)
        return Accepted(f"m{incoming.external_id}", incoming.sender, duplicate)

    @property
    def texts(self) -> list[str]:
        """What was kept, in order."""
        return [incoming.text for incoming in self.kept.values()]


class StorageDown(XinqiaoError):
    """The disk is full, the database is gone."""


def turn_on(monkeypatch: pytest.MonkeyPatch, api: BotApi, **more: str) -> None:
    """Sets the channel's settings for the simulated server; `more` are settings without the prefix."""
    values = {"telegram_token": TOKEN, "telegram_api_base": api.url, "telegram_secret": SECRET, **more}
    for name, value in values.items():
        monkeypatch.setenv(f"XINQIAO_{name.upper()}", value)
    forget_process_state()


def make_bot() -> Bot:
    """The client of the current settings."""
    bot = telegram.make_bot(settings())
    assert bot is not None
    return bot


async def until(done: Callable[[], Any]) -> None:
    """Waits until it is so; fails after ten seconds."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def run_until(store: Store, done: Callable[[], Any]) -> None:
    """Runs the channel, as the gateway does, until `done`, then stops it."""

    async def main() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(telegram.start(make_bot(), store.on_message, stop))
        try:
            await until(lambda: done() or task.done())
            assert done(), "the channel ended too early"
        finally:
            stop.set()
            await asyncio.wait_for(task, PATIENCE)  # a long poll, which takes longer, must not hold up the end

    asyncio.run(main())


def out(text: str, buttons: tuple[str, ...] = (), parts_sent: int = 0) -> Outgoing:
    return Outgoing(str(WORKER), MESSAGE, text, buttons, parts_sent)


def send(outgoing: Outgoing, timeout: float = 5) -> list[int]:
    """Sends; gives what on_part was told."""
    told: list[int] = []

    async def on_part(count: int) -> None:
        told.append(count)

    async def main() -> None:
        await telegram.TelegramSender(make_bot(), timeout).send(outgoing, on_part)

    asyncio.run(main())
    return told


def failure(outgoing: Outgoing, timeout: float = 5) -> tuple[str, float | None]:
    with pytest.raises(DeliveryFailed) as caught:
        send(outgoing, timeout)
    assert TOKEN not in repr(caught.value)
    return caught.value.code, caught.value.retry_after
