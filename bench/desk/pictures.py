"""The pictures of the handbooks: pages of a demo, as they are looked at on a desk and on a phone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from bench.desk.screen import chromium, enter
from bench.desk.system import Demo

WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 760}, "is_mobile": True, "has_touch": True}
COUNSELLOR, LEAD, ADMIN = "chenjing", "wuhua", "zhengli"
MINE = 'section[data-group="mine"] .row-open'
ASKED = "[aria-labelledby=closings-title] a"
SETTLE = 1500  # ms for what glides into its place and what is read after the page
LARGEST = 250 * 1024  # bytes of one picture


@dataclass(frozen=True)
class View:
    """One picture: who looks at which page on what screen, what they click first, and what of it is shown."""

    name: str
    login: str
    path: str = "/desk"
    clicks: tuple[str, ...] = ()
    only: str = ""  # a selector; empty: the whole screen
    screen: str = "wide"


VIEWS = (
    View("desk", COUNSELLOR),
    View("talk", COUNSELLOR, clicks=(MINE,)),
    View("night", COUNSELLOR, only=".row.alarm"),
    View("case", LEAD, "/desk/todo", clicks=(ASKED,)),
    View("todo", LEAD, "/desk/todo"),
    View("rota", LEAD, "/desk/rota"),
    View("figures", LEAD, "/desk/figures", only="section:has(#by_hour-title)"),
    View("debrief", LEAD, "/desk/debrief"),
    View("audit", LEAD, "/desk/audit"),
    View("people", ADMIN, "/desk/people"),
    View("units", ADMIN, "/desk/units"),
    View("lexicon", ADMIN, "/desk/triage"),
    View("desk-phone", COUNSELLOR, screen="phone"),
    View("talk-phone", COUNSELLOR, clicks=(MINE,), screen="phone"),
)


async def take(demo: Demo, folder: Path) -> list[tuple[str, int]]:
    """Takes all pictures; gives the name and the size in bytes of each."""
    async with chromium() as browser:
        return [await _take(browser, demo, view, folder / f"{view.name}.png") for view in VIEWS]


async def _take(browser: Browser, demo: Demo, view: View, target: Path) -> tuple[str, int]:
    context = await browser.new_context(locale="zh-CN", **(PHONE if view.screen == "phone" else WIDE))
    page = await context.new_page()
    await enter(page, demo.url, view.login, demo.password)
    await _go(page, demo, view)
    await page.wait_for_timeout(SETTLE)
    shown = page.locator(view.only).first if view.only else page
    await shown.screenshot(path=target, animations="disabled")
    await context.close()
    return view.name, target.stat().st_size


async def _go(page: Page, demo: Demo, view: View) -> None:
    """Goes to the page, and clicks."""
    if view.path != "/desk":
        await page.goto(demo.url + view.path)
    else:
        await page.wait_for_selector(".row", state="attached")
    for selector in view.clicks:
        await page.locator(selector).first.click()
