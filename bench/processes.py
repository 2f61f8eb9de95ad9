"""Starting, stopping, pausing and weighing the processes under measurement."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

from bot.errors import ConfigError

START_LIMIT = 600.0  # seconds; stock Rasa builds its graph slowly on a small machine
MIB = 1024 * 1024


@dataclass(frozen=True)
class Memory:
    """MiB of all processes together: `own` counts a shared page once (PSS; else USS), `resident` in each of them."""

    own: float
    resident: float
    processes: int


class Running:
    """A command and all its descendants. As a context it is stopped at the end."""

    def __init__(self, command: list[str], directory: Path, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def wait_until(self, ready: Callable[[], bool]) -> float:
        """Gives the seconds until it was ready. Raises ConfigError if it ends before, or never is."""
        started = time.monotonic()
        while not ready():
            if self._process.poll() is not None or time.monotonic() - started > START_LIMIT:
                raise ConfigError(f"{self.log.stem} did not start:\n{_tail(self.log)}")
            time.sleep(0.2)
        return time.monotonic() - started

    def family(self) -> list[psutil.Process]:
        """Gives the process and all its descendants that are alive."""
        try:
            head = psutil.Process(self._process.pid)
            return [head, *head.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def memory(self) -> Memory:
        """Gives what all processes of the family hold now."""
        rows = [process.memory_full_info() for process in self.family()]
        own = sum(getattr(row, "pss", 0) or getattr(row, "uss", 0) for row in rows)
        return Memory(own / MIB, sum(row.rss for row in rows) / MIB, len(rows))

    def processor_seconds(self) -> float:
        """Gives the processor time that the family has taken so far."""
        times = [process.cpu_times() for process in self.family()]
        return float(sum(row.user + row.system for row in times))

    def pause(self) -> None:
        """Takes the processor away from it, so that it costs the other side nothing."""
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        """Lets it run again."""
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    def stop(self) -> None:
        """Asks it to stop, and kills what is left of it after a while."""
        self.resume()
        family = self.family()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        for process in psutil.wait_procs(family, timeout=15)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()


def run_to_end(command: list[str], directory: Path, environment: Mapping[str, str], log: Path) -> float:
    """Runs a command and gives its seconds. Raises ConfigError with the end of its output if it fails."""
    started = time.monotonic()
    with Running(command, directory, environment, log) as running:
        code = running._process.wait()
    if code != 0:
        raise ConfigError(f"{log.stem} failed with code {code}:\n{_tail(log)}")
    return time.monotonic() - started


def free_ports(count: int) -> list[int]:
    """Gives ports of the loopback address that nobody uses now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
