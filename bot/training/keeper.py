"""What the supervisor does for trainings: starts the trainer, switches to a wanted release, drains the old engine."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import crash, engine_call, engine_env, upstream
from bot.db.training_models import Training
from bot.errors import XinqiaoError
from bot.settings import ROOT, process_environment, settings
from bot.supervisor import Supervisor
from bot.training import releases, runs
from bot.training.candidate import free_ports
from bot.training.runs import machine

log = logging.getLogger(__name__)
EVERY = 0.5  # seconds between two looks
READY_LIMIT = 240.0  # seconds for a new engine
DRAIN = 12.0  # seconds for which the former engine may finish its turns; the channel stops one after 8
TRY_AGAIN = 60.0  # seconds after which another machine's release is tried again
QUICK = 2.0  # seconds for one canary: nothing else is watched meanwhile
TRAINER = [sys.executable, "-m", "bot.training.trainer"]
NOT_UP = "新的引擎没有起来，没有换。现在用的没有受影响。"
BROKEN = "这一版的文件缺了，或者被改动过，没有换。"
DISK = "磁盘满了，没有换。现在用的没有受影响。"


@dataclass
class Next:
    """An engine that is being started to take over."""

    run: int
    port: int
    own: bool  # wanted here first; else this machine follows another
    deadline: float


class Keeper:
    """Looks twice a second; nothing that goes wrong with a training touches the engine that serves."""

    def __init__(self, supervisor: Supervisor, say: Callable[[str], None]) -> None:
        self._supervisor, self._say = supervisor, say
        self._looked = 0.0
        self._next: Next | None = None
        live = releases.live()
        self._serving = live.id if live else 0
        self._not_before = 0.0
        self._drained_at = 0.0
        self._trainer_ran = True  # what an earlier process left is looked for at the first look

    def look(self) -> None:
        """To be called again and again."""
        if time.monotonic() - self._looked < EVERY:
            return
        self._looked = time.monotonic()
        try:
            self._keep_trainer()
            self._switch()
            self._drain()
        except (SQLAlchemyError, XinqiaoError, OSError) as error:
            log.warning("trainings cannot be looked after: %s", type(error).__name__)

    # --- the trainer ------------------------------------------------------------------------------------------------

    def _keep_trainer(self) -> None:
        if self._supervisor.is_alive("trainer"):
            return
        if self._trainer_ran:
            for run in runs.interrupted():
                self._say(f"training {run} was interrupted")
            releases.prune()
            self._trainer_ran = False
        if runs.waits():
            environment = {**process_environment(), "XINQIAO_DATA_DIR": str(settings().data_dir)}
            environment["PYTHONPATH"] = str(ROOT)
            self._supervisor.start("trainer", TRAINER, environment, _logs() / "training.log", once=True)
            self._trainer_ran = True

    # --- switching --------------------------------------------------------------------------------------------------

    def _switch(self) -> None:
        if self._next is not None:
            self._go_on(self._next)
            return
        wish = releases.wanted()
        if wish is not None and releases.take_wish(wish.id, machine()):
            self._begin(wish, own=True)
        elif (live := releases.live()) and live.id != self._serving and time.monotonic() > self._not_before:
            self._begin(live, own=False)

    def _begin(self, row: Training, *, own: bool) -> None:
        (port,) = free_ports(1)
        self._next = Next(row.id, port, own, time.monotonic() + READY_LIMIT)
        try:
            files = releases.files(row)
            command = engine_env.serve_command(files.model, port)
        except XinqiaoError:
            self._give_up(self._next, BROKEN)
            return
        environment = engine_env.environment(index=files.index)
        self._supervisor.start("engine-next", command, environment, _logs() / "engine.log", once=True)
        self._say(f"release {row.id}: its engine is starting")

    def _go_on(self, coming: Next) -> None:
        if not self._supervisor.is_alive("engine-next") or time.monotonic() > coming.deadline:
            self._give_up(coming, NOT_UP)
        elif engine_call.canary_comes_back(upstream.at(coming.port), settings().engine_secret, QUICK):
            self._hand_over(coming)

    def _hand_over(self, coming: Next) -> None:
        crash.point("before_switch")
        try:
            upstream.prepare(coming.port)
            if coming.own:
                releases.switched(coming.run)
            crash.point("after_switch_commit")
            upstream.switch()
        except OSError:
            self._give_up(coming, DISK)
            return
        self._supervisor.dismiss("engine-former")
        self._supervisor.rename("engine", "engine-former", once=True)
        self._supervisor.rename("engine-next", "engine", once=False)
        self._next, self._serving, self._drained_at = None, coming.run, time.monotonic() + DRAIN
        self._say(f"release {coming.run} is in use")

    def _give_up(self, coming: Next, reason: str) -> None:
        self._next, self._not_before = None, time.monotonic() + TRY_AGAIN
        self._supervisor.dismiss("engine-next")
        self._say(f"release {coming.run}: NOT in use; the one before goes on")
        if coming.own:
            releases.not_switched(coming.run, reason)

    def _drain(self) -> None:
        if self._drained_at and time.monotonic() > self._drained_at:
            self._supervisor.dismiss("engine-former")
            self._drained_at = 0.0


def _logs() -> Path:
    return settings().data_dir / "log"
