"""One person floods, another sends rubbish: everything of theirs is kept or clearly refused, and others are served.

Run with `-s` to see by how much the others were slowed.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from bot.db.models import Conversation, Message
from bot.db.session import reading
from tests.failures.ground import ForkServer, Gateways, until
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.engine import FakeEngine
from tests.fakes.server import serving

FLOOD = 10_000 if os.environ.get("XINQIAO_TEST_LONG") else 3_000
TURNS = 40


@pytest.fixture
def gateway(forkserver: ForkServer, database: Path) -> Iterator[tuple[Gateways, BotApi]]:
    with serving(FakeEngine().app) as url, BotApi() as peer:
        settings = {"XINQIAO_TELEGRAM_TOKEN": TOKEN, "XINQIAO_TELEGRAM_API_BASE": peer.url}
        gateways = Gateways(forkserver, database, url, extra=settings)
        try:
            gateways.start()
            yield gateways, peer
        finally:
            gateways.close()


def seconds_of_turns(url: str) -> list[float]:
    """How long a calm worker waits for each of some replies."""
    with httpx.Client(base_url=url, timeout=30) as client:
        client.post("/api/chat/session", json={})
        return [_turn(client, number) for number in range(TURNS)]


def _turn(client: httpx.Client, number: int) -> float:
    started = time.monotonic()
    client.post("/api/chat/messages", json={"client_id": uuid4().hex, "text": f"问个事{number}"}).raise_for_status()
    until(lambda: client.get("/api/chat/messages").json()["pending"] == 0, 30, pause=0.01)
    return time.monotonic() - started


def test_thousands_of_messages_of_one_person_are_kept_and_others_go_on(gateway: tuple[Gateways, BotApi]) -> None:
    gateways, peer = gateway
    calm = statistics.median(seconds_of_turns(gateways.url))
    for number in range(FLOOD):
        peer.says(66_600, f"刷屏{number}")
    until(lambda: _stored() > 200, 60)
    during = statistics.median(seconds_of_turns(gateways.url))
    until(lambda: _stored() >= FLOOD, 400, pause=0.5)
    until(_nothing_waits, 120, pause=0.2)
    print(
        f"\na turn of the others: {calm * 1000:.0f} ms calm, {during * 1000:.0f} ms in the flood: {during / calm:.2f} x"
    )
    notices = [call for call in peer.sent if "收到" in call["text"] and "刷屏" not in call["text"]]
    assert notices
    assert peer.waiting == []


def _stored() -> int:
    with reading() as session:
        return session.execute(
            select(func.count())
            .select_from(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.channel == "telegram", Message.author == "worker")
        ).scalar_one()


def _nothing_waits() -> bool:
    with reading() as session:
        return not session.execute(select(func.sum(Conversation.pending))).scalar()


def test_a_web_flood_is_refused_clearly_and_nothing_acknowledged_is_lost(gateway: tuple[Gateways, BotApi]) -> None:
    url = gateway[0].url
    acknowledged: list[str] = []
    refused: set[int] = set()

    def flood(client: httpx.Client) -> None:
        for _ in range(60):
            response = client.post("/api/chat/messages", json={"client_id": uuid4().hex, "text": "刷屏"})
            if response.status_code == 202:
                acknowledged.append(response.json()["message_id"])
            else:
                refused.add(response.status_code)

    with httpx.Client(base_url=url, timeout=30) as client:
        client.post("/api/chat/session", json={})
        threads = [threading.Thread(target=flood, args=(client,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    until(_nothing_waits, 60)
    assert refused <= {429}
    with reading() as session:
        stored = set(session.execute(select(Message.public_id)).scalars())
    assert set(acknowledged) <= stored


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"client_id": "x", "text": ' + b'"' + b"a" * 1_000_000 + b'"}',
        b"\x00\x01",
        b'"text"',
        b"[" * 50_000,
        b"",
    ],
)
def test_broken_bodies_get_a_clear_refusal(gateway: tuple[Gateways, BotApi], body: bytes) -> None:
    with httpx.Client(base_url=gateway[0].url, timeout=30) as client:
        client.post("/api/chat/session", json={})
        answer = client.post("/api/chat/messages", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["message"]


@pytest.mark.parametrize("text", ['"\\u0000"', '"\\ud800"', '"' + "\\u200b" * 1500 + '"'])
def test_odd_characters_are_answered_politely(gateway: tuple[Gateways, BotApi], text: str) -> None:
    with httpx.Client(base_url=gateway[0].url, timeout=30) as client:
        client.post("/api/chat/session", json={})
        body = f'{{"client_id": "{uuid4().hex}", "text": {text}}}'.encode()
        answer = client.post("/api/chat/messages", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (202, 400, 422)
        if answer.status_code == 202:
            until(lambda: client.get("/api/chat/messages").json()["messages"][-1]["author"] == "bot", 10)
