"""A fake engine on a real socket, and a way to work through the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from bot.conversation import turn, work
from bot.conversation.engine import Engine
from bot.knowledge import faqs
from tests.fakes.engine import FakeEngine
from tests.fakes.server import serving


@pytest.fixture
def fake_engine(database: object) -> Iterator[tuple[FakeEngine, str]]:
    """The fake and its URL."""
    fake = FakeEngine()
    with serving(fake.app) as url:
        yield fake, url


@pytest.fixture
def seeded(database: object) -> int:
    """The real FAQs in the database; gives how many."""
    return faqs.seed()


@pytest.fixture
def work_all(fake_engine: tuple[FakeEngine, str]) -> Callable[[], int]:
    """Answers everything that is due, one after the other; gives how many turns that were."""

    async def run() -> int:
        engine, count = Engine(fake_engine[1], timeout=1.0), 0
        while (found := turn.claim("tester")) is not None:
            turn.finish(found, "tester", await work.answer(engine, found))
            count += 1
        await engine.close()
        return count

    return lambda: asyncio.run(run())
