"""`python -m bot.training.trainer`: works off the training that waits, stage by stage, and ends.

The supervisor starts it when somebody has pressed the button. It runs at low priority, and whatever becomes of it, the
engine that serves is not its child and knows nothing of it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot import crash, engine_env
from bot.db.states import TrainingState as State
from bot.db.training_models import Training
from bot.lexicon import load
from bot.settings import ROOT, settings
from bot.training import asking, bank, candidate, check, exam, gate, releases, runs, work
from bot.training.releases import Files
from bot.training.work import Failed

log = logging.getLogger(__name__)
BEAT = 2.0  # seconds between two signs of life
TELL_AGAIN = 2.0  # seconds; a full disk can keep a database from being told
NOTHING_NEW = "跟现在用的比，问答和对话都没有改动，不用重新训练。"
FAULTY = "数据有问题，没有训练："
NO_LIVE = "现在没有在用的版本，请先重启服务。"
SCRATCH = "scratch"


class Refused(Exception):
    """The data or the candidate are not good enough. `reasons` are what the page shows."""

    def __init__(self, reasons: list[str], report: dict[str, Any] | None = None) -> None:
        super().__init__("refused")
        self.reasons, self.report = reasons, report


@dataclass
class Run:
    """A training at work. `live` is the release in use when it began."""

    id: int
    live: Training
    seconds: dict[str, float] = field(default_factory=dict)
    _beaten: float = 0.0

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return releases.folder(self.id)

    def alive(self, share: float | None = None) -> None:
        """A sign of life, now and then. Raises Overtaken if the training was discarded."""
        if time.monotonic() - self._beaten > BEAT:
            self._beaten = time.monotonic()
            runs.beat(self.id, share)

    @contextlib.contextmanager
    def stage(self, stage: State, **facts: object) -> Iterator[None]:
        """A stage while the block lasts: told, timed, and a place at which tests kill."""
        if stage != State.exporting:
            runs.enter(self.id, stage, **facts)
        crash.point(f"training_{stage}")
        started = time.monotonic()
        yield
        self.seconds[stage] = round(time.monotonic() - started, 1)


def main() -> int:
    """Works off what waits."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    work.be_modest()
    while (run := runs.claim()) is not None:
        work_off(run)
    return 0


def work_off(run: int) -> None:
    """One training, to its end, whatever that is."""
    try:
        _tell(run, State.ready, **_train(run))
    except Refused as refused:
        _tell(run, State.refused, "\n".join(refused.reasons), report=refused.report or {})
    except runs.Overtaken:
        log.info("training %s was discarded", run)
    except Exception as error:  # the process's edge: the page must hear of it
        log.error("training %s failed: %s", run, type(error).__name__)
        _tell(run, State.failed, _reason(error))
    releases.prune()


def _tell(run: int, state: State, reason: str | None = None, **facts: object) -> None:
    """Tells the end until it is heard; files are removed first, which makes room on a full disk."""
    if state != State.ready:
        shutil.rmtree(releases.folder(run), ignore_errors=True)
    while True:
        try:
            return runs.end(run, state, reason, **facts)
        except runs.Overtaken:
            return None
        except SQLAlchemyError as error:
            log.error("cannot tell the end of training %s: %s", run, type(error).__name__)
            time.sleep(TELL_AGAIN)


def _reason(error: Exception) -> str:
    if isinstance(error, Failed):
        return str(error)
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if full or "disk is full" in str(error):
        return work.FULL.format(free=0, least=work.LEAST_FREE)
    if isinstance(error, MemoryError):
        return work.MEMORY.format(limit=settings().training_memory_mb)
    return work.CODE.format(code=type(error).__name__)


def _train(run_id: int) -> dict[str, Any]:
    """All stages; gives what the row keeps. Raises Refused, Failed, Overtaken and whatever goes wrong."""
    live = releases.live()
    if live is None:
        raise Failed(NO_LIVE)
    run = Run(run_id, live)
    rows, before = _export(run)
    _check(run, rows, before)
    files, facts = _build(run)
    report = _evaluate(run, files, {row["id"] for row in before} & {row["id"] for row in rows})
    report |= {"changes": bank.changes(before, rows), "seconds": run.seconds}
    if report["refusals"]:
        raise Refused(report["refusals"], report)
    return {**facts, "against": live.id, "report": report}


