"""Sending on Telegram: plain text in parts, buttons under the last one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.channels.incoming import Outgoing
from bot.errors import DeliveryFailed

MAX_UNITS = 4000  # UTF-16 units; Telegram takes 4096
SEND_TIMEOUT = 10.0
NETWORK_PAUSE = 3.0  # seconds until a send whose fate is unknown is repeated: twice is better than never
FAULT_PAUSE = 60.0  # for what the operator must put right, such as a revoked token

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_ENDS = (re.compile(r"\n"), re.compile(r"[。！？!?；;…][”’」』）)]*|\.(?=\s)"), re.compile(r"[，、,\s]"))
_JOINED = re.compile(r"[\u0300-\u036f\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found", "chat_id is empty")


def units(text: str) -> int:
    """Gives the length as Telegram counts it."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, limit: int = MAX_UNITS) -> list[str]:
    """Gives the text in parts of at most `limit` units, cut behind a line, else a sentence, else a word."""
    clean = text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be sent
    return [part for part in _cut(clean, limit) if part.strip()]


def _cut(text: str, limit: int) -> Iterator[str]:
    while units(text) > limit:
        end = _cut_at(text, _longest(text, limit))
        yield text[:end]
        text = text[end:]
    yield text


def _longest(text: str, limit: int) -> int:
    """How many characters fit into the limit."""
    used = 0
    for index, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _cut_at(text: str, longest: int) -> int:
    """The best place to cut in the second half of what fits."""
    for end in _ENDS:
        places = [match.end() for match in end.finditer(text, longest // 2, longest)]
        if places:
            return places[-1]
    place = longest
    while place > longest // 2 and (_JOINED.match(text, place) or text[place - 1] == "\u200d"):
        place -= 1  # an emoji made of several characters stays whole
    return place


@dataclass(frozen=True)
class TelegramSender:
    """Delivers to a private chat, at least once."""

    bot: Bot
    timeout: float = SEND_TIMEOUT

    async def send(self, outgoing: Outgoing, on_part: Callable[[int], Awaitable[None]]) -> None:
        """Sends the parts that are left, calling `on_part` after each. Raises DeliveryFailed."""
        parts = split(outgoing.text)
        for index in range(outgoing.parts_sent, len(parts)):
            is_last = index == len(parts) - 1
            await self._send_part(outgoing.address, parts[index], _keyboard(outgoing) if is_last else None)
            await on_part(index + 1)

    async def show_typing(self, address: str) -> None:
        """Shows for five seconds that a person is typing. Raises DeliveryFailed."""
        try:
            await self.bot.send_chat_action(address, ChatAction.TYPING, read_timeout=self.timeout)
        except TelegramError as error:
            raise _failure(error) from None

    async def _send_part(self, address: str, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        try:
            await self.bot.send_message(
                address,
                text,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
                read_timeout=self.timeout,
            )
        except TelegramError as error:
            raise _failure(error) from None  # the library's messages may hold URLs, and so the token


def _keyboard(outgoing: Outgoing) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(title, callback_data=f"{outgoing.message_id}:{index}")]
        for index, title in enumerate(outgoing.buttons)
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def _failure(error: TelegramError) -> DeliveryFailed:
    """What went wrong, and whether it can pass. To the library BadRequest is a NetworkError: ask it first."""
    if isinstance(error, RetryAfter):
        return DeliveryFailed("retry_after", seconds_of(error))
    if isinstance(error, Forbidden | ChatMigrated):
        return DeliveryFailed("blocked")
    if isinstance(error, BadRequest):
        gone = any(sign in error.message.lower() for sign in _GONE)
        return DeliveryFailed("blocked" if gone else "rejected")
    if isinstance(error, NetworkError):
        return DeliveryFailed("network", NETWORK_PAUSE)
    return DeliveryFailed("telegram", FAULT_PAUSE)


def seconds_of(error: RetryAfter) -> float:
    """Gives the seconds to wait; the library is moving from int to timedelta."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
