"""The engine of the database and `transaction()`, the one way to write.

SQLite: WAL, synchronous FULL, BEGIN IMMEDIATE, so that a writer waits at its start and never fails half-way.
PostgreSQL: the same code; row locks come from `with_for_update(skip_locked=True)`, which SQLite ignores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from bot.settings import settings

BUSY_TIMEOUT_MS = 10_000
_writer = Lock()


def make_engine(url: str) -> Engine:
    """Gives an engine for a SQLAlchemy URL; SQLite connections get our pragmas."""
    if not url.startswith("sqlite"):
        driver = url.replace("postgresql://", "postgresql+psycopg://")
        return create_engine(driver, pool_pre_ping=True, pool_size=16, hide_parameters=True)
    wait = {"timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, connect_args=wait, pool_size=16, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not start transactions of its own
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@lru_cache
def engine() -> Engine:
    """The database engine of this process."""
    return make_engine(settings().url)


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed at the end of the block, or rolled back whole if it raises."""
    with _turn_to_write(), Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


def _turn_to_write() -> AbstractContextManager[object]:
    """SQLite has one writer, and waiting for it means polling: threads of one process queue up here instead."""
    return _writer if engine().dialect.name == "sqlite" else nullcontext()


def empty_log() -> None:
    """SQLite: moves its log into the file and empties it, so that what was erased is not in the log either."""
    if engine().dialect.name != "sqlite":
        return
    connection = engine().raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for reading only: it never waits for a writer on SQLite."""
    with Session(engine().execution_options(read_only=True), expire_on_commit=False) as session:
        yield session
