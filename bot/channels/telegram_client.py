"""The Bot API client: python-telegram-bot's `Bot` and nothing else of it, set up so that it leaks nothing."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.channels.telegram_updates import readable
from bot.errors import ConfigError
from bot.settings import Settings

OFFICIAL = "https://api.telegram.org"
READ_TIMEOUT = 10.0  # seconds, on top of the long poll's own time
_TOKEN = re.compile(r"\d{1,20}:[\w-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class QuietRequest(HTTPXRequest):
    """Answers of the Bot API, read without logging them and with every update made readable."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Gives the answer. The library's own version logs a broken one, which may hold a worker's words."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or not answer.keys() & {"result", "description"}:
            raise TelegramError("invalid server response")
        if isinstance(answer.get("result"), list):
            answer["result"] = [_made_readable(row) for row in answer["result"]]
        return answer


def _made_readable(row: Any) -> Any:
    return readable(row) if isinstance(row, dict) and "update_id" in row else row


def make_bot(settings: Settings) -> Bot | None:
    """Gives the client; None when no token is set, which turns Telegram off. Raises ConfigError.

    It can send at once; `telegram.start` closes it at the end.
    """
    if not settings.telegram_token:
        return None
    _check(settings)
    for name in ("httpx", "httpcore", "telegram"):  # at INFO and DEBUG they print the token and the messages
        logging.getLogger(name).setLevel(logging.WARNING)
    base = settings.telegram_api_base.rstrip("/") or OFFICIAL
    return Bot(
        settings.telegram_token,
        base_url=f"{base}/bot",
        request=_request(settings),
        get_updates_request=_request(settings),
    )


def _request(settings: Settings) -> QuietRequest:
    # Telegram may only be reachable through the system's proxy; a server of our own is reached directly
    direct = bool(settings.telegram_api_base)
    return QuietRequest(read_timeout=READ_TIMEOUT, httpx_kwargs={"trust_env": not direct})


def _check(settings: Settings) -> None:
    if not _TOKEN.fullmatch(settings.telegram_token):
        raise ConfigError("XINQIAO_TELEGRAM_TOKEN is not a bot token (digits, a colon, letters)")
    if settings.telegram_mode not in ("polling", "webhook"):
        raise ConfigError("XINQIAO_TELEGRAM_MODE must be polling or webhook")
    if settings.telegram_mode == "polling":
        return
    if not _SECRET.fullmatch(settings.telegram_secret):
        raise ConfigError("XINQIAO_TELEGRAM_SECRET must be 16 to 256 letters or digits for webhook mode")
    if not settings.public_url.startswith("https://") and not settings.telegram_api_base:
        raise ConfigError("XINQIAO_PUBLIC_URL must begin with https:// for webhook mode")


def account_of(token: str) -> str:
    """Gives the bot's id, which is the first part of its token; known without asking the network."""
    return token.partition(":")[0]
