"""kill -9 while the night chain climbs: it goes on where it was and calls nobody twice; nor do two gateways at once."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.care import tasks
from bot.conversation.caller import Caller
from bot.conversation.scheduler import do
from bot.db.care_models import DueTask
from bot.db.session import reading
from bot.db.states import NoticeState, Rung, TaskKind, TaskState
from tests.conftest import forget_process_state
from tests.conversation.acts import say
from tests.failures.ground import ForkServer, Gateways, until
from tests.fakes.engine import FakeEngine
from tests.fakes.notice_peer import NoticePeer
from tests.fakes.server import serving
from tests.night import CRY, a_full_rota, notice_states, steps

STEPS = "1,2,3"  # seconds


@pytest.fixture(scope="module")
def forkserver() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
def peer() -> Iterator[tuple[NoticePeer, str]]:
    """A peer and its address."""
    fake = NoticePeer()
    with serving(fake.app) as url:
        yield fake, url


@pytest.fixture
def gateways(forkserver: ForkServer, database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateways]:
    monkeypatch.setenv("XINQIAO_NIGHT_STEPS", STEPS)
    forget_process_state()
    with serving(FakeEngine().app) as url:
        running = Gateways(forkserver, database, url, extra={"XINQIAO_NIGHT_STEPS": STEPS})
        try:
            yield running
        finally:
            running.close()


def climbs() -> bool:
    """True while something of the chain is still to be done."""
    with reading() as session:
        coming = select(DueTask.id).where(DueTask.kind == TaskKind.escalate, DueTask.state == TaskState.pending)
        return session.execute(coming).first() is not None or NoticeState.pending in notice_states()


@pytest.mark.parametrize("point", ["before_task_commit", "after_task_commit", "before_notice", "after_notice_commit"])
def test_a_kill_at_every_rung_calls_everybody_once_and_in_order(
    gateways: Gateways, peer: tuple[NoticePeer, str], point: str
) -> None:
    a_full_rota(peer[1])
    gateways.start(crash_at=point)
    with httpx.Client(base_url=gateways.url, timeout=10) as client:
        client.post("/api/chat/session", json={})
        client.post("/api/chat/messages", json={"client_id": "a", "text": CRY})
    until(lambda: not gateways.is_alive(), 20)
    for _ in range(3):
        gateways.start(crash_at=point, wait=False)
        until(lambda: not gateways.is_alive() or not climbs(), 20)
    gateways.kill()
    gateways.start()
    until(lambda: not climbs(), 30)
    assert steps() == list(Rung)
    assert Counter(peer[0].called) == Counter(["lin", "wu", "he", "office"])
    assert notice_states() == [NoticeState.sent] * 4


def test_two_gateways_on_one_database_call_everybody_once(
    any_database: str, peer: tuple[NoticePeer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_NIGHT_STEPS", "0,0,0")
    forget_process_state()
    a_full_rota(peer[1])
    for number in range(4):
        say(CRY, sender=f"worker-{number}")
    start = threading.Barrier(4)
    hands = [threading.Thread(target=_gateway, args=(start,)) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    assert Counter(peer[0].called) == Counter({"lin": 4, "wu": 4, "he": 4, "office": 4})
    assert Counter(steps()) == Counter(dict.fromkeys(Rung, 4))


def _gateway(start: threading.Barrier) -> None:
    """Does what is due and sends, as the loops of a gateway do, until there is nothing left."""
    start.wait()
    while climbs():
        for ref in tasks.due_alarms():
            do(ref)
        asyncio.run(Caller(lambda: None).work())
