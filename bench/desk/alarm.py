"""From the worker's send to the sound on the desk, with many conversations and many pages open."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from bench.desk.people import StaffPage, Worker
from bench.desk.screen import Screen, chromium
from bench.desk.system import Demo

LOGINS = ("chenjing", "liuyang", "zhoumin", "sunlei", "wuhua", "zhengli")
CRY = "我在楼顶，不想活了，现在就跳"
PERSON = "找真人"
AT_ONCE = 8  # workers who come at the same moment
LIMIT = 20.0  # seconds after which an alarm counts as lost


@dataclass
class Found:
    """Seconds from each send to the sound in Chromium, and to each of the other pages."""

    sound: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    lost: int = 0
    lines: int = 0  # of the queue at the end


async def measure(demo: Demo, workers: int, pages: int, sends: int) -> Found:
    """Opens everything, lets workers cry for help one after the other, and gives what was measured."""
    crowd = [Worker(demo.url) for _ in range(workers)]
    staff = [StaffPage(demo.url) for _ in range(pages - 1)]
    found = Found()
    async with chromium() as browser:
        try:
            await _gather(crowd, staff, demo)
            screen = Screen()
            await screen.open(browser, demo.url, LOGINS[0], demo.password)
            await _hush(staff[0], screen)
            for worker in random.sample(crowd, sends):
                await _cry(worker, staff, screen, found)
            found.lines = len(staff[0].rows)
        finally:
            await asyncio.gather(*(one.leave() for one in (*crowd, *staff)))
    return found


async def _gather(crowd: list[Worker], staff: list[StaffPage], demo: Demo) -> None:
    """All workers come and ask for a person; the staff log in, and every second page has a conversation open."""
    for start in range(0, len(crowd), AT_ONCE):
        await asyncio.gather(*(worker.come(PERSON) for worker in crowd[start : start + AT_ONCE]))
    for number, page in enumerate(staff):
        await page.enter(LOGINS[number % len(LOGINS)], demo.password)
    while sum(row["group"] == "waiting" for row in staff[0].rows) < len(crowd):
        await asyncio.sleep(0.2)
    for number, page in enumerate(staff[::2]):
        page.open(staff[0].rows[number]["conversation"])


async def _hush(page: StaffPage, screen: Screen) -> None:
    """Somebody sees every alarm that rings: the demo's own one at the start, afterwards that of the last send."""
    while any(row["alarm"] for row in page.rows):
        for row in [row for row in page.rows if row["alarm"]]:
            await page.acknowledge(row["conversation"])
        await asyncio.sleep(0.1)
    while not screen.rang.empty():
        screen.rang.get_nowait()


async def _cry(worker: Worker, staff: list[StaffPage], screen: Screen, found: Found) -> None:
    for page in staff:
        page.seen.clear()
    await asyncio.sleep(random.uniform(0.3, 1.3))  # so that no send is in step with any interval of the gateway
    sent = await worker.write(CRY)
    try:
        found.sound.append(await asyncio.wait_for(screen.rang.get(), LIMIT) - sent)
        async with asyncio.timeout(LIMIT):
            while not all(page.seen for page in staff):
                await asyncio.sleep(0.01)
    except TimeoutError:
        found.lost += 1
    found.pages += [min(page.seen.values()) - sent for page in staff if page.seen]
    await _hush(staff[0], screen)
    await asyncio.wait_for(screen.silent.wait(), LIMIT)
