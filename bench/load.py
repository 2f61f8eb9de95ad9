"""Clients that talk: each waits for its reply before it writes again, and may begin anew after some turns."""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import httpx

PATIENCE = 30.0  # seconds to wait for a reply before the turn counts as failed
TLS = ssl.create_default_context()  # made once: it is dear, and no address here uses it


class Talk(Protocol):
    """One conversation."""

    async def turn(self, text: str) -> bool:
        """Sends a message and returns when the reply can be read; False if it is no answer."""

    async def close(self) -> None:
        """Ends the conversation."""


class Side(Protocol):
    """One of the two systems."""

    async def open_talk(self) -> Talk:
        """Begins a conversation of a person who was never here before."""


@dataclass(frozen=True)
class Load:
    """What some clients saw: seconds of each answered turn, seconds of it all, messages that got no answer."""

    turns: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)
    worked: float = 0.0  # processor seconds that the system spent meanwhile

    @property
    def sent(self) -> int:
        """Messages, answered or not."""
        return len(self.turns) + len(self.failed)

    @property
    def rate(self) -> float:
        """Answered messages a second."""
        return len(self.turns) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Gives the turn's milliseconds below which that share of the turns lies; 0 if there are none."""
        ordered = sorted(self.turns)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def join(loads: list[Load]) -> Load:
    """Gives several loads as one."""
    turns = [seconds for load in loads for seconds in load.turns]
    failed = [text for load in loads for text in load.failed]
    return Load(turns, sum(load.seconds for load in loads), failed, sum(load.worked for load in loads))


def measure(side: Side, messages: list[str], clients: int, length: int) -> Load:
    """Sends all messages, taken from one list by that many clients at once; `length` is the turns of a conversation."""
    return asyncio.run(_measure(side, messages, clients, length))


async def _measure(side: Side, messages: list[str], clients: int, length: int) -> Load:
    waiting = iter(messages)
    started = time.perf_counter()
    found = await asyncio.gather(*(_client(side, waiting, length) for _ in range(clients)))
    seconds = time.perf_counter() - started
    results = [result for row in found for result in row]
    answered = [taken for _, taken in results if taken is not None]
    return Load(answered, seconds, [text for text, taken in results if taken is None])


async def _client(side: Side, waiting: Iterator[str], length: int) -> list[tuple[str, float | None]]:
    results: list[tuple[str, float | None]] = []
    talk: Talk | None = None
    try:
        for text in waiting:
            if len(results) % length == 0:
                talk = await _begin(side, talk)
            assert talk is not None
            results.append((text, await timed(talk, text)))
    finally:
        if talk is not None:
            await talk.close()
    return results


async def _begin(side: Side, former: Talk | None) -> Talk:
    if former is not None:
        await former.close()
    return await side.open_talk()


async def timed(talk: Talk, text: str) -> float | None:
    """Gives the seconds of one turn; None if it got no answer, which is told on stderr with the reason."""
    started = time.perf_counter()
    try:
        fault = "" if await asyncio.wait_for(talk.turn(text), PATIENCE) else "refused or outage"
    except (TimeoutError, httpx.HTTPError) as error:
        fault = type(error).__name__
    taken = time.perf_counter() - started
    if fault:
        print(f"failed: {fault} after {taken:.1f} s: {text}", file=sys.stderr, flush=True)
    return None if fault else taken
