"""A peer that takes notices over HTTP, as WeCom's or an office's own webhook does; it can refuse, hang or be slow."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class NoticePeer:
    """Keeps what came, in order: who was called (the last part of the path) and what was said."""

    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refuse: int = 0  # so many calls from now on are answered with 500
    hang: float = 0.0  # seconds before an answer

    @property
    def app(self) -> Starlette:
        """The app to serve."""
        return Starlette(routes=[Route("/call/{who}", self._take, methods=["POST"])])

    @property
    def called(self) -> list[str]:
        """Who was called, in order."""
        return [who for who, _ in self.got]

    async def _take(self, request: Request) -> Response:
        await asyncio.sleep(self.hang)
        if self.refuse:
            self.refuse -= 1
            return Response(status_code=500)
        self.got.append((request.path_params["who"], await request.json()))
        return Response(status_code=200)


def address(url: str, who: str) -> str:
    """The Apprise URL under which the peer hears who was called."""
    return f"{url.replace('http://', 'json://')}/call/{who}"
