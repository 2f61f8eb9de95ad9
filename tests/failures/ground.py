"""A gateway that can be killed at will, and workers who keep writing until they have a receipt."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import httpx
import pytest

from bot.settings import ROOT
from tests.conftest import forget_process_state
from tests.fakes.engine import FakeEngine
from tests.fakes.server import free_port, serving
from tests.waiting import until

CRY = "活着没意思，想一了百了"


class ForkServer:
    """The process that forks gateways; one serves all tests of a run."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.failures.forkserver"], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def fork(self, environment: dict[str, str]) -> int:
        """Starts a gateway with these settings; gives its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(environment) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()


@dataclass
class Gateways:
    """Starts gateways on one port and one database, one after the other."""

    server: ForkServer
    data_dir: Path
    engine_url: str
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    pid: int = 0

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, crash_at: str = "", wait: bool = True) -> None:
        """Starts a gateway, and waits until it answers."""
        self.pid = self.server.fork(
            {
                **self.extra,
                "XINQIAO_CRASH_AT": crash_at,
                "XINQIAO_DATA_DIR": str(self.data_dir),
                "XINQIAO_PORT": str(self.port),
                "XINQIAO_ENGINE_PORT": self.engine_url.rsplit(":", 1)[1],
                "GATEWAY_LOG": str(self.data_dir / "gateway.log"),
            }
        )
        if wait:
            until(self.is_up, 60)

    def is_up(self) -> bool:
        """True if the gateway answers."""
        with contextlib.suppress(OSError, HTTPException), urlopen(f"{self.url}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
        return False

    def is_alive(self) -> bool:
        """True while the process is there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """kill -9, and waits for the end."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        until(lambda: not self.is_alive(), 10)

    def close(self) -> None:
        """Kills what still runs."""
        if self.pid:
            self.kill()


@contextlib.contextmanager
def set_to(server: ForkServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[Gateways]:
    """Gateways with these settings, beside a fake engine; the test's own process has them too."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    forget_process_state()
    with serving(FakeEngine().app) as url:
        running = Gateways(server, data_dir, url, extra=settings)
        try:
            yield running
        finally:
            running.close()


class Worker(threading.Thread):
    """Writes numbered messages one after the other, each until it is acknowledged; stops when told."""

    def __init__(self, url: str, name: str, cries: bool) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[tuple[str, str]] = []
        self.stop = threading.Event()
        self._url, self._label, self._cries = url, name, cries

    def run(self) -> None:
        """Keeps writing."""
        with httpx.Client(base_url=self._url, timeout=5) as client:
            self._persist(client, "/api/chat/session", {})
            number = 0
            while not self.stop.is_set():
                text = CRY if self._cries and number % 5 == 4 else f"{self._label} 第{number}句"
                body = {"client_id": f"n-{number}", "text": text}
                receipt = self._persist(client, "/api/chat/messages", body)
                if receipt:
                    self.acknowledged.append((receipt["message_id"], text))
                number += 1

    def _persist(self, client: httpx.Client, path: str, body: dict[str, str]) -> dict[str, str]:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                response = client.post(path, json=body)
                if response.status_code < 300:
                    return dict(response.json())
            if self.stop.is_set():
                return {}
            time.sleep(0.02)


@contextlib.contextmanager
def writing(url: str, count: int) -> Iterator[list[Worker]]:
    """So many workers who write while the block lasts."""
    workers = [Worker(url, f"工友{number}", cries=number % 2 == 0) for number in range(count)]
    for worker in workers:
        worker.start()
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop.set()
        for worker in workers:
            worker.join(15)
