"""The file of a case in a real Chromium: a counsellor asks to close a grave one, a lead sends it back and approves."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from bot.care import casework, desk, referrals
from bot.db.models import CareCase
from bot.db.session import reading
from bot.db.states import CaseState, ReferralTo, Role
from bot.level import Level
from tests.console.browsing import check_reading, enter, needs_chromium, shot, staff_page
from tests.console.ground import add_staff, cry, staff_id_of
from tests.console.test_case_page import number_of

pytestmark = needs_chromium


def state() -> CaseState:
    with reading() as session:
        return session.execute(select(CareCase.state)).scalar_one()


def with_work(conversation: str) -> str:
    """A case on which somebody has worked; gives its number."""
    number, who = number_of(conversation), staff_id_of("lifang")
    casework.set_level(number, who, Level.high, "人已经下来，身边有工友")
    step = casework.add_step(number, who, "先陪着说话，问清住在哪里")
    casework.do_step(number, step, who)
    casework.add_step(number, who, "约好明天上午由车间工会主席当面谈")
    casework.add_task(number, who, "打回访电话，问睡得怎么样", casework.today(), who)
    referrals.offer(number, who, ReferralTo.hospital, "市第二医院心理科", "连着三周睡不着，愿意去看")
    referrals.offer(number, who, ReferralTo.legal_aid, "", "工资拖了三个月，要人帮着写申请")
    return number


def lead_page(context: BrowserContext, url: str) -> Page:
    """A lead at the list of what waits."""
    page = staff_page(context, url, "boss", Role.lead)
    expect(page.locator("#todo")).to_have_text("待办 1")
    page.click("#todo")
    return page


def test_a_counsellor_asks_to_close_a_grave_case_and_a_lead_decides(
    desk_url: str, context: BrowserContext, phone: BrowserContext
) -> None:
    page = staff_page(context, desk_url)
    conversation = cry("活着没意思", level=Level.high).conversation_id
    page.goto(f"{desk_url}/desk/c/{conversation}")
    page.click("#claim")
    expect(page.locator("#send")).to_be_visible()
    page.click("#close")
    page.check("text=已经解决或好转")
    page.fill("#outcome", "谈了一个钟头，情绪平稳")
    page.select_option("#outcome-risk", "low")
    shot(page, "case-close-dialog")
    check_reading(page)
    page.click("#close-yes")
    expect(page.locator("#facts")).to_contain_text("等督导同意结案")
    lead = lead_page(phone, desk_url)
    shot(lead, "case-todo-phone")
    check_reading(lead)
    lead.click("text=个案 2")
    expect(lead.locator(".ask")).to_contain_text("谈了一个钟头")
    shot(lead, "case-ask-phone")
    check_reading(lead)
    lead.fill(".ask input[name=text]", "先打一次回访电话")
    lead.click("text=退回 >> nth=-1")
    expect(page.locator("#facts")).to_contain_text("跟进中")
    expect(lead.locator("#events")).to_contain_text("先打一次回访电话")
    with page.expect_popup() as opened:
        page.click("#case-page")
    file = opened.value
    file.check("text=已经解决或好转")
    file.fill("#end textarea", "回访过了，睡得好些")
    file.select_option("#end select[name=risk]", "none")
    file.keyboard.press("Tab")
    file.keyboard.press("Tab")
    file.keyboard.press("Enter")
    expect(file.locator(".ask")).to_contain_text("要等另一位督导")
    lead.reload()
    lead.get_by_role("button", name="同意结案").click()
    expect(lead.locator("h2", has_text="重新打开")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("已结案")
    assert state() == CaseState.closed


def test_the_file_reads_well_on_every_screen_by_day_and_by_night(
    desk_url: str, context: BrowserContext, phone: BrowserContext
) -> None:
    add_staff("lifang")
    conversation = cry().conversation_id
    desk.claim(conversation, staff_id_of("lifang"))
    number = with_work(conversation)
    for name, screen in (("wide", context), ("phone", phone)):
        page = screen.new_page()
        enter(page, desk_url, "lifang")
        for path, what in ((f"/desk/case/{number}", "file"), ("/desk/todo", "todo")):
            page.goto(f"{desk_url}{path}")
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                check_reading(page)
                shot(page, f"case-{what}-{name}-{scheme}")
    page.goto(f"{desk_url}/desk/case/{number}")
    page.tap("#checks .check-box >> nth=0")
    expect(page.locator("#checks .check-box >> nth=0")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#checks h2")).to_contain_text("1/")
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main summary')].filter((one) => one.checkVisibility() "
        "&& one.getBoundingClientRect().height < 42).map((one) => one.textContent)"
    )
    assert small == []
