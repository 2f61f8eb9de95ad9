"""The pictures of the handbooks: pages of a demo, as they are looked at on a desk and on a phone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, FilePayload, Page

from bench.desk.screen import chromium, enter
from bench.desk.system import Demo
from bot.demo import editing
from bot.knowledge import exporting
from bot.knowledge.exporting import Format
from tests.e2e import new_matters

WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 760}, "is_mobile": True, "has_touch": True}
COUNSELLOR, LEAD, ADMIN = "chenjing", "wuhua", "zhengli"
MINE = 'section[data-group="mine"] .row-open'
ASKED = "[aria-labelledby=closings-title] a"
SETTLE = 1500  # ms for what glides into its place and what is read after the page
LARGEST = 250 * 1024  # bytes of one picture
PATIENCE = 120_000  # ms: the first look for what is alike, and the check of a file, take their time


@dataclass(frozen=True)
class View:
    """One picture: who looks at which page on what screen, what they click first, and what of it is shown."""

    name: str
    login: str
    path: str = "/desk"
    clicks: tuple[str, ...] = ()
    only: str = ""  # a selector; empty: the whole screen
    screen: str = "wide"
    file: bool = False  # a table with faults is chosen and checked first


CHANGED = f"/desk/faqs/one/{editing.CHANGED}"
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
    View("faqs", ADMIN, "/desk/faqs"),
    View("faq-edit", ADMIN, f"{CHANGED}/edit"),
    View("faq-review", ADMIN, "/desk/faqs/review", clicks=("[href*='/draft/']",)),
    View("faq-import", ADMIN, "/desk/faqs/import", file=True),
    View("inbox", ADMIN, "/desk/inbox"),
    View("knowledge", ADMIN, "/desk/knowledge"),
    View("desk-phone", COUNSELLOR, screen="phone"),
    View("talk-phone", COUNSELLOR, clicks=(MINE,), screen="phone"),
    View("faqs-phone", ADMIN, "/desk/faqs", screen="phone"),
    View("inbox-phone", ADMIN, "/desk/inbox", screen="phone"),
    View("faq-edit-phone", ADMIN, f"{CHANGED}/edit", only="#preview", screen="phone"),
)


async def take(demo: Demo, folder: Path) -> list[tuple[str, int]]:
    """Takes all pictures; gives the name and the size in bytes of each."""
    async with chromium() as browser:
        return [await _take(browser, demo, view, folder / f"{view.name}.png") for view in VIEWS]


async def _take(browser: Browser, demo: Demo, view: View, target: Path) -> tuple[str, int]:
    context = await browser.new_context(locale="zh-CN", **(PHONE if view.screen == "phone" else WIDE))
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
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
    if view.file:
        await page.set_input_files("#file", files=[_faulty()])
        await page.click("#check")
        await page.wait_for_selector("#faults tr")


def _faulty() -> FilePayload:
    """A table as an editor fills it in, with two faults."""
    rows = new_matters.with_two_faults(new_matters.fifty()[:20])
    content = new_matters.filled(exporting.template(), rows)
    return {"name": "新问答.xlsx", "mimeType": exporting.TYPES[Format.xlsx], "buffer": content}