def _export(run: Run) -> tuple[list[bank.Row], list[bank.Row]]:
    """The questions of the database, and those of the release in use. Raises Refused if nothing differs."""
    with run.stage(State.exporting):
        work.check_disk()
        rows = bank.rows()
        if bank.digest(rows) == run.live.bank_digest and engine_env.model_digest() == run.live.model_digest:
            raise Refused([NOTHING_NEW])
        bank.write(rows, run.folder)
        return rows, bank.read(releases.folder(run.live.id)) or []


def _check(run: Run, rows: list[bank.Row], before: list[bank.Row]) -> None:
    with run.stage(State.checking, bank_digest=bank.digest(rows), sources=engine_env.sources_digest()):
        load.refresh()
        found = check.faults(rows, before)
        if engine_env.model_digest() != run.live.model_digest:
            found += _repository_faults(run)
        if found:
            raise Refused([FAULTY, *found])


def _repository_faults(run: Run) -> list[str]:
    """What `python -m bot.validate` says of the repository's files, line by line."""
    command = [sys.executable, "-m", "bot.validate"]
    environment = {**engine_env.environment(), "PYTHONPATH": str(ROOT)}
    try:
        work.run(command, environment, run.alive)
    except Failed:
        return ["仓库里的数据文件没有通过检查，细节在日志 training.log 里。"]
    return []


def _build(run: Run) -> tuple[Files, dict[str, str]]:
    """Model, if what it is made of has changed, and index."""
    with run.stage(State.training):
        model = _model(run)
        index = run.folder / "index"
        with work.started(bank.index_command(run.folder, index), engine_env.environment()) as process:
            exam.items()  # graded once a process: while the other one is at work
            work.finish(process, run.alive)
        files = Files(model, index)
        digest = engine_env.model_digest()
        facts = releases.facts_of(files, digest)
    return files, facts


def _model(run: Run) -> Path:
    if engine_env.model_digest() == run.live.model_digest:
        return releases.files(run.live).model
    name = "model.tar.gz"
    arguments = ("--out", str(run.folder), "--name", name, "--vectors", str(engine_env.vectors()))
    command = [str(engine_env.require_python()), "-m", "bot.nlu.train", *arguments]
    work.run(command, engine_env.environment(), run.alive)
    engine_env.note_model(run.folder / name)
    return run.folder / name


def _evaluate(run: Run, files: Files, known: set[str]) -> dict[str, Any]:
    """The candidate beside the release in use."""
    with contextlib.ExitStack() as stack:
        with run.stage(State.starting):
            old = _of_live(run)
            asked = stack.enter_context(asking.asked(files, exam.texts(), run.folder))
            one = stack.enter_context(candidate.running(files, run.folder / SCRATCH, run.alive))
        with run.stage(State.evaluating):
            steps = one.converse(run.folder / bank.FILE, run.alive)
            new = [exam.Understood.of(row) for row in asked.rows(run.alive)]
            exam.keep(new, run.folder)
            report = gate.compare(old, new, known)
    report["canary"] = steps
    report["per_faq"] = gate.per_faq(_per_faq(releases.files(run.live).index), _per_faq(files.index))
    report["refusals"] = gate.refusals(report, steps)
    return report


def _of_live(run: Run) -> list[exam.Understood]:
    """What the release in use understands; one that was never examined is asked now."""
    folder = releases.folder(run.live.id)
    known = exam.kept(folder)
    if known is None:
        with asking.asked(releases.files(run.live), exam.texts(), run.folder) as asked:
            known = [exam.Understood.of(row) for row in asked.rows(lambda _: run.alive())]
        exam.keep(known, folder)
    return known


def _per_faq(index: Path) -> dict[str, float]:
    """The index's own held-out figures by FAQ; empty where it has none."""
    try:
        found: dict[str, float] = json.loads((index / "index.json").read_text(encoding="utf-8")).get("per_faq", {})
    except (OSError, ValueError):
        return {}
    return found


if __name__ == "__main__":
    sys.exit(main())
