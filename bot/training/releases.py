"""What serves: the release in use, those before it, and their files. A start from new files makes a release."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, engine_env
from bot.clock import now
from bot.db.session import reading, transaction
from bot.db.states import TrainingState as State
from bot.db.training_models import Training
from bot.errors import ConfigError, NotAllowedNow, NotFound
from bot.settings import settings
from bot.training import bank

KEPT = 3  # former releases whose files are kept, beside the one in use and the newest of the repository
FOLDER = "knowledge"
ENDED = (State.discarded, State.refused, State.failed)
RESTARTED = "切换的时候服务重启了，没有换成。请再点一次。"
BROKEN = "文件缺了或者被改动过，重启时改用了仓库自带的。"


class Stale(NotAllowedNow):
    """It was compared with a release that is not in use any more: train again."""

    code = "stale"


@dataclass(frozen=True)
class Files:
    """What an engine is started with. `model` is an archive, `index` a folder."""

    model: Path
    index: Path


def folder(run: int) -> Path:
    """Where the files of a training lie."""
    return settings().data_dir / FOLDER / str(run)


def files(row: Training) -> Files:
    """The files of a release. Raises ConfigError unless they are byte for byte what was evaluated."""
    if row.model is None or row.index_dir is None:
        raise ConfigError("it has no files")
    found = Files(settings().data_dir / row.model, settings().data_dir / row.index_dir)
    for path, noted in ((found.model, row.model_sha256), (found.index, row.index_sha256)):
        if not path.exists() or engine_env.content_digest(path) != noted:
            raise ConfigError(f"{path.name} is missing or is not what was made here")
    return found


def are_there(row: Training) -> bool:
    """True if the files were not cleared away; a quick look."""
    names = (row.model, row.index_dir)
    return all(name is not None and (settings().data_dir / name).exists() for name in names)


def live(session: Session | None = None) -> Training | None:
    """The release in use."""
    return _in_state(session, State.published)


def wanted(session: Session | None = None) -> Training | None:
    """The release that is to be put in use."""
    return _in_state(session, State.publishing)


def _in_state(session: Session | None, state: State) -> Training | None:
    query = select(Training).where(Training.state == state)
    if session is not None:
        return session.execute(query.with_for_update()).scalar_one_or_none()
    with reading() as own:
        return own.execute(query).scalar_one_or_none()


def history(limit: int = 20) -> list[Training]:
    """All trainings and releases, newest first."""
    with reading() as session:
        newest = select(Training).order_by(Training.id.desc()).limit(limit)
        return list(session.execute(newest).scalars())


def publish(staff_id: str, run: int) -> None:
    """Wants a training that is ready to be put in use. Raises NotFound, NotAllowedNow, Stale."""
    with transaction() as session:
        row = _row(session, run)
        if row.state != State.ready:
            raise NotAllowedNow("it is not ready")
        before = live(session)
        if before is None or row.against != before.id:
            raise Stale("it was compared with another release")
        _want(session, row, staff_id, audit.Action.training_published)


def roll_back(staff_id: str, run: int) -> None:
    """Wants a former release to be put in use again. Raises NotFound and NotAllowedNow."""
    with transaction() as session:
        row = _row(session, run)
        if row.state != State.retired or not are_there(row):
            raise NotAllowedNow("it was never in use, or its files are gone")
        _want(session, row, staff_id, audit.Action.training_rolled_back)


def _row(session: Session, run: int) -> Training:
    row = session.get(Training, run, with_for_update=True)
    if row is None:
        raise NotFound("no such training")
    return row


def _want(session: Session, row: Training, staff_id: str, act: audit.Action) -> None:
    if wanted(session) is not None:
        raise NotAllowedNow("another one is being put in use")
    row.state, row.published_by, row.claimed_by, row.reason = State.publishing, staff_id, None, None
    row.stage_started_at = now()
    audit.record(session, act, staff_id, audit.training(row.id))


def take_wish(run: int, machine: str) -> bool:
    """True for the one machine that puts a wanted release in use first; the others follow it."""
    with transaction() as session:
        row = _row(session, run)
        if row.state != State.publishing or row.claimed_by not in (None, machine):
            return False
        row.claimed_by = machine
        return True


def switched(run: int) -> None:
    """Makes a wanted release the one in use."""
    with transaction() as session:
        row = _row(session, run)
        _retire(session)
        row.state, row.published_at, row.reason = State.published, now(), None
    prune()


def not_switched(run: int, reason: str) -> None:
    """Puts a wanted release back where it was, and says why."""
    with transaction() as session:
        row = _row(session, run)
        if row.state == State.publishing:
            row.state = State.ready if row.published_at is None else State.retired
            row.reason = reason


def _retire(session: Session, reason: str | None = None) -> None:
    before = live(session)
    if before is not None:
        before.state = State.retired
        before.reason = reason
        session.flush()


def at_start(say: Callable[[str], None]) -> Files:
    """The files to start with: the release in use; or the repository's, as a release, if they are not known yet.

    Files that changed since are an update, which whoever restarts has installed. A release whose files are
    broken gives way to the repository's, and it is said aloud.
    """
    wish = wanted()
    if wish is not None:
        not_switched(wish.id, RESTARTED)
    row = live()
    if row is None or not _is_known(engine_env.sources_digest()):
        return _from_repository(row)
    try:
        found = files(row)
    except ConfigError as error:
        say(f"RELEASE {row.id} CANNOT BE USED ({error}): the repository's is in use")
        return _from_repository(row, BROKEN)
    say(f"release {row.id} of {row.published_at:%Y-%m-%d}")
    return found


def _is_known(sources: str) -> bool:
    with reading() as session:
        return session.execute(select(Training.id).where(Training.sources == sources)).first() is not None


def _from_repository(before: Training | None, reason: str | None = None) -> Files:
    """A release of the repository's model; with the questions that were in use, if the desk had trained any."""
    trained_here = before is not None and before.requested_by is not None and reason is None
    with transaction() as session:
        _retire(session, reason)
        row = Training(state=State.published, sources=engine_env.sources_digest(), published_at=now())
        session.add(row)
        session.flush()
    rows = bank.rows()
    bank.write(rows, folder(row.id))
    found = Files(engine_env.check_model(), _index(row.id) if trained_here else engine_env.index_path())
    with transaction() as session:
        row = _row(session, row.id)
        row.bank_digest = bank.digest(rows)
        for name, value in facts_of(found, engine_env.model_digest()).items():
            setattr(row, name, value)
    prune()
    return found


