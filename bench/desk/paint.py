"""How soon the desk is painted, and whether anything jumps, with hundreds of lines in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from bench.desk.screen import chromium, enter
from bench.desk.system import Demo

LOGIN = "wuhua"
SETTLED = 1500  # ms after the last line came, in which something may still jump
WATCH = """(() => {
  window.seen = {fcp: 0, lcp: 0, cls: 0, jumps: []};
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
  watch('paint', (one) => { if (one.name === 'first-contentful-paint') window.seen.fcp = one.startTime; });
  watch('largest-contentful-paint', (one) => { window.seen.lcp = one.startTime; });
  watch('layout-shift', (one) => {
    if (one.hadRecentInput) return;
    window.seen.cls += one.value;
    window.seen.jumps.push(...one.sources.map(({node}) => node?.id || node?.className || node?.nodeName || ''));
  });
})()"""
LISTED = "() => document.querySelectorAll('.row').length"


@dataclass(frozen=True)
class View:
    """A screen to look at it, and how many times slower its processor is made."""

    name: str
    context: dict[str, Any]
    slower: int = 1


VIEWS = (
    View("desktop", {"viewport": {"width": 1280, "height": 800}}),
    View("phone, 4 × slower", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}, 4),
)


@dataclass(frozen=True)
class Paint:
    """Milliseconds to the first and the largest paint and to the last line; layout shift; bytes over the wire."""

    view: str
    cache: str
    fcp: float
    lcp: float
    listed: float
    cls: float
    size: int
    lines: int
    jumps: tuple[str, ...]


async def measure(demo: Demo, rounds: int) -> list[Paint]:
    """Opens the desk that often on each screen, with an empty cache and with a warm one."""
    found: list[Paint] = []
    async with chromium() as browser:
        for view in VIEWS:
            for _ in range(rounds):
                found += await _twice(browser, demo, view)
    return found


async def _twice(browser: Browser, demo: Demo, view: View) -> list[Paint]:
    entered = await browser.new_context(locale="zh-CN", **view.context)
    page = await entered.new_page()
    await enter(page, demo.url, LOGIN, demo.password)
    fresh = await browser.new_context(locale="zh-CN", storage_state=await entered.storage_state(), **view.context)
    await entered.close()
    found = [await _open(fresh, demo, view, cache) for cache in ("cold", "warm")]
    await fresh.close()
    return found


async def _open(context: BrowserContext, demo: Demo, view: View, cache: str) -> Paint:
    page = await context.new_page()
    size: list[int] = []
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Emulation.setCPUThrottlingRate", {"rate": view.slower})
    wire.on("Network.loadingFinished", lambda one: size.append(int(one["encodedDataLength"])))
    await page.add_init_script(WATCH)
    await page.goto(f"{demo.url}/desk")
    listed, lines = await _listed(page)
    await page.wait_for_timeout(SETTLED)
    seen = await page.evaluate("window.seen")
    await page.close()
    jumps = tuple(dict.fromkeys(seen["jumps"]))
    return Paint(view.name, cache, seen["fcp"], seen["lcp"], listed, seen["cls"], sum(size), lines, jumps)


async def _listed(page: Page) -> tuple[float, int]:
    """Waits for the lines; gives when they were there, and how many. They come in one event, so they come at once."""
    await page.wait_for_selector(".row", state="attached")
    return float(await page.evaluate("performance.now()")), int(await page.evaluate(LISTED))
