"""The one way into the engine: POST /webhooks/gateway/webhook, for the gateway alone.

Unlike Rasa's REST channel it demands a secret, never answers 200 for a turn that failed, and says what was
understood. It logs no text. A session whose start failed (the action server is down) is begun without it and the
turn run again: questions are answered all the same, and the notice is said by the channel.
"""

from __future__ import annotations

import asyncio
import gc
import hmac
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.nlu import quiet
from bot.nlu.replies import ERROR, also_answered, item_of, nlu_block
from bot.nlu.text import is_payload
from bot.nlu.tracker_rows import TrackerRows, TrackerUnavailable
from bot.nlu.tracker_store import begin_session
from bot.nlu.turn import Turn, current, failed_actions, heard_by, understood

logger = logging.getLogger(__name__)

HEADER = "X-Xinqiao-Secret"
MAX_CHARS = 4000
MIN_SECRET = 16
TURN_SECONDS = 8.0
"""Longer than the gateway waits: it bounds what a hanging action server can hold (Rasa itself waits 300 s)."""

WELCOME = {"custom": {"text": "welcome"}}

_PAYLOAD = re.compile(r'/[a-z_]+(\{("[a-z]+": ?"[\w.-]*"(, ?)?)*\})?')
"""What our buttons stand for: an intent and, maybe, entities that are plain names."""

Handler = Callable[[UserMessage], Awaitable[Any]]


class Refused(Exception):
    """A request that is answered with a code instead of a turn."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Collector(OutputChannel):
    """Collects each message of a turn as one item {text?, buttons?, custom?}."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Return the name responses may be restricted to."""
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the message."""
        self.items.append(message)


class GatewayChannel(InputChannel):
    """Rasa's input channel; credentials.yml gives it the secret."""

    def __init__(self, secret: str) -> None:
        if len(secret) < MIN_SECRET or "${" in secret:
            self.raise_missing_credentials_exception()
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        """Return the name in the URL."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayChannel:
        """Return the channel; raise RasaException without a secret."""
        quiet.strip_tracebacks()
        return cls(str((credentials or {}).get("secret") or ""))

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("gateway_channel", __name__)

        @routes.listener("after_server_start")
        async def settle(*_: Any) -> None:
            gc.collect()
            gc.freeze()  # the model and TensorFlow stay for good: the collector need not look through them

        @routes.route("/health", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            ready = agent is not None and agent.is_ready()
            body = {"ready": ready, "model": agent.model_id if ready else None}
            return response.json(body, status=200 if ready else 503)

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda: self._turn(request, on_new_message))

        @routes.route("/forget", methods=["POST"])
        async def forget(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda: self._forget(request))

        return routes

    async def _answer(self, request: Request, work: Callable[[], Awaitable[dict[str, Any]]]) -> HTTPResponse:
        """Return the work's result, or the code of whatever stopped it."""
        try:
            self._check_secret(request)
            return response.json(await work())
        except Refused as refused:
            return response.json({"error": refused.code}, status=refused.status)
        except TrackerUnavailable:
            return response.json({"error": "tracker_unavailable"}, status=503)
        except asyncio.TimeoutError:
            return response.json({"error": "timeout"}, status=504)
        except Exception as error:  # the gateway must get a code for anything; the text stays out of log and body
            logger.error("turn failed: %s", type(error).__name__)
            return response.json({"error": "engine_failed"}, status=500)

    def _check_secret(self, request: Request) -> None:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret):
            raise Refused(401, "unauthorized")

    async def _forget(self, request: Request) -> dict[str, Any]:
        TrackerRows.from_environment().delete(_required(_body(request), "sender"))
        return {"forgotten": True}

    async def _turn(self, request: Request, on_new_message: Handler) -> dict[str, Any]:
        _agent(request)
        body = _body(request)
        message = self._message(body)
        turn = await _run(on_new_message, message)
        if ACTION_SESSION_START_NAME not in failed_actions(turn.events()):
            return _result(message, turn)
        begin_session(message.sender_id)
        message = self._message(body)
        again = _result(message, await _run(on_new_message, message))
        return {**again, "messages": [WELCOME, *again["messages"]], "failed_actions": [ACTION_SESSION_START_NAME]}

    def _message(self, body: dict[str, Any]) -> UserMessage:
        text, metadata = _required(body, "message").strip(), body.get("metadata") or {}
        if not isinstance(metadata, dict) or not text:
            raise Refused(400, "bad_request")
        if len(text) > MAX_CHARS:
            raise Refused(413, "too_long")
        if is_payload(text) and not (metadata.get("payload") is True and _PAYLOAD.fullmatch(text)):
            raise Refused(400, "payload_not_allowed")
        return UserMessage(
            text,
            Collector(),
            _required(body, "sender"),
            input_channel=self.name(),
            message_id=str(metadata.get("message_id") or ""),
            metadata=metadata,
        )


def _agent(request: Request) -> Any:
    agent = getattr(request.app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        raise Refused(503, "not_ready")
    return agent


async def _run(on_new_message: Handler, message: UserMessage) -> Turn:
    """Run one turn and return what the tracker store saw of it."""
    turn = Turn()
    token = current.set(turn)
    try:
        await asyncio.wait_for(on_new_message(message), TURN_SECONDS)
    finally:
        current.reset(token)
    return turn


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except Exception:  # Sanic raises its own error for broken JSON, whose body would quote the text
        raise Refused(400, "bad_request") from None
    if not isinstance(body, dict):
        raise Refused(400, "bad_request")
    return body


def _required(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, "bad_request")
    return value


def _result(message: UserMessage, turn: Turn) -> dict[str, Any]:
    """Return the body of a good turn; raise Refused if an action failed, nothing was said or the tracker was lost."""
    events = turn.events()
    said = understood(events)
    if said is None:
        raise Refused(502, "no_tracker")
    items = [item_of(item, said.parse_data) for item in message.output_channel.items]
    if any("faq" in item.get("custom", {}) for item in items):
        items += also_answered(said.parse_data)
    failed = failed_actions(events)
    if failed or any(ERROR in item.get("custom", {}) for item in items):
        logger.error("action failed: %s", ", ".join(failed) or "reported by the action server")
        raise Refused(502, "action_failed")
    if not items:
        raise Refused(502, "no_reply")
    nlu = {**nlu_block(said.parse_data), "form": heard_by(events)}
    return {"message_id": message.message_id, "messages": items, "nlu": nlu}
