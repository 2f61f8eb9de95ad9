"""Switching engines under a real supervisor: the old one serves until the new one answers, and after every failure."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import engine_call, engine_env, upstream
from bot.db.states import TrainingState as State
from bot.settings import settings
from bot.supervisor import Supervisor
from bot.training import keeper, releases, runs
from bot.training.keeper import Keeper
from tests.conftest import forget_process_state
from tests.fakes.server import free_port
from tests.training.ground import made, row_of, somebody
from tests.training.parts import FAKE, left_over
from tests.waiting import until

CLAIMS_AND_SLEEPS = "import bot.db.tables; from bot.training import runs; runs.claim(); import time; time.sleep(600)"


class Under:
    """A supervisor with an engine that serves, and its keeper."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.said = patch, list[str]()
        self.fault = ""
        patch.setattr(keeper, "EVERY", 0.05)
        patch.setattr(keeper, "DRAIN", 0.3)
        patch.setattr(engine_env, "serve_command", lambda _, port: [*FAKE, str(port), *self.fault.split()])
        self.live = made(State.published)
        self.supervisor = Supervisor(self.said.append)
        upstream.reset()
        environment = {**os.environ, "XINQIAO_DATA_DIR": str(settings().data_dir)}
        self.supervisor.start(
            "engine", [*FAKE, str(settings().engine_port)], environment, settings().data_dir / "log" / "x"
        )
        until(self.answers, 20)
        self.keeper = Keeper(self.supervisor, self.said.append)

    def answers(self) -> bool:
        """True if the engine that serves answers."""
        return engine_call.canary_comes_back(upstream.url(), settings().engine_secret)

    def goes_on(self, ended: Callable[[], object], seconds: float = 30) -> None:
        """Watches until then; the engine that serves answers all the while."""
        deadline = time.monotonic() + seconds
        while not ended():
            assert time.monotonic() < deadline, self.said
            self.supervisor.look()
            self.keeper.look()
            assert self.answers()
            time.sleep(0.02)

    def wish(self) -> int:
        """A training that somebody wants to be put in use."""
        run = made(State.ready, against=self.live, requested_by=somebody())
        releases.publish(somebody("lead", "lead"), run)
        return run


@pytest.fixture
def under(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Under]:
    monkeypatch.setenv("XINQIAO_ENGINE_PORT", str(free_port()))
    forget_process_state()
    found = Under(monkeypatch)
    yield found
    found.supervisor.stop()


def test_a_wanted_release_takes_over_and_the_one_before_is_drained(under: Under, database: Path) -> None:
    before, run = upstream.url(), under.wish()
    under.goes_on(lambda: row_of(run).state == State.published)
    assert upstream.url() != before
    under.goes_on(lambda: len(left_over(database)) == 1)
    assert set(under.supervisor.children) == {"engine"}
    assert row_of(under.live).state == State.retired


def test_the_engine_that_took_over_is_kept_alive_and_there_is_a_way_back(under: Under) -> None:
    run = under.wish()
    under.goes_on(lambda: row_of(run).state == State.published)
    releases.roll_back(somebody("other", "lead"), under.live)
    under.goes_on(lambda: row_of(under.live).state == State.published)
    child = under.supervisor.children["engine"].process
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    until(lambda: not under.answers(), 10)
    until(lambda: (under.supervisor.look(), under.answers())[1], 20)


@pytest.mark.parametrize("fault", ["dies", "silent"])
def test_an_engine_that_does_not_come_up_changes_nothing(
    under: Under, database: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(keeper, "READY_LIMIT", 1.0)
    under.fault = fault
    before, run = upstream.url(), under.wish()
    under.goes_on(lambda: row_of(run).state == State.ready)
    assert row_of(run).reason == keeper.NOT_UP
    assert upstream.url() == before
    assert row_of(under.live).state == State.published
    under.goes_on(lambda: len(left_over(database)) == 1)


def test_a_release_that_was_altered_is_not_started(under: Under) -> None:
    run = under.wish()
    (releases.folder(run) / "model.tar.gz").write_text("rubbish")
    under.goes_on(lambda: row_of(run).state == State.ready)
    assert row_of(run).reason == keeper.BROKEN


def test_a_full_disk_at_the_moment_of_the_switch_changes_nothing(under: Under, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upstream, "prepare", full)
    run = under.wish()
    under.goes_on(lambda: row_of(run).state == State.ready)
    assert row_of(run).reason == keeper.DISK


def test_another_machine_follows_what_was_published(under: Under) -> None:
    run = under.wish()
    releases.take_wish(run, "another")
    under.goes_on(lambda: under.said == [])
    releases.switched(run)
    before = upstream.url()
    under.goes_on(lambda: upstream.url() != before)


@pytest.mark.parametrize(("point", "serves"), [("before_switch", "the old"), ("after_switch_commit", "the new")])
def test_a_crash_in_the_switch_leaves_one_release_that_a_restart_serves(
    database: Path, monkeypatch: pytest.MonkeyPatch, point: str, serves: str
) -> None:
    monkeypatch.setenv("XINQIAO_ENGINE_PORT", str(free_port()))
    monkeypatch.setattr(engine_env, "sources_digest", lambda: "known")
    forget_process_state()

    def supervise() -> None:
        os.environ["XINQIAO_CRASH_AT"] = point
        forget_process_state()
        under = Under(monkeypatch)
        under.wish()
        under.goes_on(lambda: False)

    process = multiprocessing.get_context("fork").Process(target=supervise)
    process.start()
    process.join(60)
    assert process.exitcode == -9
    until(lambda: left_over(database) == [], 10)
    old, new = releases.history()[::-1]
    runs_on = old if serves == "the old" else new
    with_sources(runs_on.id)
    assert releases.at_start(lambda _: None) == releases.files(runs_on)
    assert [row.state for row in releases.history()[::-1]] == (
        [State.published, State.ready] if serves == "the old" else [State.retired, State.published]
    )


def with_sources(run: int) -> None:
    """As if it had been made of the repository's present files."""
    from bot.db.session import transaction
    from bot.db.training_models import Training

    with transaction() as session:
        session.get_one(Training, run).sources = "known"


def test_a_trainer_that_was_killed_is_told_and_the_next_training_is_taken(
    under: Under, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "TRAINER", [sys.executable, "-c", CLAIMS_AND_SLEEPS])
    run = runs.request(somebody())
    under.goes_on(lambda: row_of(run).state == State.exporting)
    child = under.supervisor.children["trainer"].process
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    under.goes_on(lambda: row_of(run).state == State.failed)
    again = runs.request(somebody("other"))
    under.goes_on(lambda: row_of(again).state == State.exporting)
