"""The reply window at the desk in a real Chromium: what is left, what happens when it is shut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from bot.clock import now
from bot.db.models import Message, Outbox
from bot.db.session import transaction
from bot.db.states import Author, OutboxState
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.conftest import watched
from tests.console.ground import cry, write

pytestmark = needs_chromium


def heard_before(time: timedelta) -> None:
    """The worker's last message was that long ago."""
    with transaction() as session:
        mine = update(Message).where(Message.author == Author.worker)
        session.execute(mine.values(created_at=now() - time))


def hold() -> None:
    """What waits in the outbox is held back, as the postman does it when the window is shut."""
    with transaction() as session:
        waiting = update(Outbox).where(Outbox.state == OutboxState.pending)
        session.execute(waiting.values(state=OutboxState.held))


def test_the_clock_runs_warns_and_says_what_becomes_of_a_reply_when_it_is_shut(
    desk_url: str, context: BrowserContext
) -> None:
    page = staff_page(context, desk_url)
    conversation = cry(channel="wechat").conversation_id
    page.goto(f"{desk_url}/desk/c/{conversation}")
    window = page.locator("#window")
    expect(window).to_contain_text("微信还能发 5 条 · 剩 48 时 0 分")
    expect(page.locator(".row .left")).to_be_hidden()
    page.click("#claim")

    heard_before(timedelta(hours=47, minutes=10))
    expect(window).to_contain_text("剩 50 分")
    expect(window).to_have_class("window short")
    expect(page.locator(".row .left")).to_contain_text("还能回 5 条 · 剩 50 分")
    check_reading(page)
    shot(page, "window-short")

    heard_before(timedelta(hours=49))
    expect(window).to_contain_text("微信现在不让再发")
    expect(window).to_contain_text("紧急联系人")
    page.fill("#reply", "我一直在，你看到就回我一句")
    expect(page.locator("#send")).to_have_text("留给来信时")
    page.click("#send")
    delivery = page.locator(".bubble.counsellor .delivery")
    expect(delivery).to_contain_text("排队中")
    hold()
    expect(delivery).to_contain_text("等职工再来信时送出")
    check_reading(page)
    shot(page, "window-shut")

    delivery.locator("button").click()
    expect(delivery).to_contain_text("已撤回，没有发出")
    expect(delivery.locator("button")).to_be_hidden()
    write("我看到了", channel="wechat")
    expect(window).to_contain_text("还能发 5 条")
    expect(page.locator("#send")).to_have_text("发送")


@pytest.fixture(params=["light", "dark"])
def dim(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    """A phone, light and dark."""
    size = {"width": 390, "height": 844}
    made = chromium.new_context(
        viewport=size, locale="zh-CN", has_touch=True, is_mobile=True, color_scheme=request.param
    )
    with watched(made) as context:
        yield context


def test_on_a_phone_it_reads_well_by_day_and_by_night(desk_url: str, dim: BrowserContext) -> None:
    page: Page = staff_page(dim, desk_url)
    conversation = cry(channel="wechat").conversation_id
    heard_before(timedelta(hours=49))
    shade = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    expect(page.locator(".row .left")).to_contain_text("渠道已关")
    check_reading(page)
    shot(page, f"window-queue-phone-{shade}")
    page.goto(f"{desk_url}/desk/c/{conversation}")
    page.click("#claim")
    expect(page.locator("#window")).to_contain_text("现在不让再发")
    check_reading(page)
    shot(page, f"window-phone-{shade}")
