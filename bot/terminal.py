"""`xinqiao chat`: a conversation in the terminal, through the running gateway's web API."""

from __future__ import annotations

import sys
import time
from typing import IO, Any
from uuid import uuid4

import httpx

from bot.errors import ConfigError
from bot.settings import settings

PATIENCE = 12.0  # seconds to wait for a reply
LABELS = {"bot": "心桥", "counsellor": "值班同志", "system": "——"}


def chat(url: str, source: IO[str]) -> None:
    """Sends each line and prints each reply. A line that is a number presses the last shown button of that number."""
    base = url or f"http://127.0.0.1:{settings().port}"
    with httpx.Client(base_url=base, timeout=PATIENCE, trust_env=False) as client:
        talk = _Talk(client)
        for line in _lines(source):
            talk.send(line)
            talk.print_replies()


def _lines(source: IO[str]) -> Any:
    if not source.isatty():
        yield from (line.rstrip("\n") for line in source if line.strip())
        return
    while True:
        try:
            line = input("> ")
        except (EOFError, KeyboardInterrupt):
            return
        if line.strip():
            yield line


class _Talk:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._seen = 0
        self._buttons: tuple[str, int] = ("", 0)
        self._call("POST", "/api/chat/session", json={})

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **options)
        except httpx.HTTPError:
            raise ConfigError(f"no gateway at {self._client.base_url}: start it with `make run`") from None
        if response.status_code >= 400:
            print(f"!! {response.json().get('message', response.status_code)}", flush=True)
        return dict(response.json())

    def send(self, line: str) -> None:
        """Sends one line, or presses a button."""
        message_id, count = self._buttons
        body: dict[str, Any] = {"client_id": uuid4().hex}
        if line.isdigit() and 1 <= int(line) <= count:
            body["press"] = {"message_id": message_id, "index": int(line) - 1}
        else:
            body["text"] = line
        if not sys.stdin.isatty():
            print(f"> {line}", flush=True)
        self._call("POST", "/api/chat/messages", json=body)

    def print_replies(self) -> None:
        """Prints what came since, until nothing more is being worked on."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self._call("GET", "/api/chat/messages", params={"after": self._seen})
            for message in found.get("messages", []):
                self._show(message)
            if not found.get("pending"):
                return
            time.sleep(0.1)
        print("!! 没有等到答复", flush=True)

    def _show(self, message: dict[str, Any]) -> None:
        self._seen = max(self._seen, int(message["id"]))
        if message["author"] == "worker":
            return
        print(f"{LABELS.get(message['author'], message['author'])}: {message['text']}", flush=True)
        titles = message.get("buttons") or []
        if titles:
            self._buttons = (message["message_id"], len(titles))
            print("   " + "  ".join(f"[{place}] {title}" for place, title in enumerate(titles, 1)), flush=True)
