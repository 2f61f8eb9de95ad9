"""Keeping the data: copies taken in the middle of work, and another key for everything that is stored."""

from __future__ import annotations

import os
import sqlite3
import threading
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, type_coerce, update
from sqlalchemy.exc import DatabaseError

from bot import care
from bot.db import backup, encryption, rekey
from bot.db.models import CaseEvent, Message
from bot.db.session import engine, reading, transaction
from bot.errors import BadInput, ConfigError
from bot.level import Level
from bot.settings import settings
from tests.closing import close
from tests.conftest import forget_process_state
from tests.conversation.acts import a_counsellor, say

WORDS = "夜里睡不着，想找人说说"


def other_key(monkeypatch: pytest.MonkeyPatch, *, keep: bool) -> None:
    """Starts anew with another first key; the one of before stays behind it, or goes."""
    fresh = b64encode(os.urandom(32)).decode()
    known = settings().data_keys
    monkeypatch.setenv("XINQIAO_DATA_KEYS", f"{fresh},{known}" if keep else known.split(",")[0])
    forget_process_state()


def closed_case() -> int:
    """A message of a worker and a case that was closed with words; gives the message's id."""
    said = say(WORDS)
    care.open_case(said.message_id, Level.low)
    close(said.conversation_id, a_counsellor(), "聊过了，家人陪着")
    with reading() as session:
        return session.execute(select(Message.id).where(Message.public_id == said.message_id)).scalar_one()


def keys_in_use() -> set[bytes]:
    """The ids of the keys under which messages and notes of events lie."""
    with reading() as session:
        values = [
            *session.scalars(select(type_coerce(Message.body, LargeBinary))),
            *session.scalars(select(type_coerce(CaseEvent.note, LargeBinary)).where(CaseEvent.note.is_not(None))),
        ]
    return {bytes(value)[:4] for value in values}


def test_after_rekey_the_old_key_can_go_and_everything_is_still_read(
    any_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = closed_case()
    other_key(monkeypatch, keep=True)
    monkeypatch.setattr(rekey, "BATCH", 2)
    assert rekey.rekey() > 3
    assert keys_in_use() == {encryption.box().current}
    assert rekey.rekey() == 0
    other_key(monkeypatch, keep=False)
    with reading() as session:
        assert session.get_one(Message, message_id).body == WORDS
        notes = session.scalars(select(CaseEvent.note).where(CaseEvent.kind == "closed")).all()
    assert notes == ["聊过了，家人陪着"]


def test_events_stay_append_only_after_rekey(any_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_case()
    other_key(monkeypatch, keep=True)
    rekey.rekey()
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(update(CaseEvent).values(kind="x"))


def test_rekey_without_the_old_key_says_what_is_missing_and_changes_nothing(
    any_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_case()
    before = keys_in_use()
    monkeypatch.setenv("XINQIAO_DATA_KEYS", b64encode(os.urandom(32)).decode())
    forget_process_state()
    with pytest.raises(ConfigError, match="XINQIAO_DATA_KEYS"):
        rekey.rekey()
    assert keys_in_use() == before


def test_a_copy_taken_while_others_write_is_whole_and_for_its_owner_only(database: Path, tmp_path: Path) -> None:
    stop, wrote = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            wrote.append(say(WORDS))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(wrote) < 3:
            stop.wait(0.01)
        acknowledged = len(wrote)
        size = backup.copy_to(tmp_path / "copy.db")
    finally:
        stop.set()
        writer.join()
    assert size == (tmp_path / "copy.db").stat().st_size
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        [(count,)] = copy.execute("SELECT count(*) FROM message")
    assert count >= acknowledged
    assert not list(tmp_path.glob("copy.db-*"))


def test_a_copy_never_replaces_anything(database: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("something else")
    with pytest.raises(BadInput):
        backup.copy_to(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "something else"
    with pytest.raises(BadInput):
        backup.copy_to(tmp_path / "no" / "such" / "folder.db")


def test_a_database_that_is_not_sqlite_is_not_copied(any_database: str, tmp_path: Path) -> None:
    if engine().dialect.name == "sqlite":
        assert backup.copy_to(tmp_path / "copy.db") > 0
    else:
        with pytest.raises(BadInput, match="pg_dump"):
            backup.copy_to(tmp_path / "copy.db")
