"""kill -9 while something due is done: it is done once, and in the end it is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.db.care_models import DueTask
from bot.db.models import CareCase, Message
from bot.db.session import reading
from bot.db.states import Author, TaskState
from tests.failures.ground import CRY, ForkServer, Gateways, set_to, until

NOTICES = "0.01,0.02,0.03"  # minutes


@pytest.fixture
def gateways(forkserver: ForkServer, database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateways]:
    with set_to(forkserver, database, monkeypatch, XINQIAO_WAITING_NOTICES=NOTICES) as running:
        yield running


def said() -> list[str]:
    with reading() as session:
        found = select(Message).where(Message.author != Author.worker, Message.erased_at.is_(None))
        return [row.body for row in session.execute(found.order_by(Message.id)).scalars()]


def open_tasks() -> int:
    with reading() as session:
        rows = session.execute(select(DueTask.kind).where(DueTask.state == TaskState.pending)).scalars().all()
    return len([kind for kind in rows if kind != "callback"])


@pytest.mark.parametrize("point", ["before_task_commit", "after_task_commit"])
def test_a_kill_while_telling_how_it_stands_repeats_and_loses_nothing(gateways: Gateways, point: str) -> None:
    gateways.start(crash_at=point)
    with httpx.Client(base_url=gateways.url, timeout=10) as client:
        client.post("/api/chat/session", json={})
        client.post("/api/chat/messages", json={"client_id": "a", "text": CRY})
        until(lambda: not gateways.is_alive(), 20)
        for _ in range(3):  # it dies again at each later notice, if there is one
            gateways.start(crash_at=point, wait=False)
            until(lambda: not gateways.is_alive() or not open_tasks(), 20)
        gateways.kill()
        gateways.start()
        until(lambda: not open_tasks(), 20)
    notices = [text for text in said() if "还没有同志接上" in text or "还是没有同志接上" in text]
    assert len(notices) == 3
    assert len(set(notices)) >= 2
    with reading() as session:
        assert len(session.execute(select(CareCase.id)).scalars().all()) == 1


@pytest.mark.parametrize("point", ["before_finish_commit", "after_finish_commit"])
def test_a_kill_while_erasing_leaves_all_or_nothing_and_ends_with_nothing(gateways: Gateways, point: str) -> None:
    gateways.start()
    with httpx.Client(base_url=gateways.url, timeout=10) as client:
        client.post("/api/chat/session", json={})
        for number, text in enumerate(("我有个秘密", "删除我的记录")):
            client.post("/api/chat/messages", json={"client_id": f"n-{number}", "text": text})
        until(lambda: len(said()) == 2, 10)
        gateways.kill()
        gateways.start(crash_at=point, wait=True)
        client.post("/api/chat/messages", json={"client_id": "yes", "text": "确定删除"})
        until(lambda: not gateways.is_alive(), 20)
        gateways.start()
        until(lambda: len(said()) == 1, 30)
    with reading() as session:
        rows = session.execute(select(Message).order_by(Message.id)).scalars().all()
    assert [bool(row.body) for row in rows] == [False] * 5 + [True]
