"""A real Chromium at the desk: when its sound starts and stops, by the clock of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.chromium import ARGS, CHROMIUM

WATCH_SOUND = """(() => {
  const kind = AudioBufferSourceNode.prototype;
  for (const name of ['start', 'stop']) {
    const real = kind[name];
    kind[name] = function (...given) {
      const done = real.apply(this, given);
      window.heard(name, performance.timeOrigin + performance.now());
      return done;
    };
  }
})()"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium while the block lasts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        await browser.close()


async def enter(page: Page, url: str, login: str, password: str) -> None:
    """Logs in and waits until the queue is live."""
    await page.goto(f"{url}/desk/login")
    await page.fill("#login", login)
    await page.fill("#password", password)
    await page.press("#password", "Enter")
    await page.wait_for_selector("#line.up")


class Screen:
    """The desk in a browser, with its sound on."""

    def __init__(self) -> None:
        self.rang: asyncio.Queue[float] = asyncio.Queue()
        self.silent = asyncio.Event()

    async def open(self, browser: Browser, url: str, login: str, password: str) -> None:
        """Opens it. The sound is switched on as a person does, by a click."""
        page = await (await browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})).new_page()
        await page.expose_function("heard", self._heard)
        await page.add_init_script(WATCH_SOUND)
        await enter(page, url, login, password)
        await page.click("#sound")
        await page.wait_for_selector("#sound[aria-pressed=true]")

    def _heard(self, what: str, moment: float, *_: Any) -> None:
        if what == "start":
            self.silent.clear()
            self.rang.put_nowait(moment / 1000)
        else:
            self.silent.set()
