"""The conversation at the desk in a real Chromium: what arrives, what does not, and what a second press does."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Route, expect
from sqlalchemy import func, select, update

from bot.care import canned, desk
from bot.db.models import Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, OutboxState, Role
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import cry, write

pytestmark = needs_chromium


def lose(route: Route) -> None:
    """The server gets it, the answer gets lost."""
    route.fetch()
    route.abort()


def test_a_second_press_after_a_lost_answer_sends_once(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    page.goto(f"{desk_url}/desk/c/{cry().conversation_id}")
    page.click("#claim")

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


def test_a_slash_letters_arrow_and_enter_put_a_canned_reply_into_the_box(
    desk_url: str, context: BrowserContext
) -> None:
    canned.seed()
    page = staff_page(context, desk_url)
    page.goto(f"{desk_url}/desk/c/{cry().conversation_id}")
    page.click("#claim")
    page.check("#enter-sends")
    reply = page.locator("#reply")
    reply.press_sequentially("/")
    expect(page.locator("#canned li")).to_have_count(len(canned.everything()))
    check_reading(page)
    shot(page, "canned-desktop")
    reply.press("ArrowDown")
    expect(page.locator('#canned li[aria-selected="true"]')).to_contain_text("我在听")
    assert reply.get_attribute("aria-activedescendant") == "canned-1"
    reply.press_sequentially("nh")
    expect(page.locator("#canned li")).to_have_count(1)
    reply.press("Enter")
    expect(page.locator("#canned")).to_be_hidden()
    expect(reply).to_have_value("你好，我是工会值班员李芳，是真人，在这儿听你说。\n不着急，想从哪儿说起都行。")
    assert page.locator(".bubble.counsellor").count() == 0, "picking is not sending"
    reply.press("Enter")
    expect(page.locator(".bubble.counsellor .text")).to_contain_text("我是工会值班员李芳")


def test_escape_closes_the_canned_replies_and_an_input_methods_sign_opens_them(
    desk_url: str, context: BrowserContext
) -> None:
    canned.seed()
    page = staff_page(context, desk_url)
    page.goto(f"{desk_url}/desk/c/{cry().conversation_id}")
    page.click("#claim")
    reply = page.locator("#reply")
    expect(reply).to_be_focused()
    reply.press_sequentially("、热线")
    expect(page.locator("#canned")).to_be_visible()
    reply.press("Escape")
    expect(page.locator("#canned")).to_be_hidden()
    expect(reply).to_be_focused()
    reply.fill("先写了半句")
    page.click("#canned-open")
    page.click("#canned li >> text=我在听")
    expect(reply).to_have_value("先写了半句\n我在，你慢慢说，说到哪儿算哪儿。")


def test_on_a_phone_a_canned_reply_is_two_taps(desk_url: str, phone: BrowserContext) -> None:
    canned.seed()
    page = staff_page(phone, desk_url)
    page.goto(f"{desk_url}/desk/c/{cry().conversation_id}")
    page.tap("#claim")
    page.tap("#canned-open")
    expect(page.locator("#canned")).to_be_in_viewport()
    check_reading(page)
    shot(page, "canned-phone")
    page.tap("#canned li >> text=我在听")
    expect(page.locator("#reply")).to_have_value("我在，你慢慢说，说到哪儿算哪儿。")


def test_a_lead_writes_a_canned_reply_on_the_page(desk_url: str, context: BrowserContext) -> None:
    canned.seed()
    page = staff_page(context, desk_url, "wangqiang", Role.lead)
    page.goto(f"{desk_url}/desk/replies")
    page.click("summary >> text=加一条")
    page.fill("details[open] [name=title]", "雨天")
    page.fill("details[open] [name=body]", "雨大，先别出门。")
    page.click("details[open] >> text=加上 >> nth=-1")
    expect(page.locator(".reply-card >> text=雨天")).to_be_visible()
    page.click(".reply-card summary >> nth=2")
    check_reading(page)
    shot(page, "replies")


def test_a_private_note_is_seen_by_colleagues_at_once_and_never_by_the_worker(
    desk_url: str, context: BrowserContext, chromium: Browser
) -> None:
    first = staff_page(context, desk_url)
    conversation = cry(channel="telegram").conversation_id
    first.goto(f"{desk_url}/desk/c/{conversation}")
    first.click("#claim")
    other = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    second = staff_page(other, desk_url, "wangqiang")
    second.goto(f"{desk_url}/desk/c/{conversation}")
    expect(second.locator("#taken")).to_be_visible()
    expect(first.locator("#reply")).to_be_focused()
    first.fill("#reply", "写了一半")
    first.locator(".row-open").focus()
    first.keyboard.press("n")
    expect(first.locator("#reply")).to_be_hidden()
    first.fill("#note", "<b>他姐姐</b>在本市，白天能来")
    check_reading(first)
    shot(first, "note-writing")
    first.locator("#note").press("Control+Enter")
    for page in (first, second):
        expect(page.locator(".private .text")).to_have_text("<b>他姐姐</b>在本市，白天能来")
        expect(page.locator(".private")).to_contain_text("备注 · 李芳")
        expect(page.locator(".private")).to_contain_text("职工看不到")
    expect(first.locator("#reply")).to_have_value("写了一半")
    assert all("姐姐" not in row.text for row in desk.thread(conversation))
    write("中，我听你的", channel="telegram")
    expect(second.locator(".thread > :last-child .text")).to_have_text("中，我听你的")
    second.reload()
    expect(second.locator(".private")).to_be_visible()
    shown = second.locator(".thread > :not(.day)").all_text_contents()
    assert ["备注" in text for text in shown] == [False, False, True, False]
    check_reading(second)
    shot(second, "note-phone-dark")
    other.close()


def test_a_note_that_could_not_be_kept_stays_in_its_box_and_is_kept_once(
    desk_url: str, context: BrowserContext
) -> None:
    page = staff_page(context, desk_url)
    page.goto(f"{desk_url}/desk/c/{cry().conversation_id}")
    page.click("#note-open")

    page.route("**/note", lose)
    page.fill("#note", "一句")
    page.click("#note-save")
    expect(page.locator("#note-fault")).to_contain_text("文字还在")
    page.unroute("**/note")
    page.click("#note-save")
    expect(page.locator("#noting")).to_be_hidden()
    expect(page.locator(".private")).to_have_count(1)


def test_a_lead_takes_over_with_a_reason_and_the_other_is_told_at_once(
    desk_url: str, context: BrowserContext, chromium: Browser
) -> None:
    first = staff_page(context, desk_url)
    conversation = cry().conversation_id
    first.goto(f"{desk_url}/desk/c/{conversation}")
    first.click("#claim")
    expect(first.locator("#send")).to_be_visible()
    first.goto(f"{desk_url}/desk")
    other = chromium.new_context()
    lead = staff_page(other, desk_url, "wangqiang", Role.lead)
    lead.goto(f"{desk_url}/desk/c/{conversation}")
    lead.click("#take-over")
    lead.click("#take-yes")
    expect(lead.locator("#take-fault")).to_contain_text("请写一句原因")
    lead.fill("#take-reason", "他要找女同志")
    lead.click("#take-yes")
    expect(lead.locator("#send")).to_be_visible()
    expect(first.locator("#taken-text")).to_contain_text("王强接过了和职工-")
    expect(first.locator("#taken-text")).to_contain_text("他要找女同志")
    shot(first, "taken")
    first.reload()
    expect(first.locator("#taken-text")).to_contain_text("王强")
    first.click("#taken-yes")
    expect(first.locator("#taken-dialog")).to_be_hidden()
    first.reload()
    expect(first.locator("#line")).to_have_text("实时")
    first.wait_for_timeout(500)
    expect(first.locator("#taken-dialog")).to_be_hidden()
    expect(first.locator('section[data-group="others"] .row')).to_have_count(1)
    other.close()


def test_a_colleague_who_is_asked_comes_in_and_both_answer(
    desk_url: str, context: BrowserContext, phone: BrowserContext
) -> None:
    second = staff_page(phone, desk_url, "wangqiang")
    first = staff_page(context, desk_url)
    conversation = cry().conversation_id
    first.goto(f"{desk_url}/desk/c/{conversation}")
    first.click("#claim")
    first.click("#invite")
    expect(first.locator("#colleagues .present")).to_have_text("在台上")
    shot(first, "invite")
    check_reading(first)
    first.click("text=请他来")
    expect(first.locator("#beside")).to_have_text("请了王强，还没来")
    expect(second.locator("#toast")).to_contain_text("李芳请你一起陪职工-")
    expect(second.locator(".row .news")).to_have_text("请你一起陪")
    second.tap(".row-open")
    expect(second.locator("#reply")).to_be_hidden()
    shot(second, "invited-phone")
    check_reading(second)
    second.tap("#join")
    second.fill("#reply", "我也来了")
    second.tap("#send")
    expect(first.locator(".bubble.counsellor .text")).to_have_text("我也来了")
    expect(first.locator(".bubble.counsellor .by strong")).to_have_text("王强")
    expect(first.locator("#beside")).to_have_text("王强也在陪")
    first.fill("#reply", "我们都在")
    first.click("#send")
    expect(second.locator(".bubble.counsellor .text").last).to_have_text("我们都在")
    expect(second.locator(".marker").last).to_contain_text("另一位值班同志")
    expect(second.locator("#beside")).to_have_text("你和李芳一起在陪")
    check_reading(second)
    shot(second, "joined-phone")
    second.tap("#leave")
    expect(second.locator("#reply")).to_be_hidden()
    expect(first.locator("#beside")).to_be_hidden()
