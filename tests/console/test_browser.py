"""The desk as a counsellor meets it: a real Chromium, from the set-up link to the closed case."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect
from sqlalchemy import func, select

from bot.care import desk
from bot.db.models import CareCase, Message
from bot.db.session import reading
from bot.db.states import Author, CaseState
from bot.level import Level
from bot.staff import accounts, sessions
from tests.console.browsing import WATCH_SOUND, enter, needs_chromium, staff_page, until
from tests.console.ground import PASSWORD, cry, write

pytestmark = needs_chromium
PAYLOADS = (
    "<img src=x onerror=\"document.title='pwned'\">",
    "<script>document.title='pwned'</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "</textarea><iframe srcdoc='<script>parent.document.title=1</script>'>",
    "{{7*7}}${7*7}",
)


def test_from_the_set_up_link_to_the_closed_case(desk_url: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{desk_url}/desk/setup#{accounts.ensure_first_admin()}")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("text=设好密码")
    expect(page.locator("#your-login")).to_have_text("admin")
    assert "#" not in page.url
    enter(page, desk_url, "admin")
    expect(page.locator("#queue-empty")).to_be_visible()

    page.click("#sound")
    expect(page.locator("#sound")).to_have_text("声音已开")
    conversation = cry("我在楼顶，现在就跳下去").conversation_id
    page.wait_for_selector(".row.alarm")
    assert page.locator(".row.alarm").evaluate("row => getComputedStyle(row).animationName") == "beat"
    until(page, "document.title.includes('紧急')")

    page.click(".row.alarm .primary")
    expect(page.locator("#reply")).to_be_focused()
    expect(page.locator(".row.alarm")).to_have_count(0)
    assert page.url.endswith(f"/desk/c/{conversation}")
    page.fill("#reply", "我是值班员，我在这儿陪你。")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble.counsellor .text")).to_have_text("我是值班员，我在这儿陪你。")
    assert desk.thread(conversation)[-1].text == "我是值班员，我在这儿陪你。"
    write("中，我下来了")
    expect(page.locator(".bubble.worker .text").last).to_have_text("中，我下来了")

    page.click("#hand-back")
    page.click("#hand-back-dialog >> text=交回 >> nth=-1")
    page.click("#rest-dialog >> text=知道了")
    expect(page.locator("#claim")).to_be_visible()
    assert desk.thread(conversation)[-1].author == Author.system
    page.click("#close")
    page.click("#close-yes")
    expect(page.locator("#close-fault")).to_have_text("请选怎么结束的。")
    page.check("text=已经解决或好转")
    page.fill("#outcome", "情绪平稳，已说好怎么求助")
    page.select_option("#outcome-risk", "low")
    page.click("#close-yes")
    expect(page.locator("#facts")).to_contain_text("等督导同意结案")
    expect(page.locator("#close")).to_be_hidden()
    with reading() as session:
        case = session.execute(select(CareCase)).scalar_one()
        assert (case.state, case.outcome) == (CaseState.closing, "情绪平稳，已说好怎么求助")


def test_the_alarm_sounds_until_it_is_acknowledged(desk_url: str, context: BrowserContext) -> None:
    context.add_init_script(WATCH_SOUND)
    page = staff_page(context, desk_url)
    page.click("#sound")
    cry("活着没意思", "calm", Level.high)
    page.wait_for_selector(".row.high")
    page.wait_for_timeout(1200)
    assert page.evaluate("rung.length") == 0
    cry("我现在就跳")
    until(page, "rung.length === 1 && rung[0].loop && !rung[0].stopped")
    page.click(".row.alarm button >> nth=0")
    until(page, "rung.length === 1 && rung[0].stopped === true")
    expect(page.locator(".row.imminent")).to_have_count(1)


def test_whatever_a_worker_writes_stays_text(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for payload in PAYLOADS:
        conversation = cry(payload).conversation_id
    page.goto(f"{desk_url}/desk/c/{conversation}")
    expect(page.locator(".bubble.worker")).to_have_count(len(PAYLOADS))
    assert page.locator(".bubble.worker .text").all_text_contents() == list(PAYLOADS)
    page.click("#claim")
    page.fill("#reply", PAYLOADS[0])
    page.click("#send")
    expect(page.locator(".bubble.counsellor .text")).to_have_text(PAYLOADS[0])
    assert page.locator(".thread img, .thread svg, .thread iframe, .thread script").count() == 0
    assert "pwned" not in page.title()


def test_two_counsellors_claim_and_the_second_is_told_who_was_faster(
    desk_url: str, context: BrowserContext, chromium: Browser
) -> None:
    first = staff_page(context, desk_url)
    other = chromium.new_context()
    second = staff_page(other, desk_url, "wangqiang")
    conversation = cry().conversation_id
    second.wait_for_selector(".row.alarm")

    def slow(route: Route) -> None:
        """The second's click is under way while the first one's arrives."""
        first.click(".row.alarm .primary")
        expect(first.locator("#reply")).to_be_focused()
        route.continue_()

    second.route("**/claim", slow)
    second.click(".row.alarm .primary")
    expect(second.locator("#toast")).to_have_text("已由李芳接手")
    assert second.url.endswith("/desk")
    second.goto(f"{desk_url}/desk/c/{conversation}")
    expect(second.locator("#taken")).to_contain_text("由李芳在陪")
    expect(second.locator("#box")).to_be_hidden()
    other.close()


def test_the_keys_move_claim_and_answer_and_can_be_switched_off(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    cry(sender="a")
    cry("活着没意思", "b", Level.high)
    expect(page.locator(".row")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".row.high .row-open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#pseudonym")).to_be_focused()
    page.keyboard.press("c")
    expect(page.locator("#reply")).to_be_focused()
    page.keyboard.type("jkac")
    expect(page.locator("#reply")).to_have_value("jkac")
    page.keyboard.press("Escape")
    expect(page.locator(".row.selected .row-open")).to_be_focused()
    page.click(".me summary")
    page.uncheck("#keys")
    page.locator(".row.imminent .row-open").focus()
    page.keyboard.press("a")
    page.wait_for_timeout(400)
    expect(page.locator(".row.alarm")).to_have_count(1)


def test_enter_sends_only_when_asked_to_and_never_while_a_word_is_being_composed(
    desk_url: str, context: BrowserContext
) -> None:
    page = staff_page(context, desk_url)
    conversation = cry().conversation_id
    page.goto(f"{desk_url}/desk/c/{conversation}")
    page.click("#claim")
    page.fill("#reply", "第一行")
    page.locator("#reply").press("Enter")
    expect(page.locator("#reply")).to_have_value("第一行\n")
    page.check("#enter-sends")
    page.locator("#reply").dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "isComposing": True})
    page.wait_for_timeout(300)
    assert page.locator(".bubble.counsellor").count() == 0
    page.locator("#reply").press("Enter")
    expect(page.locator(".bubble.counsellor .text")).to_have_text("第一行")


def test_words_that_could_not_be_sent_stay_in_the_box(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    conversation = cry().conversation_id
    page.goto(f"{desk_url}/desk/c/{conversation}")
    page.click("#claim")
    page.route("**/reply", lambda route: route.abort())
    page.fill("#reply", "别怕，我在")
    page.click("#send")
    expect(page.locator("#fault")).to_contain_text("没发出去")
    expect(page.locator("#reply")).to_have_value("别怕，我在")
    page.unroute("**/reply")
    page.click("#send")
    expect(page.locator(".bubble.counsellor .text")).to_have_text("别怕，我在")
    with reading() as session:
        sent = select(func.count()).where(Message.author == Author.counsellor)
        assert session.execute(sent).scalar_one() == 1


def test_when_the_session_ends_the_page_says_so_and_shows_nothing_more(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    conversation = cry("暗号紫云英").conversation_id
    page.goto(f"{desk_url}/desk/c/{conversation}")
    expect(page.locator(".bubble.worker")).to_have_count(1)
    sessions.logout(next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "xq_desk"))
    expect(page.locator("#banner")).to_contain_text("登录已过期")
    assert "紫云英" not in page.content()
    assert page.locator(".row").count() == 0
    page.click("#banner-do")
    expect(page.locator("#password")).to_be_visible()


def test_the_browser_keeps_nothing_but_preferences(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    conversation = cry("暗号紫云英").conversation_id
    page.goto(f"{desk_url}/desk/c/{conversation}")
    page.click("#claim")
    page.fill("#reply", "暗号蒲公英")
    page.check("#enter-sends")
    page.click("#sound")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "xq-enter" in kept
    assert kept.count("xq-") == 2
    assert "号" not in kept


def test_a_phone_shows_either_the_queue_or_the_conversation(desk_url: str, chromium: Browser) -> None:
    phone = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = staff_page(phone, desk_url)
    cry()
    page.tap(".row-open")
    expect(page.locator("#claim")).to_be_in_viewport()
    expect(page.locator("#queue")).to_be_hidden()
    page.tap("#claim")
    expect(page.locator("#send")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.tap("#back")
    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator("#case")).to_be_hidden()
    page.go_back()
    expect(page.locator("#send")).to_be_in_viewport()
    phone.close()
