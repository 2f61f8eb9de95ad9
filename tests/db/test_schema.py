"""The schema: migrations make exactly what the models say, and the audit trail cannot be rewritten."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from bot import care
from bot.db.base import Base
from bot.db.models import CaseEvent
from bot.db.session import engine, transaction
from bot.level import Level
from tests.conversation.acts import say


def test_migrations_make_what_the_models_say(any_database: str) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_the_audit_trail_refuses_changes(any_database: str) -> None:
    care.open_case(say("不想活了").message_id, Level.high)
    for change in (update(CaseEvent).values(kind="x"), delete(CaseEvent)):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(change)


def test_sqlite_is_durable_and_waits(database: object) -> None:
    with engine().connect() as connection:
        found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
    assert found == ["wal", 2]
