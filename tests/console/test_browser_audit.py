"""The audit page as an auditor meets it, on a desktop and on a phone."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.audit import verify
from bot.db.states import Role
from tests.audit.ground import by_hand, drop_guards, fill
from tests.console.browsing import check_reading, needs_chromium, shot
from tests.console.ground import PASSWORD, add_staff
from tests.console.test_audit import WORDS, worked_case

pytestmark = needs_chromium
SCREENS = ("context", "phone")


def audit_page(context: BrowserContext, url: str, role: Role = Role.auditor) -> Page:
    """The audit page of a new member of staff who has just logged in."""
    add_staff("zhaomin", role)
    page = context.new_page()
    page.goto(f"{url}/desk/login")
    page.fill("#login", "zhaomin")
    page.fill("#password", PASSWORD)
    page.click("text=登录 >> nth=-1")
    if role != Role.auditor:
        page.click(".me summary")
        page.click("text=审计记录")
    expect(page.locator("#rows tr").first).to_be_visible()
    return page


@pytest.mark.parametrize("screen", SCREENS)
def test_from_the_whole_record_to_one_case_and_a_checked_chain(
    desk_url: str, screen: str, request: pytest.FixtureRequest
) -> None:
    _, number, _ = worked_case(desk_url)
    page = audit_page(request.getfixturevalue(screen), desk_url)
    expect(page.locator("#rows")).to_contain_text("结案")
    check_reading(page)
    shot(page, f"audit-all-{screen}")
    page.locator("#rows tr").last.scroll_into_view_if_needed()
    shot(page, f"audit-rows-{screen}")

    page.get_by_label("个案号").fill(number)
    page.click("#look")
    expect(page.locator("#rows tr")).to_have_count(4)
    page.get_by_label("动作").select_option(label="接手")
    page.keyboard.press("Tab")
    page.click("#look")
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows")).to_contain_text("李芳")

    page.click(".anchors summary")
    anchor = page.locator(".anchors code").first.inner_text()
    page.locator("#verify textarea").fill(anchor)
    page.click("text=核对整条链")
    expect(page.locator("#verify-found")).to_contain_text("条都对，和抄下来的 1 个校验码都对得上")
    check_reading(page)
    page.locator("h1").scroll_into_view_if_needed()
    shot(page, f"audit-checked-{screen}")
    assert WORDS not in page.content()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_changed_entry_and_a_cut_tail_are_told(desk_url: str, screen: str, request: pytest.FixtureRequest) -> None:
    fill(6)
    page = audit_page(request.getfixturevalue(screen), desk_url)
    head = verify.head()
    drop_guards()
    by_hand("UPDATE audit_entry SET staff_id = NULL WHERE seq = 3")
    page.click("text=核对整条链")
    expect(page.locator("#verify-found")).to_have_text("✕ 第 3 条被改过")
    check_reading(page)
    shot(page, f"audit-broken-{screen}")
    page.locator("#verify textarea").fill(f"{head.seq + 100}: {head.hash[:8]}")
    page.click("text=核对整条链")
    expect(page.locator("#verify-found")).to_contain_text("校验码要写成")


def test_older_entries_come_on_request_and_an_odd_number_is_explained(desk_url: str, context: BrowserContext) -> None:
    fill(70)
    page = audit_page(context, desk_url)
    expect(page.locator("#rows tr")).to_have_count(50)
    page.click("#more")
    expect(page.locator("#more")).to_be_hidden()
    assert page.locator("#rows tr").count() > 70
    expect(page.locator("#rows tr").last).to_contain_text("1")
    page.get_by_label("个案号").fill("随便")
    page.keyboard.press("Enter")
    expect(page.locator("#fault")).to_have_text("个案号像 20261128-00012 这样，请检查一下。")
    page.get_by_label("个案号").fill("20200101-00001")
    page.keyboard.press("Enter")
    expect(page.locator("#none")).to_be_visible()


def test_the_export_is_a_file_of_what_was_looked_for(desk_url: str, context: BrowserContext) -> None:
    _, number, _ = worked_case(desk_url)
    page = audit_page(context, desk_url)
    page.get_by_label("个案号").fill(number)
    with page.expect_download() as waiting:
        page.click("#export")
    table = list(csv.reader(waiting.value.path().open(encoding="utf-8-sig", newline="")))
    assert [row[4] for row in table] == ["动作", "看对话", "接手", "回话", "结案"]
    assert number not in page.url


def test_a_lead_comes_from_the_desk_and_takes_no_file(desk_url: str, context: BrowserContext) -> None:
    page = audit_page(context, desk_url, Role.lead)
    assert page.locator("#export").count() == 0
    page.click("text=‹ 回队列")
    expect(page.locator("#line")).to_have_text("实时")


def test_the_page_in_the_dark_is_readable(desk_url: str, context: BrowserContext) -> None:
    worked_case(desk_url)
    page = audit_page(context, desk_url)
    page.emulate_media(color_scheme="dark")
    page.click(".anchors summary")
    page.click("text=核对整条链")
    expect(page.locator("#verify-found")).to_contain_text("条都对")
    check_reading(page)
    shot(page, "audit-dark")


def test_who_is_logged_out_is_led_to_the_login(desk_url: str, context: BrowserContext) -> None:
    page = audit_page(context, desk_url)
    by_hand("DELETE FROM staff_session")
    page.click("#look")
    page.wait_for_url("**/desk/login")
