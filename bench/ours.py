"""Our side: the whole system as `xinqiao run` starts it, on SQLite, talked to through the web chat's API."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml

from bench import load
from bench.processes import Running, free_ports, run_to_end
from bot.settings import ROOT, process_environment
from bot.texts import PATH as TEXTS

OUTAGES = ("outage", "outage_repeat")
LEFT_OUT = "engine unavailable"  # the gateway's log line when its safety net answered instead of the engine


class Ours:
    """The system in a data directory of its own, on ports of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        port, engine, actions = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        clean = {name: value for name, value in process_environment().items() if not name.startswith("XINQIAO_")}
        self._environment = {
            **clean,
            "XINQIAO_DATA_DIR": str(directory / "data"),
            "XINQIAO_PORT": str(port),
            "XINQIAO_ENGINE_PORT": str(engine),
            "XINQIAO_ACTIONS_PORT": str(actions),
        }
        self._outages = _first_lines(OUTAGES)

    def train(self) -> float:
        """Builds database, FAQ index and model from nothing; gives the seconds of it all."""
        return run_to_end(_command("train"), ROOT, self._environment, self.directory / "xinqiao_train.log")

    def start(self) -> Running:
        """Starts engine, actions and gateway under their supervisor."""
        return Running(_command("run"), ROOT, self._environment, self.directory / "xinqiao_run.log")

    def is_ready(self) -> bool:
        """True once it says so: then a canary came back through the real engine."""
        return "ready: " in (self.directory / "xinqiao_run.log").read_text(encoding="utf-8", errors="replace")

    def safety_net_answers(self) -> int:
        """Gives how often the engine did not answer a crisis in time."""
        log = self.directory / "data" / "log" / "gateway.log"
        return log.read_text(encoding="utf-8", errors="replace").count(LEFT_OUT) if log.exists() else 0

    async def open_talk(self) -> load.Talk:
        """Begins a chat session and opens its live stream, as the page does."""
        client = httpx.AsyncClient(base_url=self.url, timeout=load.PATIENCE, verify=load.TLS, trust_env=False)
        (await client.post("/api/chat/session", json={})).raise_for_status()
        talk = WebTalk(client, self._outages)
        await talk.listening.wait()
        return talk


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "bot.cli", name]


def _first_lines(keys: tuple[str, ...]) -> tuple[str, ...]:
    texts = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))["texts"]
    return tuple(texts[key]["text"].strip().splitlines()[0] for key in keys)


class WebTalk:
    """A chat page: sends by POST, reads what the stream brings."""

    def __init__(self, client: httpx.AsyncClient, outages: tuple[str, ...]) -> None:
        self._client, self._outages = client, outages
        self._bubbles: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.listening = asyncio.Event()
        self._listener = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        try:
            async with self._client.stream("GET", "/api/chat/events") as response:
                response.raise_for_status()
                async for bubble in _bubbles(response.aiter_lines(), self.listening):
                    self._bubbles.put_nowait(bubble)
        finally:
            self.listening.set()

    async def turn(self, text: str) -> bool:
        """Sends, and waits for the first bubble of the bot behind the sent one; False for an outage text."""
        receipt = await self._client.post("/api/chat/messages", json={"client_id": uuid4().hex, "text": text})
        if receipt.status_code != 202:
            return False
        await self._next("message_id", receipt.json()["message_id"])
        answer = await self._next("author", "bot")
        return not str(answer["text"]).startswith(self._outages)

    async def _next(self, name: str, value: str) -> dict[str, Any]:
        while True:
            bubble = await self._bubbles.get()
            if bubble[name] == value:
                return bubble

    async def close(self) -> None:
        """Closes the page."""
        self._listener.cancel()
        with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
            await self._listener
        await self._client.aclose()


async def _bubbles(lines: AsyncIterator[str], listening: asyncio.Event) -> AsyncIterator[dict[str, Any]]:
    """Gives the data of each `message` event; sets `listening` at the stream's first line."""
    event = ""
    async for line in lines:
        listening.set()
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: ") and event == "message":
            yield json.loads(line.removeprefix("data: "))
