"""Workers and staff over real sockets: sessions, live streams, and what the streams bring."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx

from bench.load import TLS
from tests.console.ground import csrf_of

PATIENCE = httpx.Timeout(30.0, read=60.0, pool=None)
CONNECTIONS = httpx.Limits(max_connections=None)


def client(url: str) -> httpx.AsyncClient:
    """Gives a browser without a page."""
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=CONNECTIONS, verify=TLS, trust_env=False)


class Worker:
    """A worker with the chat open."""

    def __init__(self, url: str) -> None:
        self._client = client(url)
        self._listening: asyncio.Task[None] | None = None

    async def come(self, text: str) -> None:
        """Opens the chat and its live stream, and writes."""
        (await self._client.post("/api/chat/session", json={})).raise_for_status()
        self._listening = asyncio.create_task(_drain(self._client, "/api/chat/events"))
        await self.write(text)

    async def write(self, text: str) -> float:
        """Sends a message; gives the moment at which it went off."""
        sent = time.time()
        answer = await self._client.post("/api/chat/messages", json={"client_id": uuid4().hex, "text": text})
        answer.raise_for_status()
        return sent

    async def leave(self) -> None:
        """Closes the chat."""
        await _stop(self._listening)
        await self._client.aclose()


async def _drain(browser: httpx.AsyncClient, path: str) -> None:
    async with browser.stream("GET", path) as answer:
        async for _ in answer.aiter_raw():
            pass


class StaffPage:
    """A desk page without a screen: a session, the stream of the queue, and perhaps that of a conversation."""

    def __init__(self, url: str) -> None:
        self.client = client(url)
        self.rows: list[dict[str, Any]] = []
        self.seen: dict[str, float] = {}  # conversation → when its alarm came
        self.loaded = asyncio.Event()
        self._csrf = ""
        self._tasks: list[asyncio.Task[None]] = []

    async def enter(self, login: str, password: str) -> None:
        """Logs in and begins to listen."""
        token = csrf_of((await self.client.get("/desk/login")).text)
        answer = await self.client.post("/desk/login", data={"csrf": token, "login": login, "password": password})
        assert answer.headers.get("location") == "/desk", answer.status_code
        self._csrf = csrf_of((await self.client.get("/desk")).text)
        self._tasks.append(asyncio.create_task(self._listen()))
        await self.loaded.wait()

    def open(self, conversation: str) -> None:
        """Opens a conversation beside the queue."""
        self._tasks.append(asyncio.create_task(_drain(self.client, f"/desk/c/{conversation}/events")))

    async def _listen(self) -> None:
        async with self.client.stream("GET", "/desk/events") as answer:
            answer.raise_for_status()
            async for name, data in _events(answer.aiter_lines()):
                if name == "queue":
                    self._update(json.loads(data)["rows"])

    def _update(self, rows: list[dict[str, Any]]) -> None:
        at = time.time()
        self.rows = rows
        for row in rows:
            if row["alarm"]:
                self.seen.setdefault(row["conversation"], at)
        self.loaded.set()

    async def acknowledge(self, conversation: str) -> None:
        """Presses "知道了"."""
        path = f"/desk/api/c/{conversation}/acknowledge"
        (await self.client.post(path, headers={"X-CSRF": self._csrf})).raise_for_status()

    async def leave(self) -> None:
        """Closes the page."""
        for task in self._tasks:
            await _stop(task)
        await self.client.aclose()


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str]]:
    name = ""
    async for line in lines:
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            yield name, value


async def _stop(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
