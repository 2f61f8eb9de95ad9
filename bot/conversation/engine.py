"""Asking the Rasa engine, with a deadline. Anything but a usable answer is EngineUnavailable."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot import upstream
from bot.errors import EngineUnavailable
from bot.level import Level
from bot.settings import settings

FORGET_LIMIT = 1.0  # seconds; it is tried again later


@dataclass(frozen=True)
class Question:
    """One turn for the engine. `payload` marks an intent of ours; a person's text is never sent as one."""

    conversation_id: str
    message_id: str
    text: str
    level: Level
    kind: str
    channel: str
    payload: bool = False
    last_faq: str | None = None  # answered last in this conversation, not long ago


@dataclass(frozen=True)
class Answer:
    """What the engine said: Rasa messages, and what it understood."""

    messages: tuple[dict[str, Any], ...]
    nlu: dict[str, Any] = field(default_factory=dict)


class Engine:
    """A client of the engine that serves at the moment, or of the one at `url`; asked anew at each call.

    Safe to share between tasks of one event loop; close it at the end.
    """

    def __init__(self, url: str | None = None, timeout: float | None = None) -> None:
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=settings().engine_timeout if timeout is None else timeout)
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, question: Question) -> Answer:
        """Gives the engine's answer. Raises EngineUnavailable when it is silent, slow, empty, wrong or down."""
        try:
            body = await self._post("webhook", _body(question))
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise EngineUnavailable("no answer") from None
        messages = tuple(body.get("messages") or ())
        if not messages:
            raise EngineUnavailable("empty answer")
        return Answer(messages, body.get("nlu") or {})

    async def forget(self, conversation_id: str) -> None:
        """Drops what the engine remembers of a conversation. Raises EngineUnavailable."""
        body = json.dumps({"sender": conversation_id}).encode()
        try:
            found = await asyncio.wait_for(self._post("forget", body), FORGET_LIMIT)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise EngineUnavailable("no answer") from None
        if not found.get("forgotten"):
            raise EngineUnavailable("not forgotten")

    async def _post(self, route: str, body: bytes) -> dict[str, Any]:
        headers = {"X-Xinqiao-Secret": settings().engine_secret, "Content-Type": "application/json"}
        url = f"{self._url or upstream.url()}/webhooks/gateway/{route}"
        async with self._open().post(url, data=body, headers=headers) as response:
            answer = await response.read()
            return dict(json.loads(answer)) if response.status == 200 else {}

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=3)  # Sanic closes idle ones after 5 s
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()


def _body(question: Question) -> bytes:
    metadata = {
        "message_id": question.message_id,
        "level": question.level.value,
        "kind": question.kind,
        "channel": question.channel,
        "payload": question.payload,
        "last_faq": question.last_faq,
    }
    body = {"sender": question.conversation_id, "message": question.text, "metadata": metadata}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
