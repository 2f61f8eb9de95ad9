"""The live lexicon in real gateways: every process picks it up, and a broken one stops none of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from bot.clock import now
from bot.db.care_models import TriageRelease
from bot.db.models import Message
from bot.db.session import reading, transaction
from bot.db.states import ReleaseState
from bot.level import Level
from tests.failures.ground import ForkServer, Gateways, until
from tests.fakes.engine import FakeEngine
from tests.fakes.server import serving
from tests.lexicon.ground import GOOD, PHRASE, admin

WAIT = 60  # seconds; a gateway looks every few, and reads the lexicon beside whatever else runs on the machine
CHANGES = [{"op": "add", "file": "high.yml", "row": GOOD}]


@pytest.fixture
def two(database: Path, forkserver: ForkServer) -> Iterator[list[Gateways]]:
    """Two gateways on one database."""
    with serving(FakeEngine().app) as engine:
        gateways = [Gateways(forkserver, database, engine) for _ in range(2)]
        yield gateways
        for gateway in gateways:
            gateway.close()


def release(changes: Any) -> None:
    """Makes a release live, past all checks."""
    who = admin()
    with transaction() as session:
        row = TriageRelease(state=ReleaseState.live, changes=changes, created_by=who, published_at=now())
        session.add(row)


def level_of(gateway: Gateways, text: str) -> Level | None:
    """The level that a worker's message gets at this gateway."""
    with httpx.Client(base_url=gateway.url, timeout=15, trust_env=False) as client:
        client.post("/api/chat/session", json={}).raise_for_status()
        receipt = client.post("/api/chat/messages", json={"client_id": "n-1", "text": text}).json()
    with reading() as session:
        found = select(Message.level).where(Message.public_id == receipt["message_id"])
        return session.execute(found).scalar_one()


def test_every_gateway_uses_a_published_lexicon_within_seconds_and_leaves_it_again(two: list[Gateways]) -> None:
    for gateway in two:
        gateway.start()
    assert [level_of(gateway, PHRASE) for gateway in two] == [Level.none] * 2
    release(CHANGES)
    for gateway in two:
        until(lambda gateway=gateway: level_of(gateway, PHRASE) == Level.high, WAIT)
    with transaction() as session:
        session.execute(update(TriageRelease).values(state=ReleaseState.retired))
    for gateway in two:
        until(lambda gateway=gateway: level_of(gateway, PHRASE) == Level.none, WAIT)


def test_a_gateway_starts_with_the_live_lexicon(two: list[Gateways]) -> None:
    release(CHANGES)
    two[0].start()
    assert level_of(two[0], PHRASE) == Level.high


@pytest.mark.parametrize("changes", [["rubbish"], [{"op": "drop", "file": "high.yml", "row": {"expression": "没有"}}]])
def test_a_gateway_starts_though_the_live_lexicon_is_broken(two: list[Gateways], changes: list[Any]) -> None:
    release(changes)
    two[0].start()
    assert level_of(two[0], "我现在就去跳楼") == Level.imminent
    assert "CANNOT BE USED" in (two[0].data_dir / "gateway.log").read_text()
