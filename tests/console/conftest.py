"""A desk that answers on a real socket, and a browser to look at it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bot import triage
from bot.console import entry
from bot.knowledge import importing
from bot.staff import passwords
from tests.chromium import ARGS, CHROMIUM
from tests.console.ground import desk_app
from tests.fakes.server import serving


@pytest.fixture
def desk_url(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the desk. Passwords are hashed at a fraction of the cost, refusals do not wait, and a file is
    checked in this process, which has triage loaded; tests/knowledge checks one in its own."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody"))
    monkeypatch.setattr(entry, "REFUSAL_TAKES", 0.0)
    monkeypatch.setattr(importing, "examine_apart", _examined_here)
    triage.assess("预热")
    with serving(desk_app()) as url:
        yield url


async def _examined_here(file: bytes, *, judged: bool = False) -> importing.Report:
    return await asyncio.to_thread(importing.examine, file, judged=judged)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser on a desktop screen; any script error or CSP violation fails the test."""
    with watched(chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")) as context:
        yield context


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """The same on a phone."""
    size = {"width": 390, "height": 844}
    with watched(chromium.new_context(viewport=size, locale="zh-CN", has_touch=True, is_mobile=True)) as context:
        yield context


@contextmanager
def watched(context: BrowserContext) -> Iterator[BrowserContext]:
    """The browser while the block lasts; it must not have met a script error or a CSP violation."""
    faults: list[str] = []
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)
    yield context
    context.close()
    assert faults == []
