"""A trainer whose engine, index builder and sentences are stand-ins, in a process of its own that can be killed."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot import engine_env, triage
from bot.db.states import TrainingState as State
from bot.lexicon import load
from bot.settings import settings
from bot.training import bank, candidate, exam, gate, runs, trainer, work
from bot.training.exam import FAQ, INTENT, UNSEEN, Item, Understood
from tests.conftest import forget_process_state
from tests.training.ground import add_faq, content, made, somebody

FAKE = [sys.executable, "-m", "tests.training.fake_system"]
WRITES = "import pathlib, sys; p = pathlib.Path(sys.argv[1]); p.mkdir(); (p / 'index.json').write_text('{}')"
SLEEPS = "import time; time.sleep(600)"
ITEMS = (Item(FAQ, "bike", "车停哪儿"), Item(INTENT, "greet", "你好"), Item(UNSEEN, "u-1", "心里闷得慌"))
GREETING = Understood("greet", None, ())
AS_FAKE = [Understood("faq", "bike", ("bike",)), GREETING, GREETING]  # what the stand-in makes of them


class Parts:
    """What a test can change before it starts a trainer."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.index, self.engine, self.reader, self.understands = WRITES, "", "", AS_FAKE
        triage.assess("预热")  # once, and inherited by every trainer
        patch.setattr(bank, "index_command", lambda _, out: [sys.executable, "-c", self.index, str(out)])
        patch.setattr(engine_env, "serve_command", lambda _, port: [*FAKE, str(port), *self.engine.split()])
        patch.setattr(engine_env, "exam_command", lambda _: [*FAKE, "reads", *self.reader.split()])
        patch.setattr(engine_env, "model_digest", lambda: "m")
        patch.setattr(candidate, "ACTIONS", FAKE)
        passed = dict.fromkeys(gate.CANARY_WORDS, True)
        patch.setattr(candidate.Candidate, "converse", lambda *_: passed)
        patch.setattr(exam, "items", lambda: ITEMS)
        patch.setattr(load, "refresh", lambda: None)
        patch.setattr(candidate, "START_LIMIT", 20.0)

    def ready_to_train(self) -> int:
        """A release in use, a question that is new, and a training in the queue; gives its number."""
        live = made(State.published, rows=[content("bike")])
        exam.keep(self.understands, settings().data_dir / "knowledge" / str(live))
        for name in ("bike", "bath"):
            add_faq(name)
        return runs.request(somebody())

    def trainer(self, crash_at: str = "") -> multiprocessing.process.BaseProcess:
        """A trainer at work, in a process of its own."""
        forget_process_state()
        process = multiprocessing.get_context("fork").Process(target=_work, args=(crash_at,))
        process.start()
        return process

    def finish(self, crash_at: str = "") -> int | None:
        """The same, to its end; gives the exit code."""
        process = self.trainer(crash_at)
        process.join(60)
        return process.exitcode


def _work(crash_at: str) -> None:
    os.environ["XINQIAO_CRASH_AT"] = crash_at
    forget_process_state()
    raise SystemExit(trainer.main())


def left_over(home: Path) -> list[str]:
    """Processes of ours that work for this data directory, but for the test's own."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        try:
            here = str(home) in " ".join(process.info["cmdline"] or ()) or str(home) in str(process.environ())
            if here and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.info["cmdline"])[:80])
        except psutil.Error:
            continue
    return found


def parts_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """For a fixture."""
    monkeypatch.setattr(work, "LOOK", 0.05)
    monkeypatch.setattr(trainer, "BEAT", 0.05)
    yield Parts(monkeypatch)
