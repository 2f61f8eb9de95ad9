"""The audit page as an auditor meets it, on a desktop and on a phone."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.audit import verify
from bot.db.states import Role
from tests.audit.ground import by_hand, drop_guards, fill
from tests.console.browsing import check_reading, log_in, needs_chromium, shot
from tests.console.ground import add_staff
from tests.console.test_audit import WORDS, worked_case

pytestmark = needs_chromium


def audit_page(context: BrowserContext, url: str) -> Page:
    """The audit page of a new auditor who has just logged in."""
    add_staff("zhaomin", Role.auditor)
    page = context.new_page()
    log_in(page, url, "zhaomin")
    expect(page.locator("#rows tr").first).to_be_visible()
    return page


def look(page: Page, screen: str) -> None:
    """The page is readable in light and dark; keeps a picture of each."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        check_reading(page)
        shot(page, f"audit-{screen}-{scheme}")
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("screen", ["context", "phone"])
def test_from_the_whole_record_to_one_case_and_a_checked_chain(
    desk_url: str, screen: str, request: pytest.FixtureRequest
) -> None:
    _, number, _ = worked_case(desk_url)
    page = audit_page(request.getfixturevalue(screen), desk_url)
    expect(page.locator("#rows")).to_contain_text("结案")
    look(page, f"all-{screen}")
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
    page.locator("h1").scroll_into_view_if_needed()
    look(page, f"checked-{screen}")
    assert WORDS not in page.content()

    drop_guards()
    by_hand("UPDATE audit_entry SET staff_id = NULL WHERE seq = 3")
    page.click("text=核对整条链")
    expect(page.locator("#verify-found")).to_have_text("✕ 第 3 条被改过")
    look(page, f"broken-{screen}")


def test_older_entries_come_on_request_an_odd_word_is_explained_and_the_file_is_what_was_looked_for(
    desk_url: str, context: BrowserContext
) -> None:
    fill(70)
    page = audit_page(context, desk_url)
    expect(page.locator("#rows tr")).to_have_count(50)
    page.click("#more")
    expect(page.locator("#more")).to_be_hidden()
    assert page.locator("#rows tr").count() > 70
    page.get_by_label("个案号").fill("随便")
    page.keyboard.press("Enter")
    expect(page.locator("#fault")).to_have_text("个案号像 20261128-00012 这样，请检查一下。")
    page.get_by_label("个案号").fill("20200101-00001")
    page.keyboard.press("Enter")
    expect(page.locator("#none")).to_be_visible()
    page.locator("#verify textarea").fill(f"{verify.head().seq}: x")
    page.click("text=核对整条链")
    expect(page.locator("#verify-found")).to_contain_text("校验码要写成")

    page.get_by_label("个案号").fill("20261128-00070")
    with page.expect_download() as waiting:
        page.click("#export")
    table = list(csv.reader(waiting.value.path().open(encoding="utf-8-sig", newline="")))
    assert [row[4] for row in table] == ["动作", "接手"]
    assert "20261128" not in page.url

    by_hand("UPDATE staff_session SET proved_at = NULL")
    page.click("#export")
    page.wait_for_url("**/desk/prove?back=/desk/audit")
    by_hand("DELETE FROM staff_session")
    page.goto(f"{desk_url}/desk/audit")
    page.wait_for_url("**/desk/login")
