"""kill -9 while the night chain climbs: it goes on where it was and calls nobody twice; nor do two gateways at once."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from bot.care import tasks
from bot.clock import now
from bot.conversation.caller import Caller
from bot.conversation.scheduler import do
from bot.db.care_models import DueTask
from bot.db.session import transaction
from bot.db.states import NoticeState, Rung, TaskKind
from tests.conftest import forget_process_state
from tests.conversation.acts import say
from tests.failures.ground import ForkServer, Gateways, set_to, until
from tests.fakes.notice_peer import NoticePeer
from tests.fakes.server import serving
from tests.night import CRY, a_full_rota, notice_states, steps

STEPS = "600,1200,1800"  # seconds: so late that each rung is called when the test says so


@pytest.fixture
def peer() -> Iterator[tuple[NoticePeer, str]]:
    """A peer and its address."""
    fake = NoticePeer()
    with serving(fake.app) as url:
        yield fake, url


@pytest.fixture
def gateways(forkserver: ForkServer, database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateways]:
    with set_to(forkserver, database, monkeypatch, XINQIAO_NIGHT_STEPS=STEPS) as running:
        yield running


def rests() -> bool:
    """True if no rung is due and no notice waits."""
    return not tasks.due_alarms() and NoticeState.pending not in notice_states()


def hurry() -> None:
    """Has the next rung fall due now."""
    with transaction() as session:
        session.execute(update(DueTask).where(DueTask.kind == TaskKind.escalate).values(due_at=now()))


def climb_and_die(gateways: Gateways, point: str) -> None:
    """Climbs rung by rung; at each the gateway is killed at that point, and the next one ends what it began."""
    gateways.start(crash_at=point)
    with httpx.Client(base_url=gateways.url, timeout=10) as client:
        client.post("/api/chat/session", json={})
        client.post("/api/chat/messages", json={"client_id": "a", "text": CRY})
    for rung in Rung:
        until(lambda: not gateways.is_alive(), 20)
        gateways.start()
        until(rests, 20)
        assert steps()[-1] == rung
        gateways.kill()
        hurry()
        if rung != Rung.office:
            gateways.start(crash_at=point, wait=False)


@pytest.mark.parametrize("point", ["before_task_commit", "after_task_commit", "before_notice", "after_notice_commit"])
def test_a_kill_at_every_rung_calls_everybody_once_and_in_order(
    gateways: Gateways, peer: tuple[NoticePeer, str], point: str
) -> None:
    a_full_rota(peer[1])
    climb_and_die(gateways, point)
    assert steps() == list(Rung)
    assert peer[0].called == ["lin", "wu", "he", "office"]
    assert notice_states() == [NoticeState.sent] * 4


def test_a_kill_between_sending_and_noting_calls_twice_rather_than_never(
    gateways: Gateways, peer: tuple[NoticePeer, str]
) -> None:
    a_full_rota(peer[1])
    climb_and_die(gateways, "after_notice")
    assert steps() == list(Rung)
    assert peer[0].called == ["lin", "lin", "wu", "wu", "he", "he", "office", "office"]


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
    while not rests():
        for ref in tasks.due_alarms():
            do(ref)
        asyncio.run(Caller(lambda: None).work())
