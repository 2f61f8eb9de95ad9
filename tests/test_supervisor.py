"""The supervisor: a dead child comes back, later each time; all stop together."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from bot import supervisor as module
from bot.supervisor import Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]


def look_until_alive(supervisor: Supervisor, name: str) -> None:
    deadline = time.monotonic() + 20
    while supervisor.children[name].process is None:
        assert time.monotonic() < deadline
        supervisor.look()
        time.sleep(0.02)


def test_a_killed_child_is_started_again_with_a_growing_pause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.1)
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.start("sleeper", SLEEPER, dict(os.environ), tmp_path / "sleeper.log")
    try:
        for _ in range(3):
            child = supervisor.children["sleeper"].process
            assert child is not None
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            supervisor.look()
            look_until_alive(supervisor, "sleeper")
        assert supervisor.children["sleeper"].deaths == 3
        assert [line for line in said if "died (code -9)" in line][:1]
        assert sum("started again" in line for line in said) == 3
    finally:
        supervisor.stop()


def test_stop_ends_even_a_child_that_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    supervisor = Supervisor(lambda _: None)
    supervisor.start("stubborn", STUBBORN, dict(os.environ), tmp_path / "log")
    while "up" not in (tmp_path / "log").read_text():
        time.sleep(0.02)
    child = supervisor.children["stubborn"].process
    assert child is not None
    supervisor.stop()
    assert child.returncode == -signal.SIGKILL
