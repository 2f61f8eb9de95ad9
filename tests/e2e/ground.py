"""The whole system, started as `make run` starts it, and people who use it over HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from bot.settings import ROOT
from tests import second_step
from tests.fakes.server import free_port
from tests.waiting import until

TRAINED = Path(os.environ.get("XINQIAO_TEST_DATA", ROOT / "var" / "test"))
PASSWORD = "木桥 灯笼 七点半 修车"
long_one = pytest.mark.skipif(
    not os.environ.get("XINQIAO_TEST_LONG"),
    reason="trains twice on the whole bank, ten minutes: set XINQIAO_TEST_LONG=1",
)
START_LIMIT = 240.0


@dataclass
class System:
    """`xinqiao run` in a data directory of its own, with the model that `make test` trained."""

    data_dir: Path
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    engine_port: int = field(default_factory=free_port)
    actions_port: int = field(default_factory=free_port)
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Settings of this system, for the command line as well."""
        return {
            **os.environ,
            **self.extra,
            "XINQIAO_DATA_DIR": str(self.data_dir),
            "XINQIAO_PORT": str(self.port),
            "XINQIAO_ENGINE_PORT": str(self.engine_port),
            "XINQIAO_ACTIONS_PORT": str(self.actions_port),
        }

    def start(self) -> System:
        """Starts it and waits for `ready:`."""
        for name in ("models", "faq_index", "faq_vectors.bin"):
            if (TRAINED / name).exists() and not (self.data_dir / name).exists():
                (self.data_dir / name).symlink_to(TRAINED / name)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        try:
            until(lambda: self.said("stop with Ctrl-C") or self.process.poll() is not None, START_LIMIT)
        except TimeoutError:
            self.stop()
            raise AssertionError("not ready:\n" + "\n".join(self.lines)) from None
        assert self.process.poll() is None, "\n".join(self.lines)
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def said(self, words: str) -> str:
        """The first line of output with these words; empty if there is none."""
        return next((line for line in self.lines if words in line), "")

    def child(self, name: str) -> psutil.Process:
        """The process of that name: engine, actions or gateway."""
        marks = {"engine": "rasa", "actions": "actions.server", "gateway": "bot.app"}
        for process in psutil.Process(self.process.pid).children():
            if marks[name] in process.cmdline():
                return process
        raise LookupError(name)

    def kill(self, name: str) -> None:
        """kill -9 of one child."""
        process = self.child(name)
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not _is_alive(process), 5)

    def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


class Chatter:
    """A worker on the web chat."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=15, trust_env=False)
        self.client.post("/api/chat/session", json={}).raise_for_status()
        self.seen = 0

    def write(self, text: str) -> None:
        """Writes one message."""
        self._send({"text": text})

    def press(self, title: str) -> None:
        """Presses the newest button of that title."""
        for message in reversed(self.thread()):
            if title in message["buttons"]:
                index = message["buttons"].index(title)
                self._send({"press": {"message_id": message["message_id"], "index": index}})
                return
        raise LookupError(title)

    def _send(self, body: dict[str, Any]) -> None:
        self.client.post("/api/chat/messages", json={"client_id": uuid4().hex, **body}).raise_for_status()

    def thread(self) -> list[dict[str, Any]]:
        """The whole conversation."""
        return list(self._get()["messages"])

    def replies(self) -> list[dict[str, Any]]:
        """What was said to the worker since the last look."""
        fresh = [row for row in self._get(self.seen)["messages"] if row["author"] != "worker"]
        self.seen = max([self.seen, *(row["id"] for row in fresh)])
        return fresh

    def ask(self, text: str, seconds: float = 10) -> str:
        """Writes, waits until nothing is being worked on, and gives everything that was answered."""
        self.write(text)
        until(lambda: not self.is_waiting(), seconds)
        return "\n".join(row["text"] for row in self.replies())

    def is_waiting(self) -> bool:
        """True while something of this worker is being worked on."""
        return bool(self._get()["pending"])

    def _get(self, after: int = 0) -> dict[str, Any]:
        found = self.client.get("/api/chat/messages", params={"limit": 200, "after": after})
        return dict(found.raise_for_status().json())


class Desk:
    """A member of staff at the desk, through the pages' own HTTP."""

    def __init__(self, system: System, login: str = "admin") -> None:
        self.client = httpx.Client(base_url=system.url, timeout=20, trust_env=False)
        link = system.said("/desk/setup#")
        self._form("/desk/setup", {"token": link.split("#")[1].strip(), "password": PASSWORD})
        assert self._form("/desk/login", {"login": login, "password": PASSWORD}).status_code == 303
        secret = second_step.offered(self.client.get("/desk/login/code").text)
        assert secret
        assert "恢复码" in self._form("/desk/login/code", {"code": second_step.code(secret)}).text

    def _form(self, path: str, data: dict[str, str]) -> httpx.Response:
        return self.client.post(path, data={"csrf": self._csrf(path), **data})

    def _csrf(self, path: str) -> str:
        found = re.search(r'name="csrf" (?:value|content)="([\w-]+)"', self.client.get(path).text)
        assert found
        return found.group(1)

    def rows(self) -> list[dict[str, Any]]:
        """The queue as the page's live stream gives it first."""
        with self.client.stream("GET", "/desk/events") as response:
            for line in response.iter_lines():
                if line.startswith("data:") and "rows" in (data := json.loads(line[5:])):
                    return list(data["rows"])
        return []

    def act(self, conversation_id: str, what: str, text: str | None = None, **more: str) -> None:
        """One of claim, acknowledge, reply, hand_back, close."""
        body = None if text is None else {"text": text, **more}
        headers = {"X-CSRF": self._csrf("/desk")}
        answer = self.client.post(f"/desk/api/c/{conversation_id}/{what}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
