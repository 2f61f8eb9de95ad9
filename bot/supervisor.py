"""Running engine, actions and gateway under one roof: a dead child is restarted with back-off, and said so."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import ROOT

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a restart; doubled at each death in a row
STEADY = 60.0  # seconds alive after which a child counts as well again
PATIENCE = 8.0  # seconds between asking a child to stop and killing it
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process to keep alive. `deaths` in a row decide how long to wait; what runs `once` may end."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log_path: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    restart_at: float = field(default=0.0)
    once: bool = False


class Supervisor:
    """Starts children, watches them, stops them all."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.children: dict[str, Child] = {}
        self._say = say
        self._leaving: list[tuple[float, subprocess.Popen[bytes]]] = []  # asked to stop; killed at that moment
        self.stopping = threading.Event()

    def start(
        self, name: str, command: list[str], environment: Mapping[str, str], log_path: Path, *, once: bool = False
    ) -> None:
        """Starts a child; its output goes to the log file. One that runs `once` may end."""
        child = Child(name, command, environment, log_path, once=once)
        self.children[name] = child
        _spawn(child)

    def is_alive(self, name: str) -> bool:
        """True while the child of that name runs."""
        child = self.children.get(name)
        return child is not None and child.process is not None and child.process.poll() is None

    def rename(self, name: str, new: str, *, once: bool) -> None:
        """Keeps a child under another name, to be started again or not if it dies."""
        child = self.children.pop(name)
        child.name, child.once = new, once
        self.children[new] = child

    def dismiss(self, name: str) -> None:
        """Asks a child to stop, and kills it if it does not; the others are watched meanwhile."""
        child = self.children.pop(name, None)
        if child is not None and child.process is not None:
            _signal_group(child.process, signal.SIGTERM)
            self._leaving.append((time.monotonic() + PATIENCE, child.process))

    def stop_on_signals(self) -> None:
        """SIGINT and SIGTERM end `watch`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())

    def watch(self, also: Callable[[], None] = lambda: None) -> None:
        """Keeps the children alive until a signal comes, then stops them; `also` is called at each look."""
        while not self.stopping.wait(0.2):
            self.look()
            also()
        self.stop()

    def look(self) -> None:
        """Restarts what has died, when its time has come."""
        self._reap()
        for child in [child for child in self.children.values() if not child.once]:
            if child.process is not None and child.process.poll() is not None:
                self._note_death(child, child.process.returncode)
            if child.process is None and time.monotonic() >= child.restart_at:
                _spawn(child)
                self._say(f"{child.name}: started again (process {child.process.pid if child.process else '?'})")

    def _reap(self) -> None:
        for killed_at, process in self._leaving:
            if process.poll() is None and time.monotonic() > killed_at:
                _signal_group(process, signal.SIGKILL)
        self._leaving = [one for one in self._leaving if one[1].poll() is None]

    def _note_death(self, child: Child, code: int) -> None:
        child.deaths = 1 if time.monotonic() - child.started > STEADY else child.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (child.deaths - 1), LONGEST_PAUSE)
        child.process, child.restart_at = None, time.monotonic() + pause
        self._say(f"{child.name}: died (code {code}); starting again in {pause:.0f} s; see {child.log_path.name}")

    def stop(self) -> None:
        """Asks all children to stop, and kills those that do not within some seconds."""
        alive = [child.process for child in self.children.values() if child.process is not None]
        alive += [process for _, process in self._leaving]
        for process in alive:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _spawn(child: Child) -> None:
    child.log_path.parent.mkdir(parents=True, exist_ok=True)
    with child.log_path.open("ab") as log:
        child.process = subprocess.Popen(
            child.command,
            cwd=ROOT,
            env=dict(child.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it only makes one system call
        )
    child.started = time.monotonic()


def die_with_parent() -> None:
    """On Linux the kernel stops a child whose supervisor was killed, so that no orphan keeps a port."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
