"""kill -9 of the gateway with both pages open: worker and counsellor come back, nothing is lost or shown twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from sqlalchemy import func, select

from bot.db.models import Message
from bot.db.session import reading
from bot.db.states import Author
from bot.settings import settings
from tests.chromium import ARGS, CHROMIUM
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.failures.ground import CRY, ForkServer, Gateways, set_to

pytestmark = needs_chromium
BACK = 30_000  # ms within which a page must have come back


@pytest.fixture
def gateways(
    forkserver: ForkServer, any_database: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Gateways]:
    """A gateway on SQLite and on PostgreSQL."""
    with set_to(forkserver, data_dir, monkeypatch, XINQIAO_DATABASE_URL=settings().database_url) as running:
        running.start()
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


def counsellors_words() -> int:
    with reading() as session:
        return session.execute(select(func.count()).where(Message.author == Author.counsellor)).scalar_one()


def talk(worker: Page, staff: Page, url: str) -> None:
    """A worker cries for help, a counsellor takes it, both have spoken."""
    worker.goto(url)
    worker.fill("#text", CRY)
    worker.click("#send")
    staff.click(".row-open")
    staff.click("#claim")
    staff.fill("#reply", "我在，慢慢说")
    staff.click("#send")
    expect(worker.locator(".msg.counsellor")).to_contain_text("我在，慢慢说")


def assert_each_once(worker: Page, staff: Page, *texts: str) -> None:
    """Each of the texts stands once on both pages."""
    for text in texts:
        for bubbles in (worker.locator("#list .bubble"), staff.locator("#thread .text")):
            expect(bubbles.filter(has_text=text)).to_have_count(1, timeout=BACK)


def test_both_pages_come_back_by_themselves_with_drafts_kept_and_every_message_once(
    gateways: Gateways, chromium: Browser
) -> None:
    phone = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    worker = phone.new_page()
    staff = staff_page(chromium.new_context(viewport={"width": 1280, "height": 800}), gateways.url)
    talk(worker, staff, gateways.url)

    def dies_on_the_way(route: Route) -> None:
        route.fetch()  # the gateway has committed it; the page never hears that
        gateways.kill()
        route.abort()

    staff.route("**/reply", dies_on_the_way)
    staff.fill("#reply", "你现在在哪里")
    worker.fill("#text", "我在宿舍")
    staff.click("#send")
    expect(staff.locator("#fault")).to_contain_text("文字还在")
    expect(staff.locator("#line")).to_have_text("断线，正在重连…")
    expect(staff.locator("#reply")).to_have_value("你现在在哪里")
    expect(worker.locator("#net")).to_contain_text("正在重连", timeout=BACK)
    worker.click("#send")
    expect(worker.locator(".msg.worker").last).to_contain_text("未发出")
    worker.fill("#text", "还没写完的")
    check_reading(staff)
    shot(staff, "killed-desk")
    shot(worker, "killed-phone")

    gateways.start()
    staff.unroute("**/reply")
    expect(staff.locator("#line")).to_have_text("实时", timeout=BACK)
    expect(worker.locator("#net")).to_be_hidden(timeout=BACK)
    assert_each_once(worker, staff, CRY, "我在，慢慢说", "你现在在哪里", "我在宿舍")
    staff.click("#send")  # pressed again, because the page could not know
    expect(staff.locator("#reply")).to_have_value("")
    expect(worker.locator("#text")).to_have_value("还没写完的")
    assert counsellors_words() == 2

    worker.click("#send")
    staff.fill("#reply", "我陪着你")
    staff.click("#send")
    assert_each_once(worker, staff, CRY, "我在，慢慢说", "你现在在哪里", "我在宿舍", "还没写完的", "我陪着你")
