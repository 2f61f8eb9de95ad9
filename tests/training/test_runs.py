"""The queue: one is open whoever presses, stages move on, what is interrupted says where."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.clock import now
from bot.db.audit_models import AuditEntry
from bot.db.session import reading, transaction
from bot.db.states import TrainingState as State
from bot.db.training_models import Training
from bot.errors import NotAllowedNow, NotFound
from bot.training import runs
from tests.training.ground import made, row_of, somebody


def test_two_who_press_at_once_get_one_training_and_both_see_it(any_database: str) -> None:
    people, found = [somebody("a"), somebody("b")], []
    barrier = threading.Barrier(2)

    def press(who: str) -> None:
        barrier.wait()
        try:
            found.append(runs.request(who))
        except runs.OneIsOpen:
            found.append(0)

    threads = [threading.Thread(target=press, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, found)) == [False, True]
    current = runs.current()
    assert current is not None
    assert current.id == max(found)


@pytest.mark.parametrize("state", [State.exporting, State.evaluating, State.ready, State.publishing])
def test_whatever_is_open_keeps_another_from_starting(database: object, state: State) -> None:
    made(state)
    with pytest.raises(runs.OneIsOpen):
        runs.request(somebody())


@pytest.mark.parametrize("state", [State.failed, State.refused, State.discarded, State.published, State.retired])
def test_what_has_ended_does_not(database: object, state: State) -> None:
    made(state)
    assert runs.request(somebody())


def test_a_training_goes_from_stage_to_stage(any_database: str) -> None:
    run = runs.request(somebody())
    assert runs.waits()
    assert runs.claim() == run
    assert runs.claim() is None
    runs.enter(run, State.checking, bank_digest="abc")
    runs.beat(run, 0.5)
    row = row_of(run)
    assert (row.state, row.stage, row.share, row.bank_digest) == (State.checking, State.checking, 0.5, "abc")
    runs.end(run, State.ready, report={"seconds": {"checking": 2}})
    assert row_of(run).state == State.ready
    assert runs.last_seconds() == {"checking": 2}


def test_one_that_is_discarded_while_at_work_tells_its_trainer_to_stop(any_database: str) -> None:
    who = somebody()
    run = runs.request(who)
    runs.claim()
    runs.discard(who, run)
    for act in (lambda: runs.beat(run), lambda: runs.enter(run, State.training), lambda: runs.end(run, State.ready)):
        with pytest.raises(runs.Overtaken):
            act()
    assert runs.request(who) == run + 1


def test_what_was_in_use_or_is_gone_cannot_be_discarded(database: object) -> None:
    who, run = somebody(), made(State.retired)
    with pytest.raises(NotAllowedNow):
        runs.discard(who, run)
    with pytest.raises(NotFound):
        runs.discard(who, 99)


def test_what_was_at_work_here_when_its_trainer_died_has_failed_at_that_stage(any_database: str) -> None:
    run = runs.request(somebody())
    runs.claim()
    runs.enter(run, State.evaluating)
    assert runs.interrupted() == [run]
    row = row_of(run)
    assert (row.state, row.stage) == (State.failed, State.evaluating)
    assert "评测" in (row.reason or "")
    assert runs.request(somebody("other"))


def test_another_machines_training_is_dead_only_after_a_long_silence(any_database: str) -> None:
    run = runs.request(somebody())
    runs.claim()
    with transaction() as session:
        session.execute(update(Training).values(claimed_by="another"))
    assert runs.interrupted() == []
    with transaction() as session:
        session.execute(update(Training).values(heartbeat_at=now() - runs.SILENCE - timedelta(seconds=1)))
    assert runs.interrupted() == [run]


def test_who_pressed_is_on_record(database: object) -> None:
    who = somebody()
    runs.discard(who, runs.request(who))
    with reading() as session:
        entries = session.execute(select(AuditEntry.action, AuditEntry.subject_kind, AuditEntry.staff_id)).all()
    wanted = [("training_requested", "training", who), ("training_discarded", "training", who)]
    assert [tuple(entry) for entry in entries] == wanted
