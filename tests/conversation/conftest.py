"""A fake engine on a real socket, and a way to work through the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from bot.clock import set_now
from bot.conversation import caller
from bot.conversation.engine import Engine
from bot.conversation.scheduler import Scheduler
from bot.knowledge import faqs
from tests.answering import answer_all
from tests.fakes.engine import FakeEngine
from tests.fakes.notice_peer import NoticePeer
from tests.fakes.server import serving


@pytest.fixture
def fake_engine(database: object) -> Iterator[tuple[FakeEngine, str]]:
    """The fake and its URL."""
    fake = FakeEngine()
    with serving(fake.app) as url:
        yield fake, url


@pytest.fixture
def anywhere(any_database: str) -> Iterator[Anywhere]:
    """A fake engine and the means to work, on SQLite and on PostgreSQL."""
    fake = FakeEngine()
    with serving(fake.app) as url:
        yield Anywhere(fake, url)


@dataclass(frozen=True)
class Anywhere:
    """The gateway's two hands: one answers what came in, the other does what is due."""

    fake: FakeEngine
    url: str

    def answer_all(self) -> None:
        """Answers everything that waits."""
        answer_all(self.url)

    def do_due(self) -> int:
        """Does what is due; gives how many tasks that were."""
        return asyncio.run(self._do_due())

    async def _do_due(self) -> int:
        engine = Engine(self.url, timeout=1.0)
        count = await Scheduler(engine, lambda: None).work()
        await engine.close()
        return count


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Sets the clock to a moment; it stands still until it is set again."""

    def set_clock(moment: datetime) -> None:
        set_now(lambda: moment)

    yield set_clock
    set_now(None)


@pytest.fixture
def seeded(database: object) -> int:
    """The real FAQs in the database; gives how many."""
    return faqs.seed()


@pytest.fixture
def work_all(fake_engine: tuple[FakeEngine, str]) -> Callable[[], int]:
    """Answers everything that is due, one after the other; gives how many turns that were."""
    return lambda: answer_all(fake_engine[1])


@pytest.fixture
def peer() -> NoticePeer:
    """A peer that takes notices."""
    return NoticePeer()


@pytest.fixture
def peer_url(peer: NoticePeer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a peer that takes notices; the second try comes at once."""
    monkeypatch.setattr(caller, "BETWEEN", 0.0)
    with serving(peer.app) as url:
        yield url
