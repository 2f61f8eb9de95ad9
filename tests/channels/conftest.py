"""Fixtures of the web chat's tests: a running chat, a worker's client, a browser on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.channels.page_ground import PHONE, ready
from tests.channels.web_ground import gateway, opened
from tests.chromium import ARGS, CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser; one a module, because its loop must not be there when others run theirs."""
    if CHROMIUM is None:
        pytest.skip("no browser: chromium is not installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield found
        found.close()


@pytest.fixture
def url(database: Path) -> Iterator[str]:
    """A running web chat on an empty database."""
    with gateway() as found:
        yield found


@pytest.fixture
def worker(url: str) -> Iterator[httpx.Client]:
    """A client with a session of its own."""
    with opened(url) as client:
        yield client


@pytest.fixture
def faults() -> list[str]:
    """What the browser complained of: script errors and everything the page's policy forbade."""
    return []


@pytest.fixture
def page(browser: Browser, url: str, faults: list[str]) -> Iterator[Page]:
    """The page on a phone, opened and connected."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)
    opened.goto(url)
    ready(opened)
    yield opened
    context.close()
