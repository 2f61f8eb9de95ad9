"""Where a demo lives: a fresh directory, or one that is named; never a database with anything real in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import engine_env
from bot.db import demo_mark
from bot.errors import ConfigError
from bot.settings import ROOT, data_dir, data_dir_is_given, settings, use_trial_directory

FILE = "xinqiao.db"
OURS = {
    "models",
    "faq_index",
    "faq_vectors.bin",
    "faq_heldout.bin",
    "secrets.env",
    "log",
}  # what may be there without a database
REFUSED = "this is not the database of a demo, and it is not empty: nothing was changed"
NOT_ASKED = (
    "XINQIAO_DATABASE_URL names a database: a demo goes there only with --into-database, and only if it is empty"
)


@contextmanager
def settled(directory: Path | None, *, into_database: bool, keep: bool) -> Iterator[Path]:
    """The data directory of this process while the block lasts: the one that is named, or a fresh one, which is thrown
    away unless it is to be kept.

    Raises ConfigError, with nothing changed, unless its database is empty or a demo's.
    """
    named = directory or (data_dir() if data_dir_is_given() else None)
    home = named or Path(tempfile.mkdtemp(prefix="xinqiao-demo-"))
    try:
        yield settle(home.resolve(), into_database=into_database)
    finally:
        if named is None and not keep:
            shutil.rmtree(home)


def settle(home: Path, *, into_database: bool) -> Path:
    """Makes the directory the data directory of this process. Raises ConfigError as `settled` does."""
    known_models = (data_dir(), ROOT / "var")
    _check_directory(home)
    use_trial_directory(home)
    if settings().database_url and not into_database:
        raise ConfigError(NOT_ASKED)
    if not demo_mark.is_empty() and not demo_mark.is_demo():
        raise ConfigError(REFUSED)
    for source in known_models:
        _borrow(source.resolve(), home)
    return home


def _check_directory(home: Path) -> None:
    """A folder of somebody's other things is no place for data that are thrown away. Where a database is, that says."""
    if home.exists() and not home.is_dir():
        raise ConfigError(f"{home} is not a directory")
    if not home.exists() or (home / FILE).exists():
        return
    strange = [path.name for path in home.iterdir() if path.name not in OURS]
    if strange:
        raise ConfigError(f"{home} holds other things, such as {sorted(strange)[0]}: name an empty directory")


def _borrow(source: Path, home: Path) -> None:
    """Copies the trained model and the FAQ index of this code from another data directory, if they are there."""
    if source == home:
        return
    model, index = engine_env.model_path(), engine_env.index_path()
    for path in (model, model.with_suffix(".sha256"), index, home / "faq_vectors.bin"):
        theirs = source / path.relative_to(home)
        if theirs.exists() and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if theirs.is_dir() else shutil.copy2)(theirs, path)
