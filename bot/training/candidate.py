"""A candidate engine: the real one on a port of its own, with memory, action server and database to throw away."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import engine_call, engine_env, upstream
from bot.settings import ROOT, scratch_environment
from bot.training import work
from bot.training.releases import Files

START_LIMIT = 300.0  # seconds; at low priority on a machine under load it is slow
ACTIONS = [sys.executable, "-m", "actions.server"]
NEVER_READY = "候选引擎在 {seconds:.0f} 秒里没有起来，这一版不能用。"
DIED = "候选引擎一启动就退出了，这一版不能用。细节在日志 training.log 里。"


@dataclass(frozen=True)
class Candidate:
    """A running candidate. `environment` is that of its whole throw-away system."""

    url: str
    environment: dict[str, str]

    def converse(self, bank: Path, alive: Callable[[], None]) -> dict[str, bool]:
        """Leads a whole conversation, with a cry for help and its case: step → whether it was as it must be."""
        report = Path(self.environment["XINQIAO_DATA_DIR"]) / "canary.json"
        command = [sys.executable, "-m", "bot.canary", "--engine", self.url, "--bank", str(bank), "--out", str(report)]
        work.run(command, self.environment, alive)
        found: dict[str, bool] = json.loads(report.read_text())
        return found


@contextlib.contextmanager
def running(files: Files, scratch: Path, alive: Callable[[], None]) -> Iterator[Candidate]:
    """A candidate with these files while the block lasts. Raises Failed if it is never ready."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    engine_port, actions_port = free_ports(2)
    environment = {
        **scratch_environment(scratch),
        "XINQIAO_ENGINE_PORT": str(engine_port),
        "XINQIAO_ACTIONS_PORT": str(actions_port),
    }
    engine_side = _engine_side(environment, files.index, scratch)
    command = engine_env.serve_command(files.model, engine_port)
    try:
        with work.started(ACTIONS, environment) as actions, work.started(command, engine_side) as engine:
            candidate = Candidate(upstream.at(engine_port), environment)
            _wait_ready(candidate, (actions, engine), alive)
            yield candidate
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _engine_side(environment: dict[str, str], index: Path, scratch: Path) -> dict[str, str]:
    """What the engine reads; the secrets are those of the throw-away system."""
    ours = engine_env.environment(index=index)
    own = {"XINQIAO_TRACKER_DB": str(scratch / "tracker.db"), "XINQIAO_FAQ_INDEX": str(index), "PYTHONPATH": str(ROOT)}
    plain = {name: value for name, value in ours.items() if not name.startswith("XINQIAO_")}
    return {**plain, **environment, **own}


def _wait_ready(candidate: Candidate, processes: Sequence[subprocess.Popen[bytes]], alive: Callable[[], None]) -> None:
    deadline = time.monotonic() + START_LIMIT
    while not _is_ready(candidate):
        if any(process.poll() is not None for process in processes):
            raise work.Failed(DIED)
        if time.monotonic() > deadline:
            raise work.Failed(NEVER_READY.format(seconds=START_LIMIT))
        alive()
        time.sleep(work.LOOK)


def _is_ready(candidate: Candidate) -> bool:
    health = engine_call.fetch(f"{candidate.url}/webhooks/gateway/health")
    actions = engine_call.fetch(f"{upstream.at(int(candidate.environment['XINQIAO_ACTIONS_PORT']))}/health")
    return bool(health and health.get("ready") and actions)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody uses now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
