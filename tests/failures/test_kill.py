"""kill -9 of the gateway: nothing acknowledged is lost, nothing is doubled, order holds."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import crash
from bot.db.models import Alert, CareCase, CaseEvent, Conversation, Inbox, Message
from bot.db.session import engine, reading
from bot.db.states import Author, InboxState
from bot.level import Level
from tests.failures.ground import CRY, ForkServer, Gateways, Worker, until, writing
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.engine import FakeEngine
from tests.fakes.server import serving

KILLS = 100
Fake = tuple[FakeEngine, str]
SENDING = {"before_send", "after_send", "after_sent_commit"}
DUE = {"before_task_commit", "after_task_commit"}  # see test_kill_tasks
CALLING = {"before_notice", "after_notice", "after_notice_commit"}  # see test_kill_night


@pytest.fixture
def fake(database: Path) -> Iterator[tuple[FakeEngine, str]]:
    engine_peer = FakeEngine()
    with serving(engine_peer.app) as url:
        yield engine_peer, url


def nothing_waits() -> bool:
    with reading() as session:
        return not session.execute(select(func.sum(Conversation.pending))).scalar()


def assert_whole(workers: list[Worker]) -> None:
    """What must hold after any kill: see the module's first line."""
    with reading() as session:
        stored = dict(
            session.execute(select(Message.public_id, Message.body).where(Message.author == Author.worker)).all()
        )
        for worker in workers:
            assert [stored.get(message_id) for message_id, _ in worker.acknowledged] == [
                body for _, body in worker.acknowledged
            ]
        undone = select(func.count()).select_from(Inbox).where(Inbox.state != InboxState.done)
        assert session.execute(undone).scalar() == 0
        _assert_one_reply_each(session)
        _assert_nothing_doubled(session)


def _assert_one_reply_each(session: Session) -> None:
    rows = session.execute(
        select(Message.conversation_id, Message.reply_to).where(Message.author == Author.bot).order_by(Message.id)
    ).all()
    replied = [row.reply_to for row in rows]
    assert len(replied) == len(set(replied))
    incoming = session.execute(select(func.count()).select_from(Inbox)).scalar()
    assert len(replied) == incoming
    for conversation in {row.conversation_id for row in rows}:
        order = [row.reply_to for row in rows if row.conversation_id == conversation]
        assert order == sorted(order)


def _assert_nothing_doubled(session: Session) -> None:
    run = session.execute
    cries = run(
        select(func.count())
        .select_from(Message)
        .where(Message.level == Level.high)
        .where(Message.author == Author.worker)
    ).scalar()
    assert run(select(func.count()).select_from(Alert)).scalar() == cries
    assert run(select(func.count()).select_from(CaseEvent).where(CaseEvent.kind == "sign")).scalar() == cries
    per_conversation = (
        run(select(func.count()).select_from(CareCase).group_by(CareCase.conversation_id)).scalars().all()
    )
    assert set(per_conversation) <= {1}


def test_a_hundred_kills_at_random_moments_lose_and_double_nothing(
    forkserver: ForkServer, fake: Fake, database: Path
) -> None:
    fake[0].delay = 0.01
    chance = random.Random(20261122)
    gateways = Gateways(forkserver, database, fake[1])
    try:
        gateways.start()
        with writing(gateways.url, 6) as workers:
            for _ in range(KILLS):
                if chance.random() < 0.7:  # in the midst of work, however fast the machine is; else while it starts
                    enough = _acknowledged(workers) + chance.randint(1, 3)
                    until(lambda enough=enough: _acknowledged(workers) >= enough, 20)
                time.sleep(chance.uniform(0.0, 0.1))
                gateways.kill()
                gateways.start(wait=False)
            until(gateways.is_up, 20)
            time.sleep(0.5)
        until(nothing_waits, 60)
    finally:
        gateways.close()
    assert _acknowledged(workers) > KILLS
    assert_whole(workers)
    with engine().connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def _acknowledged(workers: list[Worker]) -> int:
    return sum(len(worker.acknowledged) for worker in workers)


@pytest.mark.parametrize("point", [point for point in crash.POINTS if point not in SENDING | DUE | CALLING])
def test_a_kill_at_a_named_point_loses_and_doubles_nothing(
    forkserver: ForkServer, fake: Fake, database: Path, point: str
) -> None:
    gateways = Gateways(forkserver, database, fake[1])
    try:
        gateways.start(crash_at=point)
        with writing(gateways.url, 2) as workers:
            until(lambda: not gateways.is_alive(), 20)
            gateways.start()
            until(lambda: all(len(worker.acknowledged) > 6 for worker in workers), 20)
        until(nothing_waits, 30)
    finally:
        gateways.close()
    assert_whole(workers)


@pytest.mark.parametrize("point", sorted(SENDING))
def test_a_kill_while_sending_repeats_at_most_once_and_loses_nothing(
    forkserver: ForkServer, fake: Fake, database: Path, point: str
) -> None:
    with BotApi() as peer:
        settings = {"XINQIAO_TELEGRAM_TOKEN": TOKEN, "XINQIAO_TELEGRAM_API_BASE": peer.url}
        gateways = Gateways(forkserver, database, fake[1], extra=settings)
        try:
            gateways.start(crash_at=point)
            peer.says(7001, "工资啥时候发")
            until(lambda: not gateways.is_alive(), 20)
            gateways.start()
            peer.says(7001, CRY)
            until(lambda: any("12356" in call["text"] for call in peer.sent), 20)
            time.sleep(0.5)
        finally:
            gateways.close()
    echoes = [call for call in peer.sent if "工资啥时候发" in call["text"]]
    cries = [call for call in peer.sent if "12356" in call["text"]]
    assert 1 <= len(echoes) <= 2
    assert len(cries) == 1
    assert peer.sent.index(echoes[0]) < peer.sent.index(cries[0])


def test_the_same_delivery_fifty_times_in_parallel_is_handled_once(
    forkserver: ForkServer, fake: Fake, database: Path
) -> None:
    gateways = Gateways(forkserver, database, fake[1])

    async def storm() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=gateways.url, timeout=20) as client:
            await client.post("/api/chat/session", json={})
            body = {"client_id": "one", "text": CRY}
            return await asyncio.gather(*(client.post("/api/chat/messages", json=body) for _ in range(50)))

    try:
        gateways.start()
        responses = asyncio.run(storm())
        until(nothing_waits, 20)
    finally:
        gateways.close()
    assert {response.status_code for response in responses} == {202}
    assert len({response.json()["message_id"] for response in responses}) == 1
    assert len(fake[0].calls) == 1
    with reading() as session:
        _assert_one_reply_each(session)
        _assert_nothing_doubled(session)
