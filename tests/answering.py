"""Working through everything that waits, as the gateway's dispatcher does."""

from __future__ import annotations

import asyncio

from bot.conversation import turn, work
from bot.conversation.engine import Engine

NO_ENGINE = "http://127.0.0.1:9"


def answer_all(engine_url: str = NO_ENGINE) -> int:
    """Answers one message after the other; gives how many turns that were."""

    async def run() -> int:
        engine, count = Engine(engine_url, timeout=1.0), 0
        while (found := turn.claim("tester")) is not None:
            turn.finish(found, "tester", await work.answer(engine, found))
            count += 1
        await engine.close()
        return count

    return asyncio.run(run())
