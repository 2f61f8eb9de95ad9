"""The trainer: to a result whatever happens. Killed at every stage, on a full disk, out of memory, discarded."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import crash
from bot.db.states import TrainingState as State
from bot.settings import settings
from bot.training import candidate, exam, releases, runs, work
from bot.training.exam import Understood
from tests.conftest import forget_process_state
from tests.training.ground import add_faq, row_of, somebody
from tests.training.parts import SLEEPS, Parts, left_over, parts_of
from tests.waiting import until

STAGES = [point for point in crash.TRAINING_POINTS if point.startswith("training_")]


@pytest.fixture
def parts(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    yield from parts_of(monkeypatch)


def the_live_one_is_untouched() -> None:
    """It is in use, and its files are what they were."""
    live = releases.live()
    assert live is not None
    releases.files(live)


def reason_of(run: int) -> str:
    row = row_of(run)
    assert row.state == State.failed
    the_live_one_is_untouched()
    assert not releases.folder(run).exists()
    return row.reason or ""


def test_a_training_gets_ready_with_its_files_its_report_and_nothing_left_running(parts: Parts, database: Path) -> None:
    run = parts.ready_to_train()
    assert parts.finish() == 0
    row = row_of(run)
    assert (row.state, row.reason) == (State.ready, None)
    report = runs.report_of(row)
    assert report["changes"]["added"] == ["bath"]
    assert set(report["seconds"]) == set(runs.STAGES)
    assert {path.name for path in releases.folder(run).iterdir()} == {"bank.json", "exam.json", "index"}
    assert row.model == row_of(row.against or 0).model, "the model has not changed: it is not trained again"
    assert left_over(database) == []
    releases.publish(somebody("lead", "lead"), run)


@pytest.mark.parametrize("point", STAGES)
def test_a_kill_at_any_stage_is_told_cleared_away_and_can_be_tried_again(
    parts: Parts, database: Path, point: str
) -> None:
    run = parts.ready_to_train()
    assert parts.finish(crash_at=point) == -9
    assert row_of(run).state == point.removeprefix("training_")
    assert runs.interrupted() == [run]
    releases.prune()
    assert runs.STAGE_WORDS[State(point.removeprefix("training_"))] in reason_of(run)
    until(lambda: left_over(database) == [], 10)
    again = runs.request(somebody("other"))
    assert parts.finish() == 0
    assert row_of(again).state == State.ready


def test_a_candidate_that_never_gets_ready_is_given_up(
    parts: Parts, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "START_LIMIT", 1.0)
    parts.engine = "silent"
    run = parts.ready_to_train()
    parts.finish()
    assert "没有起来" in reason_of(run)
    assert left_over(database) == []


def test_a_candidate_that_dies_is_given_up_at_once(parts: Parts) -> None:
    parts.engine = "dies"
    run = parts.ready_to_train()
    parts.finish()
    assert "退出" in reason_of(run)


@pytest.mark.parametrize(("way", "words"), [("dies", "代码 3"), ("short", "没有得到回答")])
def test_an_exam_that_is_not_answered_to_its_end_is_no_exam(parts: Parts, way: str, words: str) -> None:
    parts.reader = way
    run = parts.ready_to_train()
    parts.finish()
    assert words in reason_of(run)


def test_a_process_that_wants_too_much_memory_is_stopped(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_TRAINING_MEMORY_MB", "1500")
    parts.index = "x = bytearray(2000 * 2**20)"
    run = parts.ready_to_train()
    parts.finish()
    assert "内存不够" in reason_of(run)


def test_a_stage_that_takes_too_long_is_stopped(parts: Parts, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_TRAINING_MINUTES", "0.02")
    parts.index = SLEEPS
    run = parts.ready_to_train()
    parts.finish()
    assert "超过了 0.02 分钟" in reason_of(run)
    assert left_over(database) == []


def test_a_builder_that_fails_says_where_to_look(parts: Parts) -> None:
    parts.index = "raise SystemExit(7)"
    run = parts.ready_to_train()
    parts.finish()
    assert "代码 7" in reason_of(run)


def test_one_that_is_discarded_while_it_works_stops_at_once(parts: Parts, database: Path) -> None:
    parts.index = SLEEPS
    run = parts.ready_to_train()
    process = parts.trainer()
    until(lambda: row_of(run).state == State.training, 20)
    runs.discard(somebody("other"), run)
    process.join(20)
    assert (process.exitcode, row_of(run).state) == (0, State.discarded)
    assert not releases.folder(run).exists()
    assert left_over(database) == []


def test_it_runs_at_low_priority(parts: Parts) -> None:
    parts.index = f"import os, pathlib; pathlib.Path({str(settings().data_dir / 'nice')!r}).write_text(str(os.nice(0)))"
    parts.ready_to_train()
    parts.finish()
    assert int((settings().data_dir / "nice").read_text()) == os.nice(0) + work.NICENESS


def test_a_poisoned_table_is_refused_before_anything_is_trained(parts: Parts) -> None:
    run = parts.ready_to_train()
    add_faq("poison", variants=["我不想活了", "今晚就想走", "活着没意思"])
    parts.finish()
    row = row_of(run)
    assert (row.state, row.stage) == (State.refused, State.checking)
    assert "poison" in (row.reason or "")
    the_live_one_is_untouched()


def test_without_a_change_nothing_is_trained(parts: Parts) -> None:
    run = parts.ready_to_train()
    parts.finish()
    releases.publish(somebody("lead", "lead"), run)
    releases.switched(run)
    again = runs.request(somebody("other"))
    parts.finish()
    assert (row_of(again).state, row_of(again).stage) == (State.refused, State.exporting)


def test_a_candidate_that_no_longer_hears_distress_is_refused_with_its_report(parts: Parts) -> None:
    parts.understands = [*parts.understands[:2], Understood("express_sad", None, ())]
    run = parts.ready_to_train()
    parts.finish()
    row = row_of(run)
    assert (row.state, row.stage) == (State.refused, State.evaluating)
    assert "听不出了：u-1" in (row.reason or "")
    assert runs.report_of(row)["safety"]["lost"] == ["u-1"]
    the_live_one_is_untouched()


def test_a_release_that_was_never_examined_is_asked_now(parts: Parts, database: Path) -> None:
    run = parts.ready_to_train()
    live = releases.live()
    assert live is not None
    (releases.folder(live.id) / exam.FILE).unlink()
    parts.finish()
    assert row_of(run).state == State.ready
    assert exam.kept(releases.folder(live.id)) is not None


# --- a full disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(parts: Parts, database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data directory on a disk of eight MiB."""
    forget_process_state()
    place = database.parent / f"{database.name}-small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(place)], check=False).returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        shutil.copytree(database, place, dirs_exist_ok=True)
        monkeypatch.setenv("XINQIAO_DATA_DIR", str(place))
        forget_process_state()
        yield place
    finally:
        forget_process_state()
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_with_too_little_room_nothing_is_begun(parts: Parts, small_disk: Path) -> None:
    run = parts.ready_to_train()
    parts.finish()
    assert "磁盘快满了" in reason_of(run)


def test_a_disk_that_fills_up_on_the_way_is_told_and_cleared(
    parts: Parts, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LEAST_FREE", 0)
    monkeypatch.setattr(work.check_disk, "__defaults__", (0,))
    parts.index = "import sys; open(sys.argv[1] + '.part', 'wb').write(bytes(9 * 2**20))"
    run = parts.ready_to_train()
    parts.finish()
    assert "磁盘快满了" in reason_of(run)