def _index(run: int) -> Path:
    index = folder(run) / "index"
    bank.build_index(folder(run), index)
    return index


def facts_of(found: Files, model_digest: str) -> dict[str, str]:
    """What a row keeps of its files."""
    home = settings().data_dir
    return {
        "model": str(found.model.relative_to(home)),
        "model_digest": model_digest,
        "model_sha256": engine_env.content_digest(found.model),
        "index_dir": str(found.index.relative_to(home)),
        "index_sha256": engine_env.content_digest(found.index),
    }


def prune() -> None:
    """Removes the files of trainings that nobody can publish or go back to."""
    home = settings().data_dir / FOLDER
    if not home.is_dir():
        return
    with reading() as session:
        rows = list(session.execute(select(Training).order_by(Training.published_at.desc())).scalars())
    needed = {part for row in _kept(rows) for part in (str(row.id), *_parts(row))}
    for path in home.iterdir():
        if path.name not in needed:
            shutil.rmtree(path, ignore_errors=True)


def _kept(rows: list[Training]) -> list[Training]:
    former = [row for row in rows if row.state == State.retired]
    ours = [row for row in former if row.requested_by is None][:1]
    return [row for row in rows if row.state not in (*ENDED, State.retired)] + former[:KEPT] + ours


def _parts(row: Training) -> list[str]:
    """The folders in which the files of a release lie: its model may be that of an earlier one."""
    places = [Path(name) for name in (row.model, row.index_dir) if name]
    return [place.parts[1] for place in places if place.parts[0] == FOLDER]
