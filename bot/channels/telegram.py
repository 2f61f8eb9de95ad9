"""Telegram: a webhook or long polling. An update is confirmed only when its message is committed.

The library's own Updater and its example confirm first and handle later, so a kill loses what was in memory;
here `on_message` (the commit) always comes before the 200 or the next offset.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from telegram import Bot, Update
from telegram.error import RetryAfter

from bot.channels import drill
from bot.channels.incoming import Incoming, OnMessage
from bot.channels.telegram_client import account_of, make_bot
from bot.channels.telegram_sender import TelegramSender, seconds_of
from bot.channels.telegram_updates import UNREADABLE, WANTED, parse, readable
from bot.errors import BadInput
from bot.request_body import read_within
from bot.settings import settings

__all__ = ["PATH", "TelegramSender", "make_bot", "parse", "poll", "router", "start"]

log = logging.getLogger(__name__)
PATH = "/webhooks/telegram"
MAX_BODY = 1024 * 1024
POLL_SECONDS = 25
FIRST_PAUSE = 0.5  # seconds; doubled with every failure in a row
LONGEST_PAUSE = 30.0
SHORT = 3  # steps of the pause when storing failed: others must not wait long because of one message
GIVE_UP_BATCH = 3  # this many senders failing in one batch: it is the storage, not a message
PRESS_TIMEOUT = 3.0
T = TypeVar("T")


async def _stored(incoming: Incoming, on_message: OnMessage) -> bool:
    """True when the update may be confirmed: its message is committed, or it can never be accepted."""
    try:
        await on_message(incoming)
    except BadInput as refusal:
        log.warning("telegram update %s refused: %s", incoming.external_id, refusal.code)
    except Exception as error:  # whatever it was: left unconfirmed, the update comes again
        log.error("telegram update %s not stored yet: %s", incoming.external_id, type(error).__name__)
        return False
    return True


# --- webhook


def router(on_message: OnMessage) -> APIRouter:
    """Gives the route Telegram posts to. Any answer but 200 makes Telegram send the update again."""
    routes = APIRouter()

    @routes.post(PATH, include_in_schema=False)
    async def receive(request: Request) -> Response:
        refusal = _refusal(request)
        if refusal is not None:
            return Response(status_code=refusal)
        body = await read_within(request, MAX_BODY)
        if body is None:
            return Response(status_code=413)
        update = _update(body)
        if update is None:
            return Response(status_code=400)
        incoming = parse(update, account_of(settings().telegram_token))
        if incoming is not None:
            seal = request.headers.get(drill.HEADER)
            is_drill = drill.is_sealed(seal, incoming.channel, incoming.sender, incoming.text)
            incoming = replace(incoming, drill=is_drill)
        if incoming is not None and not await _stored(incoming, on_message):
            return Response(status_code=503)
        return JSONResponse(_reply(update))

    return routes


def _refusal(request: Request) -> int | None:
    """The status with which to turn a request away, before its body is read; None to go on."""
    if not settings().telegram_token:
        return 404
    expected = settings().telegram_secret.encode()
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
    if not expected or not hmac.compare_digest(given, expected):
        return 403
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return None if kind == "application/json" else 415


def _update(body: bytes) -> Update | None:
    try:
        return Update.de_json(readable(json.loads(body)), None)
    except UNREADABLE:
        return None


def _reply(update: Update) -> dict[str, str]:
    """The body of the 200: Telegram runs a method named there, which stops the spinner on a button."""
    if update.callback_query is None:
        return {}
    return {"method": "answerCallbackQuery", "callback_query_id": update.callback_query.id}


# --- long polling


@dataclass(frozen=True)
class _Batch:
    """What became of some updates. `offset`: everything before it is committed. `held`: something is not."""

    offset: int | None
    held: bool


async def poll(bot: Bot, on_message: OnMessage, stop: asyncio.Event) -> None:
    """Fetches and stores updates until `stop`; no fault of network, Telegram or storage ends it."""
    offset: int | None = None
    failures = 0
    while not stop.is_set():
        try:
            updates = await _unless(stop, _get(bot, offset))
        except Exception as error:  # whatever the network or the library does, the loop goes on
            failures += 1
            log.warning("telegram polling failed: %s", type(error).__name__)
            await _pause(stop, failures, error)
            continue
        if updates is None:
            return
        batch = await _store_batch(updates, account_of(bot.token), on_message)
        offset = batch.offset
        await _stop_spinners(bot, updates)
        failures = failures + 1 if batch.held else 0
        if batch.held:
            await _pause(stop, min(failures, SHORT))


def _get(bot: Bot, offset: int | None) -> Coroutine[Any, Any, tuple[Update, ...]]:
    return bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=WANTED)


async def _store_batch(updates: Sequence[Update], account: str, on_message: OnMessage) -> _Batch:
    """Stores in order. A message that cannot be stored holds back its sender's later ones, but nobody else's.

    With nothing to store the offset is dropped: all is confirmed by now, and after a quiet week Telegram
    may begin anew at a lower id, which an old offset would hide for ever.
    """
    held: dict[str, int] = {}
    for update in updates:
        incoming = parse(update, account)
        if incoming is None or incoming.sender in held:
            continue
        if not await _stored(incoming, on_message):
            held[incoming.sender] = update.update_id
        if len(held) == GIVE_UP_BATCH:
            break
    if held:
        return _Batch(min(held.values()), held=True)
    return _Batch(updates[-1].update_id + 1 if updates else None, held=False)


async def _stop_spinners(bot: Bot, updates: Sequence[Update]) -> None:
    """Tells the phones that a press has arrived. Best effort: the spinner stops by itself in the end."""
    presses = [update.callback_query.id for update in updates if update.callback_query is not None]
    answers = [bot.answer_callback_query(press, read_timeout=PRESS_TIMEOUT) for press in presses]
    for outcome in await asyncio.gather(*answers, return_exceptions=True):
        if isinstance(outcome, Exception):
            log.info("a press was not confirmed: %s", type(outcome).__name__)


# --- start and stop


async def start(bot: Bot, on_message: OnMessage, stop: asyncio.Event) -> None:
    """Tells Telegram how to deliver, then polls or waits for the webhook until `stop`; closes the client."""
    mode = settings().telegram_mode
    try:
        if await _until_done(stop, lambda: _use_webhook(bot) if mode == "webhook" else _use_polling(bot)):
            log.info("telegram is on: bot %s, %s", account_of(bot.token), mode)
            await (stop.wait() if mode == "webhook" else poll(bot, on_message, stop))
    finally:
        await bot.shutdown()


async def _use_webhook(bot: Bot) -> None:
    await bot.initialize()
    url = settings().public_url.rstrip("/") + PATH
    await bot.set_webhook(
        url, secret_token=settings().telegram_secret, allowed_updates=WANTED, max_connections=1
    )  # keeps order


async def _use_polling(bot: Bot) -> None:
    await bot.initialize()
    await bot.delete_webhook()  # keeps what is waiting


async def _until_done(stop: asyncio.Event, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
    """Repeats the work until Telegram takes it; False when stopped before."""
    failures = 0
    while not stop.is_set():
        try:
            await _unless(stop, work())
        except Exception as error:  # as in poll; its text may hold the token, its class cannot
            failures += 1
            log.warning("telegram cannot be set up: %s", type(error).__name__)
            await _pause(stop, failures, error)
            continue
        return not stop.is_set()
    return False


async def _unless(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """Gives the result of the work, or None when stopped first."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for future in (task, stopping):
            future.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)


async def _pause(stop: asyncio.Event, failures: int, error: Exception | None = None) -> None:
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10))
    if isinstance(error, RetryAfter):
        seconds = max(seconds, seconds_of(error))
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
