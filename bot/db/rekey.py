"""Encrypting anew, with the first key, what was encrypted with an older one; so that the older one can be dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Column, LargeBinary, Table, and_, func, select, text, type_coerce, update
from sqlalchemy.orm import Session

from bot.db.encryption import EncryptedText, box
from bot.db.session import empty_log, transaction
from bot.db.tables import Base

BATCH = 500  # values in one transaction: writers of the running gateway wait that long
APPEND_ONLY = {"case_event"}


def rekey() -> int:
    """Gives how many values were encrypted anew. May run beside the gateway, be cut off, and be run again.

    Raises ConfigError if a value fits no key of XINQIAO_DATA_KEYS; what was done until then stays done.
    """
    columns = [
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, EncryptedText)
    ]
    done = sum(sum(_batches(table, column)) for table, column in columns)
    empty_log()
    return done


def _batches(table: Table, column: Column[str]) -> Iterator[int]:
    """Goes through the column until a batch finds nothing under an older key; gives the size of each batch."""
    while True:
        with transaction() as session, _writable(session, table):
            count = _batch(session, table, column)
        yield count
        if not count:
            return


def _batch(session: Session, table: Table, column: Column[str]) -> int:
    sealed = type_coerce(column, LargeBinary)
    key = list(table.primary_key.columns)
    older = func.substr(sealed, 1, len(box().current)) != box().current
    query = select(*key, sealed).where(column.is_not(None), older).limit(BATCH).with_for_update()
    rows = session.execute(query).all()
    for *ids, value in rows:
        same_row = and_(*(column == part for column, part in zip(key, ids, strict=True)))
        session.execute(update(table).where(same_row).values({column: box().open(bytes(value))}))
    return len(rows)


@contextmanager
def _writable(session: Session, table: Table) -> Iterator[None]:
    """Lets an append-only table be rewritten in this transaction: the same words under another key are no change."""
    if table.name not in APPEND_ONLY:
        yield
    elif session.get_bind().dialect.name == "sqlite":
        named = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        triggers = session.execute(named, {"table": table.name}).all()
        for name, _ in triggers:
            session.execute(text(f'DROP TRIGGER "{name}"'))
        yield
        for _, made_by in triggers:
            session.connection().exec_driver_sql(made_by)
    else:
        session.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        yield
        session.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
