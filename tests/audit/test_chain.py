"""The chain: written with the act, refused to be changed, and every change that was forced on it is found."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.exc import DatabaseError, NoResultFound

from bot import audit
from bot.audit import verify
from bot.audit.chain import chain_key, digest
from bot.audit.verify import Anchor, Fault, Progress
from bot.db.models import Person
from bot.db.schema import upgrade
from bot.db.session import reading, transaction
from bot.settings import ROOT
from tests.audit.ground import STAFF, by_hand, drop_guards, fill, found, rows
from tests.conftest import forget_process_state


def test_an_act_and_its_entry_are_committed_together(any_database: str) -> None:
    with transaction() as session:
        session.add(Person(pseudonym="职工-1"))
        audit.record(session, audit.Action.claimed, STAFF, audit.case("20261128-00001"))
    [entry] = rows()
    assert (entry.seq, entry.action, entry.staff_id, entry.subject_id) == (1, "claimed", STAFF, "20261128-00001")
    assert found() == (None, None)


def test_an_act_that_fails_leaves_no_entry(any_database: str) -> None:
    def fail() -> None:
        with transaction() as session:
            audit.record(session, audit.Action.claimed, STAFF)
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rows() == []


def test_an_entry_that_cannot_be_written_takes_its_act_with_it(any_database: str) -> None:
    drop_guards()
    by_hand("DELETE FROM audit_head")

    def act() -> None:
        with transaction() as session:
            session.add(Person(id="b" * 32, pseudonym="职工-1"))
            audit.record(session, audit.Action.claimed, STAFF)

    with pytest.raises(NoResultFound):
        act()
    with reading() as session:
        assert session.get(Person, "b" * 32) is None


def test_several_acts_of_one_transaction_stand_in_their_order(any_database: str) -> None:
    with transaction() as session:
        audit.record(session, audit.Action.acknowledged, STAFF)
        with session.begin_nested():
            audit.record(session, audit.Action.replied, STAFF)
        audit.record(session, audit.Action.closed, STAFF)
    assert [row.action for row in rows()] == ["acknowledged", "replied", "closed"]
    assert found() == (None, None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET action = 'closed' WHERE seq = 2",
        "UPDATE audit_entry SET seq = 9 WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 3",
        "UPDATE audit_head SET seq = 2",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head VALUES (2, 9, 'x')",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_written(any_database: str, change: str) -> None:
    fill(3)
    with pytest.raises(DatabaseError, match="append-only"):
        by_hand(change)
    assert found() == (None, None)


def test_sqlite_refuses_to_replace_an_entry(database: object) -> None:
    fill(2)
    values = "(2, 'x', NULL, 'x', 'none', '', '{}', 'x', 'x')"
    with pytest.raises(DatabaseError, match="append-only"):
        by_hand(f"INSERT OR REPLACE INTO audit_entry VALUES {values}")


def test_postgresql_refuses_to_empty_the_tables(any_database: str) -> None:
    if any_database == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for table in ("audit_entry", "audit_head"):
        with pytest.raises(DatabaseError, match="append-only"):
            by_hand(f"TRUNCATE {table}")


@pytest.mark.parametrize(
    "change",
    [
        "at = '2020-01-01T00:00:00.000000+00:00'",
        f"staff_id = '{'b' * 32}'",
        "staff_id = NULL",
        "action = 'closed'",
        "subject_kind = 'staff'",
        "subject_id = '20261128-00099'",
        "detail = '{\"count\":1}'",
        f"previous = '{'0' * 64}'",
        f"hash = '{'0' * 64}'",
    ],
)
def test_a_changed_value_is_found_with_the_number_of_its_entry(any_database: str, change: str) -> None:
    fill(5)
    drop_guards()
    by_hand(f"UPDATE audit_entry SET {change} WHERE seq = 3")
    assert found() == (Fault.altered, 3)


def test_a_value_of_another_type_is_found_too(database: object) -> None:
    fill(3)
    drop_guards()
    by_hand("UPDATE audit_entry SET detail = x'00ff', hash = 5 WHERE seq = 2")
    assert found() == (Fault.altered, 2)


def test_an_entry_that_is_gone_is_found(any_database: str) -> None:
    fill(5)
    drop_guards()
    by_hand("DELETE FROM audit_entry WHERE seq = 4")
    assert found() == (Fault.missing, 4)
    by_hand("DELETE FROM audit_entry WHERE seq = 1")
    assert found() == (Fault.missing, 1)


def test_two_entries_that_changed_places_are_found(any_database: str) -> None:
    fill(4)
    drop_guards()
    for old, new in ((2, 90), (3, 2), (90, 3)):
        by_hand(f"UPDATE audit_entry SET seq = {new} WHERE seq = {old}")
    assert found() == (Fault.altered, 2)


def test_a_tail_that_was_cut_off_is_found_by_the_head(any_database: str) -> None:
    fill(5)
    drop_guards()
    by_hand("DELETE FROM audit_entry WHERE seq > 3")
    assert found() == (Fault.missing, 4)


def test_a_tail_that_was_cut_off_with_the_head_is_found_by_what_was_written_down(any_database: str) -> None:
    fill(5)
    anchor = verify.head()
    third = rows()[2]
    drop_guards()
    by_hand("DELETE FROM audit_entry WHERE seq > 3")
    by_hand(f"UPDATE audit_head SET seq = 3, hash = '{third.hash}'")
    assert found() == (None, None), "by itself a shorter chain is a whole one"
    assert found(anchor) == (Fault.missing, 4)
    assert found(Anchor(3, third.hash[:16])) == (None, None)
    fill(2)
    assert found(anchor) == (Fault.anchor, 5), "filled up again with other entries"


def test_a_head_that_does_not_belong_to_the_last_entry_is_found(any_database: str) -> None:
    fill(4)
    drop_guards()
    by_hand(f"UPDATE audit_head SET hash = '{'f' * 64}'")
    assert found() == (Fault.unlinked, 4)
    by_hand("DELETE FROM audit_head")
    assert found() == (Fault.missing, 5)


def test_an_entry_behind_the_head_is_found(any_database: str) -> None:
    fill(4)
    drop_guards()
    by_hand(f"UPDATE audit_head SET seq = 3, hash = '{rows()[2].hash}'")
    assert found() == (Fault.unlinked, 4)


def test_a_chain_made_with_another_key_is_found(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(2)
    monkeypatch.setattr(verify, "chain_key", lambda: b"another key of somebody who has not ours")
    assert found() == (Fault.altered, 1)


def test_an_entry_rewritten_by_somebody_with_the_key_does_not_fit_the_next(any_database: str) -> None:
    fill(4)
    third = rows()[2]._replace(staff_id="b" * 32)
    drop_guards()
    values = f"staff_id = '{third.staff_id}', hash = '{digest(chain_key(), third)}'"
    by_hand(f"UPDATE audit_entry SET {values} WHERE seq = 3")
    assert found() == (Fault.unlinked, 4)


def test_an_empty_chain_is_whole(any_database: str) -> None:
    assert found() == (None, None)
    assert verify.head() == Anchor(0, "0" * 64)


def test_a_check_goes_batch_by_batch_and_tells_how_far_it_is(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "BATCH", 4)
    fill(10)
    *progress, result = verify.check()
    assert progress == [Progress(4, 10), Progress(8, 10), Progress(10, 10)]
    assert isinstance(result, verify.Result)
    assert (result.entries, result.fault) == (10, None)


def test_what_is_appended_during_a_check_does_not_disturb_it(any_database: str) -> None:
    fill(3)
    checking = verify.check()
    next(checking)
    fill(2)
    *_, result = checking
    assert isinstance(result, verify.Result)
    assert (result.entries, result.fault) == (3, None)


def test_two_hundred_writers_at_once_make_one_whole_chain(any_database: str) -> None:
    def write(number: int) -> None:
        with transaction() as session:
            session.add(Person(pseudonym=f"职工-{number}"))
            audit.record(session, audit.Action.claimed, STAFF, audit.case(f"20261128-{number:05d}"))

    with ThreadPoolExecutor(200) as pool:
        list(pool.map(write, range(200)))
    assert len({row.subject_id for row in rows()}) == 200
    assert verify.verify().entries == 200
    assert found() == (None, None)


def test_an_act_recorded_before_it_takes_its_locks_makes_nobody_wait_in_a_circle(
    data_dir: object, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_DATABASE_URL", postgres_url)
    forget_process_state()
    upgrade()
    with transaction() as session:
        session.add(Person(id="p", pseudonym="职工-1"))
    both = Barrier(2)

    def early() -> None:
        with transaction() as session:
            audit.record(session, audit.Action.claimed, STAFF)
            both.wait(10)
            session.get_one(Person, "p", with_for_update=True)

    def late() -> None:
        with transaction() as session:
            session.get_one(Person, "p", with_for_update=True)
            both.wait(10)
            audit.record(session, audit.Action.closed, STAFF)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(early), pool.submit(late)]:
            done.result(30)
    assert sorted(row.action for row in rows()) == ["claimed", "closed"]


def test_writers_of_several_processes_make_one_whole_chain_on_sqlite(database: object) -> None:
    code = "from tests.audit.ground import fill; fill(20)"
    others = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(2)]
    fill(20)
    assert [other.wait(60) for other in others] == [0, 0]
    assert verify.verify() == verify.Result(60, verify.head().hash)
