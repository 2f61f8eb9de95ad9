"""The desk with five hundred cases in its queue, in a real Chromium."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from bench.desk.paint import WATCH
from bot.care.cases import ensure_case
from bot.channels.incoming import Incoming
from bot.conversation import inbox
from bot.db.session import transaction
from bot.level import Level
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import cry

pytestmark = needs_chromium
CASES = 500
CALM = 0.1  # cumulative layout shift above which a page counts as jumping


def fill_queue() -> None:
    """As many open cases as a very bad week leaves behind, in one transaction."""
    with transaction() as session:
        for number in range(CASES):
            incoming = Incoming("web", "many", f"m-{number}", f"worker-{number}", "")
            conversation = inbox._conversation_of(session, incoming)
            ensure_case(session, conversation, Level.high if number % 5 == 0 else Level.low, "distress")


def test_five_hundred_cases_are_all_there_nothing_jumps_and_an_alarm_goes_first(
    desk_url: str, context: BrowserContext
) -> None:
    fill_queue()
    context.add_init_script(WATCH)
    page = staff_page(context, desk_url)
    expect(page.locator(".row")).to_have_count(CASES)
    cry()
    expect(page.locator(".row.alarm")).to_be_in_viewport()
    assert page.evaluate("window.seen.fcp") > 0
    assert page.evaluate("window.seen.cls") < CALM, page.evaluate("window.seen.jumps")
    for _ in range(3):
        page.keyboard.press("j")
    expect(page.locator(".row-open").nth(2)).to_be_focused()
    page.click("#filter-more summary")
    page.select_option("[name=level]", "high")
    expect(page.locator(".row")).to_have_count(CASES // 5 + 1)
    check_reading(page)
    shot(page, "many")
    page.locator(".row-open").nth(CASES // 5).click()
    expect(page.locator("#pseudonym")).to_be_visible()


def test_a_page_that_jumps_is_noticed(desk_url: str, context: BrowserContext) -> None:
    fill_queue()
    context.add_init_script(WATCH)
    page = staff_page(context, desk_url)
    page.evaluate("document.querySelector('.columns').style.paddingTop = '300px'")
    page.wait_for_timeout(300)
    assert page.evaluate("window.seen.cls") > CALM
