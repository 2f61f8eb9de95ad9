"""Asking the Rasa engine, with a deadline. Anything but a usable answer is EngineUnavailable."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.errors import EngineUnavailable
from bot.level import Level
from bot.settings import settings


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


@dataclass(frozen=True)
class Answer:
    """What the engine said: Rasa messages, and what it understood."""

    messages: tuple[dict[str, Any], ...]
    nlu: dict[str, Any] = field(default_factory=dict)


class Engine:
    """A client of one engine. Safe to share between tasks; close it at the end."""

    def __init__(self, url: str | None = None, timeout: float | None = None) -> None:
        self.url = url or f"http://127.0.0.1:{settings().engine_port}"
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=3)
        self._timeout = settings().engine_timeout if timeout is None else timeout
        self._client = httpx.AsyncClient(timeout=self._timeout, limits=limits, trust_env=False)

    async def ask(self, question: Question) -> Answer:
        """Gives the engine's answer. Raises EngineUnavailable when it is silent, slow, empty, wrong or down."""
        try:
            response = await self._client.post(
                f"{self.url}/webhooks/gateway/webhook",
                content=_body(question),
                headers={"X-Xinqiao-Secret": settings().engine_secret, "Content-Type": "application/json"},
            )
            body = response.json() if response.status_code == 200 else {}
        except (httpx.HTTPError, ValueError):
            raise EngineUnavailable("no answer") from None
        messages = tuple(body.get("messages") or ())
        if not messages:
            raise EngineUnavailable("empty answer")
        return Answer(messages, body.get("nlu") or {})

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


def _body(question: Question) -> bytes:
    metadata = {
        "message_id": question.message_id,
        "level": question.level.value,
        "kind": question.kind,
        "channel": question.channel,
        "payload": question.payload,
    }
    body = {"sender": question.conversation_id, "message": question.text, "metadata": metadata}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
