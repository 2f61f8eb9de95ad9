"""A simulated channel with a reply window, over HTTP: it refuses by its own count what the window does not allow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.incoming import Outgoing
from bot.clock import now
from bot.errors import DeliveryFailed
from bot.window import Window

CHANNEL = "letterbox"


@dataclass
class LetterBox:
    """Keeps what it delivered, by address. `written` is to be called when a worker writes."""

    window: Window
    got: dict[str, list[str]] = field(default_factory=dict)
    refused: int = 0
    broken: int = 0  # so many calls from now on are answered with 500
    _heard: dict[str, datetime] = field(default_factory=dict)
    _since: dict[str, int] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """The app to serve."""
        return Starlette(routes=[Route("/send", self._take, methods=["POST"])])

    def written(self, address: str) -> None:
        """The worker wrote: the window opens anew."""
        self._heard[address], self._since[address] = now(), 0

    async def _take(self, request: Request) -> Response:
        letter = await request.json()
        if self.broken:
            self.broken -= 1
            return Response(status_code=500)
        if not self._admits(letter["to"]):
            self.refused += 1
            return JSONResponse({"code": "window"}, status_code=403)
        self._since[letter["to"]] += 1
        self.got.setdefault(letter["to"], []).append(letter["text"])
        return JSONResponse({})

    def _admits(self, address: str) -> bool:
        heard = self._heard.get(address)
        limit = self.window.messages
        return (
            heard is not None and now() < heard + self.window.span and (limit is None or self._since[address] < limit)
        )


@dataclass(frozen=True)
class LetterSender:
    """How the gateway sends to it."""

    url: str

    async def send(self, outgoing: Outgoing, on_part: Callable[[int], Awaitable[None]]) -> None:
        """Posts the text as one letter. Raises DeliveryFailed."""
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.url}/send", json={"to": outgoing.address, "text": outgoing.text})
        if answer.status_code == 403:
            raise DeliveryFailed("window")
        if answer.status_code != 200:
            raise DeliveryFailed("network", 0.0)
        await on_part(1)
