"""The people of a story at their screens: a worker's phone, and three desks with their sound on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from bot.db.states import Role
from tests.channels.page_ground import PHONE, ready
from tests.console.browsing import WATCH_SOUND, enter
from tests.console.conftest import watched
from tests.console.ground import add_staff
from tests.e2e.moved_clock import House

DESK: ViewportSize = {"width": 1280, "height": 800}
STAFF = {"lifang": Role.counsellor, "sunyan": Role.counsellor, "wangqiang": Role.lead}


@dataclass(frozen=True)
class People:
    """The four at their screens."""

    worker: Page
    first: Page
    second: Page
    lead: Page

    @property
    def desks(self) -> tuple[Page, Page, Page]:
        """All who hear an alarm."""
        return self.first, self.second, self.lead


@contextmanager
def everybody(chromium: Browser, house: House) -> Iterator[People]:
    """All four while the block lasts, each in a browser of its own; no page may meet a script error or a CSP fault."""
    with ExitStack() as stack:
        desks = [stack.enter_context(a_desk(chromium, house, login, role)) for login, role in STAFF.items()]
        yield People(stack.enter_context(a_phone(chromium, house.url)), *desks)


@contextmanager
def a_phone(chromium: Browser, url: str) -> Iterator[Page]:
    """A worker's phone at the chat."""
    made = chromium.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, is_mobile=True)
    with watched(made) as context:
        page = context.new_page()
        page.goto(url)
        ready(page)
        yield page


@contextmanager
def a_desk(chromium: Browser, house: House, login: str, role: Role) -> Iterator[Page]:
    """The desk of a new member of staff, with its sound on."""
    add_staff(login, role)
    with watched(chromium.new_context(viewport=DESK, locale="zh-CN")) as context:
        context.add_init_script(WATCH_SOUND)
        page = context.new_page()
        enter(page, house.url, login)
        page.click("#sound")
        expect(page.locator("#sound")).to_have_text("声音已开")
        yield page


def said(worker: Page, who: str) -> Locator:
    """What somebody has said on the worker's phone."""
    return worker.locator(f"#list .msg.{who} .bubble")
