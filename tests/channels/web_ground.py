"""What the web chat tests share: the real inbox behind a real socket, and a hand that writes answers."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

from bot.care import records
from bot.channels import web
from bot.channels.incoming import Accepted, Incoming
from bot.conversation import inbox
from bot.conversation.live import Feed
from bot.db.models import Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import Author, Owner
from bot.db.thread import add_outgoing, lock_conversation
from bot.texts import Button
from tests.fakes.server import free_port

PATIENCE = 10.0  # seconds
THUMBS = (Button("有用", '/feedback{"value": "up"}'), Button("没用", '/feedback{"value": "down"}'))


def make_app() -> FastAPI:
    """Gives a gateway that has only the web chat and the inbox."""
    feed = Feed()

    async def on_message(incoming: Incoming) -> Accepted:
        return await asyncio.to_thread(inbox.accept, incoming)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(feed.run())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)
    app.include_router(web.router(on_message, feed, records.fetch))
    return app


@contextmanager
def gateway(port: int | None = None) -> Iterator[str]:
    """Gives the URL of a running web chat; its end cuts open streams at once."""
    port = port or free_port()
    server = uvicorn.Server(
        uvicorn.Config(make_app(), host="127.0.0.1", port=port, log_level="critical", timeout_graceful_shutdown=0)
    )
    server_thread = threading.Thread(target=server.run, daemon=True)
    server_thread.start()
    assert until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server_thread.join(PATIENCE)


@contextmanager
def opened(url: str) -> Iterator[httpx.Client]:
    """Gives a client with a session of its own."""
    with httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False) as client:
        assert client.post("/api/chat/session", json={}).status_code == 200
        yield client


def say(client: httpx.Client, text: str, client_id: str) -> httpx.Response:
    """Sends a text."""
    return client.post("/api/chat/messages", json={"client_id": client_id, "text": text})


def answer(
    text: str,
    *,
    author: Author = Author.bot,
    buttons: tuple[Button, ...] = (),
    event: str | None = None,
    owner: Owner | None = None,
) -> str:
    """Writes into the newest conversation what the bot or a person would; gives the message's public id."""
    with transaction() as session:
        newest = session.execute(select(Conversation.id).order_by(Conversation.created_at.desc()).limit(1)).scalar_one()
        conversation = lock_conversation(session, newest)
        conversation.owner = owner or conversation.owner
        marks: dict[str, object] = {"event": event} if event else {}
        return add_outgoing(session, conversation, author, text, buttons=buttons, marks=marks).public_id


def bodies() -> list[str]:
    """Gives all messages of workers, in order."""
    with reading() as session:
        found = session.execute(select(Message).where(Message.author == Author.worker).order_by(Message.id))
        return [message.body for message in found.scalars()]


def until(holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Waits for something to become true; gives whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


class Listener:
    """Reads a stream of events in a thread until it is closed."""

    def __init__(self, client: httpx.Client, after: int | None = None, headers: dict[str, str] | None = None) -> None:
        self.events: list[tuple[str, Any]] = []  # (event, data)
        self.raw: list[str] = []
        self._socket: socket.socket | None = None
        self._client = httpx.Client(base_url=client.base_url, cookies=client.cookies, timeout=30, trust_env=False)
        query = "" if after is None else f"?after={after}"
        self._request = self._client.build_request("GET", f"/api/chat/events{query}", headers=headers)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            answer = self._client.send(self._request, stream=True)
            self._socket = answer.extensions["network_stream"].get_extra_info("socket")
            event = ""
            for line in answer.iter_lines():
                self.raw.append(line)
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                if line.startswith("data: "):
                    self.events.append((event, json.loads(line.removeprefix("data: "))))
        except (httpx.HTTPError, httpx.StreamError, RuntimeError):
            return  # closed by the test or with the server

    @property
    def texts(self) -> list[str]:
        """The messages so far."""
        return [data["text"] for event, data in self.events if event == "message"]

    @property
    def owners(self) -> list[str]:
        """The states so far."""
        return [data["owner"] for event, data in self.events if event == "state"]

    def close(self) -> None:
        """Hangs up: a mere close would leave the reading thread in its call."""
        with suppress(OSError):  # the server hung up first
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._client.close()
