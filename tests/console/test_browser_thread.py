"""The conversation at the desk in a real Chromium: what arrives, what does not, and what a second press does."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Route, expect
from sqlalchemy import func, select, update

from bot.db.models import Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, OutboxState
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import cry

pytestmark = needs_chromium


def test_a_second_press_after_a_lost_answer_sends_once(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    page.goto(f"{desk_url}/desk/c/{cry().conversation_id}")
    page.click("#claim")

    def lose(route: Route) -> None:
        """The server gets it, the answer gets lost."""
        route.fetch()
        route.abort()

    page.route("**/reply", lose)
    page.fill("#reply", "别怕，我在")
    page.click("#send")
    expect(page.locator("#fault")).to_contain_text("没发出去")
    expect(page.locator(".bubble.counsellor")).to_have_count(1)
    page.unroute("**/reply")
    page.click("#send")
    expect(page.locator("#reply")).to_have_value("")
    with reading() as session:
        sent = select(func.count()).where(Message.author == Author.counsellor)
        assert session.execute(sent).scalar_one() == 1


def test_what_did_not_arrive_says_why_and_is_sent_again_with_one_press(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    page.goto(f"{desk_url}/desk/c/{cry(channel='telegram').conversation_id}")
    page.click("#claim")
    page.fill("#reply", "别怕，我在")
    page.click("#send")
    delivery = page.locator(".bubble.counsellor .delivery")
    expect(delivery).to_contain_text("排队中")
    expect(delivery.locator("button")).to_be_hidden()
    with transaction() as session:
        session.execute(update(Outbox).values(state=OutboxState.dead, error_code="network"))
    expect(delivery).to_contain_text("没送到：网络不通")
    check_reading(page)
    shot(page, "delivery-failed")
    delivery.locator("button").click()
    expect(delivery).to_contain_text("排队中")
    with transaction() as session:
        session.execute(update(Outbox).values(state=OutboxState.sent))
    expect(delivery).to_contain_text("已发出")
