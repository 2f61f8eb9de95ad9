"""A simulated Telegram Bot API server: it keeps updates until they are confirmed, and fails as scripted."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.server import serving

TOKEN = "123456:TEST-token_of_nobody"
Json = dict[str, Any]
LOOK = 0.01  # seconds between looks of a long poll


@dataclass(frozen=True)
class Fault:
    """How one call fails. `accept`: it takes effect all the same; `delay`: seconds before the answer."""

    status: int = 200
    description: str = "scripted"
    retry_after: int | None = None
    accept: bool = False
    delay: float = 0


TIMES_OUT_AFTER_ACCEPTING = Fault(accept=True, delay=1.5)
BLOCKED = Fault(403, "Forbidden: bot was blocked by the user")
CHAT_NOT_FOUND = Fault(400, "Bad Request: chat not found")
SERVER_ERROR = Fault(500, "Internal Server Error")


def too_many(seconds: int) -> Fault:
    """Telegram's flood control."""
    return Fault(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


@dataclass(frozen=True)
class Call:
    """One call that took effect."""

    method: str
    params: Mapping[str, Any]


class BotApi:
    """The server, for a `with` block. Tests act as workers (`says`, `presses`, …) and look at `sent`."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.url = ""
        self._lock = threading.Lock()
        self._block = ExitStack()
        self._closing = False
        self.forget()

    def forget(self) -> None:
        """Starts afresh, as a new server would, so that several tests can share one."""
        self.calls: list[Call] = []
        self.webhook = ""
        self.secret = ""
        self.asked: list[Json] = []  # parameters of every getUpdates
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._waiting: list[Json] = []
        self._next_update = 1000
        self._next_message = 1

    def __enter__(self) -> Self:
        app = Starlette(routes=[Route("/bot{token}/{method}", self._serve, methods=["GET", "POST"])])
        self.url = self._block.enter_context(serving(app))
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True  # a long poll gives up
        self._block.close()

    # --- what a test does and sees

    def script(self, method: str, *faults: Fault) -> None:
        """Makes the next calls of a method fail, one fault each."""
        self._faults[method].extend(faults)

    @property
    def sent(self) -> list[Mapping[str, Any]]:
        """Parameters of every sendMessage that took effect, in order."""
        return self.of("sendMessage")

    def of(self, method: str) -> list[Mapping[str, Any]]:
        """Parameters of every call of a method that took effect, in order."""
        return [call.params for call in self.calls if call.method == method]

    @property
    def waiting(self) -> list[int]:
        """Ids of the updates that are not confirmed yet."""
        with self._lock:
            return [update["update_id"] for update in self._waiting]

    def restart_ids(self, at: int) -> None:
        """The next update gets this id, as after a quiet week."""
        self._next_update = at

    def inject(self, **update: Any) -> int:
        """Adds a raw update; gives its id."""
        with self._lock:
            update_id = self._next_update
            self._next_update += 1
            self._waiting.append({"update_id": update_id, **update})
            return update_id

    def says(self, chat: int, text: str, kind: str = "message") -> int:
        """A worker writes; `kind="edited_message"` changes an earlier message."""
        return self.shares(chat, kind, text=text)

    def shares(self, chat: int, kind: str = "message", **content: Any) -> int:
        """A worker sends a message with this content, e.g. one of CONTENTS."""
        return self.inject(**{kind: self._message(chat, **content)})

    def presses(self, chat: int, data: str) -> int:
        """A worker presses a button."""
        query = {
            "id": f"press-{self._next_update}",
            "from": _user(chat),
            "chat_instance": "1",
            "data": data,
            "message": self._message(chat, text="…"),
        }
        return self.inject(callback_query=query)

    def deliver(self, url: str = "", tries: int = 20, pause: float = 0.02) -> list[int]:
        """Posts what is waiting to the webhook, in order, each until it is taken; gives all statuses."""
        statuses = []
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret}
        with httpx.Client(trust_env=False, timeout=10) as client:
            for update in list(self._waiting):
                for _ in range(tries):
                    answer = client.post(url or self.webhook, json=update, headers=headers)
                    statuses.append(answer.status_code)
                    if answer.is_success:
                        self._take(update, answer)
                        break
                    time.sleep(pause)
        return statuses

    # --- the server

    def _take(self, update: Json, answer: httpx.Response) -> None:
        with self._lock:
            self._waiting.remove(update)
        reply = answer.json() if answer.content else {}
        if "method" in reply:  # a call made in the answer to a webhook
            self.calls.append(Call(reply.pop("method"), reply))

    def _message(self, chat: int, **content: Any) -> Json:
        self._next_message += 1
        return {
            "message_id": self._next_message,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "工友"},
            "from": _user(chat),
            **content,
        }

    async def _serve(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return _error(401, "Unauthorized")
        method = request.path_params["method"]
        answer = getattr(self, f"_on_{method}", None)
        if answer is None:
            return _error(404, "Not Found")
        params = await _params(request)
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault is None:
            return await _as_response(answer(params))
        if fault.accept:
            await _as_response(answer(params))
        await asyncio.sleep(fault.delay)
        return _error(fault.status if fault.status != 200 else 504, fault.description, fault.retry_after)

    async def _on_getMe(self, params: Json) -> Any:
        me = {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "心桥",
            "username": "x_bot",
        }
        return {**me, "can_join_groups": False}

    async def _on_setWebhook(self, params: Json) -> Any:
        self.webhook, self.secret = params["url"], params.get("secret_token", "")
        return self._done("setWebhook", params)

    async def _on_deleteWebhook(self, params: Json) -> Any:
        self.webhook = self.secret = ""
        return self._done("deleteWebhook", params)

    async def _on_answerCallbackQuery(self, params: Json) -> Any:
        return self._done("answerCallbackQuery", params)

    async def _on_sendChatAction(self, params: Json) -> Any:
        return self._done("sendChatAction", params)

    def _done(self, method: str, params: Json) -> bool:
        self.calls.append(Call(method, params))
        return True

    async def _on_sendMessage(self, params: Json) -> Any:
        text = params.get("text", "")
        if not text.strip():
            return _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _error(400, "Bad Request: message is too long")
        for row in params.get("reply_markup", {}).get("inline_keyboard", []):
            if any(not 1 <= len(button["callback_data"].encode()) <= 64 for button in row):
                return _error(400, "Bad Request: BUTTON_DATA_INVALID")
        self.calls.append(Call("sendMessage", params))
        return self._message(int(params["chat_id"]), text=text)

    async def _on_getUpdates(self, params: Json) -> Any:
        """Everything below the offset is confirmed and forgotten; waits for something to give."""
        if self.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        self.asked.append(params)
        offset = int(params.get("offset", 0))
        with self._lock:
            self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
        deadline = time.monotonic() + float(params.get("timeout", 0))
        while not (found := self._from(offset)) and time.monotonic() < deadline and not self._closing:
            await asyncio.sleep(LOOK)
        return found[: int(params.get("limit", 100))]

    def _from(self, offset: int) -> list[Json]:
        with self._lock:
            return [update for update in self._waiting if update["update_id"] >= offset]


async def _params(request: Request) -> Json:
    if request.headers.get("Content-Type", "").startswith("application/json"):
        return dict(await request.json())
    form = await request.form()
    return {name: _decoded(name, str(value)) for name, value in {**request.query_params, **form}.items()}


def _decoded(name: str, value: str) -> Any:
    return json.loads(value) if name in ("reply_markup", "allowed_updates", "link_preview_options") else value


async def _as_response(answer: Any) -> Response:
    result = await answer
    return result if isinstance(result, Response) else JSONResponse({"ok": True, "result": result})


def _error(status: int, description: str, retry_after: int | None = None) -> Response:
    body: Json = {"ok": False, "error_code": status, "description": description}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return JSONResponse(body, status_code=status)


def _user(chat: int) -> Json:
    return {"id": chat, "is_bot": False, "first_name": "工友"}


_FILE = {"file_id": "f", "file_unique_id": "u"}
_PICTURE = {**_FILE, "width": 90, "height": 90}
CONTENTS: dict[str, Json] = {
    "voice": {"voice": {**_FILE, "duration": 3}},
    "audio": {"audio": {**_FILE, "duration": 3}},
    "video_note": {"video_note": {**_FILE, "length": 240, "duration": 3}},
    "photo": {"photo": [_PICTURE]},
    "photo_with_words": {"photo": [_PICTURE], "caption": "这是工资条"},
    "sticker": {"sticker": {**_PICTURE, "type": "regular", "is_animated": False, "is_video": False, "emoji": "😭"}},
    "animation": {"animation": {**_PICTURE, "duration": 1}, "document": _FILE},
    "location": {"location": {"latitude": 33.76614, "longitude": 113.19249}},
    "venue": {
        "location": {"latitude": 33.76614, "longitude": 113.19249},
        "venue": {
            "location": {"latitude": 33.76614, "longitude": 113.19249},
            "title": "三号工地",
            "address": "东门",
        },
    },
    "contact": {"contact": {"phone_number": "000", "first_name": "家里人"}},
    "document": {"document": {**_FILE, "file_name": "合同.pdf"}},
    "video": {"video": {**_PICTURE, "duration": 3}},
    "dice": {"dice": {"value": 3, "emoji": "🎲"}},
    "of_a_later_api": {"hologram": {"file_id": "f"}},
}
