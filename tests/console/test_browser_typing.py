"""The typing sign on both pages, in a real Chromium on the real gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect

from bot import app
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.fakes.server import serving

pytestmark = needs_chromium
DESK, CHAT = "#typing", "#typing-who"


@pytest.fixture
def gateway_url(desk_url: str) -> Iterator[str]:
    """The whole gateway; no engine runs, so the bot answers from its safety net."""
    with serving(app.make_app()) as url:
        yield url


def typing_was_posted(page: Page) -> list[str]:
    """Collects what the page says of its typing."""
    said: list[str] = []
    page.on("request", lambda request: said.append(request.post_data or "") if "/typing" in request.url else None)
    return said


def type_until(box: Locator, text: str, sign: Locator) -> int:
    """Goes on typing until it is seen, and gives how often: a sign given while the other page reads anew is lost."""
    times = 0
    while times < 5 and not sign.is_visible():
        box.press_sequentially(text)
        times += 1
        with suppress(TimeoutError):
            sign.wait_for(timeout=4_000)  # a page gives one sign in three seconds
    expect(sign).to_be_visible()
    return times


def test_each_side_sees_that_the_other_types_and_only_while_a_person_is_there(
    gateway_url: str, context: BrowserContext, phone: BrowserContext
) -> None:
    worker = phone.new_page()
    said = typing_was_posted(worker)
    worker.goto(gateway_url)
    worker.fill("#text", "活着没意思，想一了百了")
    worker.click("#send")
    expect(worker.locator(".msg.bot").last).to_be_visible()
    worker.locator("#text").press_sequentially("有人")
    assert said == []  # the bot has it: nobody to tell

    staff = staff_page(context, gateway_url)
    staff.click(".row-open")
    staff.click("#claim")
    expect(worker.locator("#state")).to_have_text("值班同志答复")
    times = type_until(worker.locator("#text"), "吗", staff.locator(DESK))
    check_reading(staff)
    shot(staff, "typing-desk")
    assert said == ["{}"] * times

    type_until(staff.locator("#reply"), "我在", worker.locator(CHAT))
    expect(worker.locator(CHAT)).to_have_text("值班同志正在输入")
    shot(worker, "typing-phone")
    staff.click("#send")
    expect(worker.locator(".msg.counsellor")).to_contain_text("我在")
    expect(worker.locator("#typing")).to_be_hidden()
    worker.click("#send")
    expect(staff.locator(".bubble.worker").last).to_contain_text("有人吗")
    expect(staff.locator(DESK)).to_be_hidden()
