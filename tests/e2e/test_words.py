"""A word of its own in every input of the whole running system, its faults too: none is found where it must not be.

The last file of its folder by its name, because it leaves a rota, staff and an alarm behind in the running system.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import time as clock_time
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, Playwright, sync_playwright

from bot.app import make_app
from bot.care import notices, rota
from bot.db.states import Role, Rung
from tests.conftest import forget_process_state
from tests.console.browsing import needs_chromium
from tests.e2e.canary import Canaries, in_files, is_public
from tests.e2e.ground import System
from tests.e2e.leaving import STORAGE, Leaving, kept_browser
from tests.fakes.bot_api import BotApi
from tests.fakes.engine import FakeEngine
from tests.fakes.notice_peer import NoticePeer, address
from tests.fakes.server import serving
from tests.hostile.ground import World
from tests.waiting import until

Find = tuple[str, str, str]  # where, which input, in which spelling


@pytest.fixture
def world(system: System, bot_api: BotApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The running system; this process reads and writes its database too."""
    for name, value in system.environment.items():
        if name.startswith("XINQIAO_"):
            monkeypatch.setenv(name, value)
    forget_process_state()
    yield World(system.url, make_app(), bot_api, FakeEngine())
    forget_process_state()


def may_be(find: Find) -> bool:
    """True for the few inputs that the database may hold in clear."""
    where, name, _ = find
    return where.startswith("data/xinqiao.db") and is_public(name)


def of_processes(system: System, canaries: Canaries) -> Iterator[Find]:
    """What command lines and environments of the system show."""
    parent = psutil.Process(system.process.pid)
    for process in (parent, *parent.children(recursive=True)):
        for part in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                data = Path(f"/proc/{process.pid}/{part}").read_bytes()
                yield from ((f"{process.pid} {part}", *find) for find in canaries.found(data))


def of_new_files(canaries: Canaries, started: float) -> Iterator[Find]:
    """What lies openly in the folder for temporary files since the start, of whatever process."""
    for path in Path("/tmp").iterdir():
        with contextlib.suppress(OSError):
            if path.is_file() and path.stat().st_mtime >= started:
                yield from ((str(path), *find) for find in canaries.found(path.read_bytes()))


def leave(system: System, leaving: Leaving, playwright: Playwright, folder: Path) -> list[Find]:
    """Leaves all words; gives what the browsers' own stores showed to the pages' scripts."""
    leaving.in_all_fields()
    leaving.by_telegram()
    leaving.by_talking()
    leaving.by_rating()
    leaving.by_address()
    leaving.world.staff(Role.lead)
    token = leaving.world.enter(Role.lead).token
    finds: list[Find] = []
    for name, cookies, act in (
        ("worker", {}, leaving.by_worker_page),
        ("staff", {"xq_desk": token}, leaving.by_desk_page),
    ):
        context = kept_browser(playwright, folder / name, leaving.world.url, cookies)
        page: Page = context.new_page()
        act(page)
        shown = str(page.evaluate(STORAGE)) + str(context.cookies()) + str(context.storage_state(indexed_db=True))
        finds += [(f"{name}'s browser", *find) for find in leaving.canaries.found(shown.encode())]
        context.close()
    leaving.while_broken(system)
    return finds


@needs_chromium
def test_no_word_that_was_put_in_is_found_where_it_must_not_be(system: System, world: World, tmp_path: Path) -> None:
    canaries, peer, started = Canaries(), NoticePeer(), time.time()
    admin = world.id_of(Role.admin)
    with serving(peer.app) as peer_url, sync_playwright() as playwright:
        notices.add_address(admin, admin, address(peer_url, "admin"))
        rota.add_turn(admin, range(1, 8), clock_time(0), clock_time(0), admin, Rung.first)
        finds = leave(system, Leaving(world, canaries, address(peer_url, "")), playwright, tmp_path)
        until(lambda: peer.got, 30)
    finds += [("notice", *find) for _, told in peer.got for find in canaries.found(str(told).encode())]
    finds += of_processes(system, canaries)
    finds += of_new_files(canaries, started)
    finds += [("output", *find) for find in canaries.found("\n".join(system.lines).encode())]
    finds += [(f"data/{where}", *rest) for where, *rest in in_files(system.data_dir, canaries)]
    finds += [(f"browser/{where}", *rest) for where, *rest in in_files(tmp_path, canaries)]
    assert "\n".join(sorted({" ".join(find) for find in finds if not may_be(find)})) == ""
    assert {name for find in finds if may_be(find) for name in [find[1]]}, "it finds what may be there"
    assert os.path.getsize(system.data_dir / "log" / "gateway.log"), "there is a log to be searched"
