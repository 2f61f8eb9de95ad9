"""The mark of a demo's database: a table that no migration makes, so that no real database can come to have it."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Engine, inspect

from bot.db.session import engine

TABLE = "demo_mark"


def is_demo() -> bool:
    """True if everything in the database of this process is invented. Asked of the database once a process."""
    return _is_marked(engine())


@lru_cache(maxsize=4)
def _is_marked(database: Engine) -> bool:
    return inspect(database).has_table(TABLE)


def is_empty() -> bool:
    """True if nothing was ever made in the database, not even a table."""
    return not inspect(engine()).get_table_names()


def set_mark() -> None:
    """Marks the database for ever."""
    with engine().begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {TABLE} (filled INTEGER PRIMARY KEY)")
    _is_marked.cache_clear()


def set_filled() -> None:
    """Notes that the filling came to its end."""
    with engine().begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO {TABLE} VALUES (1)")  # noqa: S608 - a constant


def is_filled() -> bool:
    """True unless the filling of this demo broke off."""
    with engine().connect() as connection:
        return connection.exec_driver_sql(f"SELECT filled FROM {TABLE}").first() is not None  # noqa: S608
