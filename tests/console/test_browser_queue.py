"""Finding and choosing in the queue, and the limits that ask, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from bot import care
from bot.care import notes
from bot.level import Level
from tests.closing import close
from tests.conftest import forget_process_state
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import cry, staff_id_of, write

pytestmark = needs_chromium
SETTLED = 600  # ms after which a line that moved may be clicked again


def test_filters_choose_what_is_in_view_but_never_hide_what_is_imminent(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    cry("活着没意思", "a", Level.high)
    cry("活着没意思", "b", Level.high, channel="telegram")
    care.request_human(write("找真人", "c").message_id)
    expect(page.locator(".row")).to_have_count(3)
    page.click("#filter-more summary")
    page.select_option("[name=level]", "high")
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("#filter-count")).to_have_text("还有 1 位没显示")
    page.select_option("[name=channel]", "Telegram")
    expect(page.locator(".row")).to_have_count(1)
    page.select_option("[name=group]", "mine")
    expect(page.locator(".row")).to_have_count(0)
    cry("我现在就跳", "d")
    expect(page.locator(".row.alarm")).to_have_count(1)
    check_reading(page)
    shot(page, "filters")
    page.wait_for_timeout(SETTLED)
    page.click(".row.alarm .primary")
    expect(page.locator('section[data-group="mine"] .row')).to_have_count(1)


def test_a_case_is_found_by_a_word_of_a_note_and_opened_without_being_taken(
    desk_url: str, phone: BrowserContext
) -> None:
    page = staff_page(phone, desk_url)
    conversation = cry("活着没意思", "a", Level.high).conversation_id
    notes.add(conversation, staff_id_of("lifang"), "<i>姐姐</i>在紫云英厂")
    close(conversation, staff_id_of("lifang"), "好了")
    page.fill("#find", "紫云英")
    expect(page.locator("#found a")).to_have_count(1)
    expect(page.locator("#found a")).to_contain_text("已结案 · 备注里有")
    check_reading(page)
    shot(page, "found-phone")
    assert "紫云英" not in page.url
    page.tap("#found a")
    expect(page.locator(".private .text")).to_have_text("<i>姐姐</i>在紫云英厂")
    expect(page.locator("#claim")).to_be_visible()
    page.tap("#back")
    page.fill("#find", "查不到的")
    expect(page.locator("#found")).to_contain_text("没有查到")
    page.fill("#find", "")
    expect(page.locator("#found")).to_be_hidden()


def test_one_more_than_is_good_is_asked_about_and_an_imminent_one_is_not(
    desk_url: str, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_DESK_CAPACITY", "1")
    forget_process_state()
    page = staff_page(context, desk_url)
    cry("活着没意思", "a", Level.high)
    page.click(".row button >> text=接手")
    expect(page.locator("#send")).to_be_visible()
    cry("活着没意思", "b", Level.high)
    waiting = page.locator('section[data-group="waiting"] .row')
    expect(waiting).to_have_count(1)
    page.wait_for_timeout(SETTLED)
    waiting.get_by_role("button", name="接手").click()
    expect(page.locator("#enough-text")).to_contain_text("你正在陪 1 位职工")
    check_reading(page)
    page.click("#enough-dialog >> text=先不接")
    expect(waiting).to_have_count(1)
    cry("我现在就跳", "c")
    expect(page.locator(".row.alarm")).to_have_count(1)
    page.wait_for_timeout(SETTLED)
    page.locator(".row.alarm").get_by_role("button", name="接手").click()
    expect(page.locator('section[data-group="mine"] .row')).to_have_count(2)
    page.wait_for_timeout(SETTLED)
    waiting.get_by_role("button", name="接手").click()
    page.click("#enough-dialog >> text=还是我来接")
    expect(page.locator('section[data-group="mine"] .row')).to_have_count(3)


def test_after_an_imminent_one_a_rest_is_proposed_and_after_another_it_is_not(
    desk_url: str, context: BrowserContext
) -> None:
    page = staff_page(context, desk_url)
    for level, rests in ((Level.high, False), (Level.imminent, True)):
        text = "我现在就跳" if rests else "活着没意思"
        page.goto(f"{desk_url}/desk/c/{cry(text, level, level).conversation_id}")
        page.click("#claim")
        page.click("#hand-back")
        page.click("#hand-back-dialog >> text=交回 >> nth=-1")
        expect(page.locator("#claim")).to_be_visible()
        expect(page.locator("#rest-dialog")).to_be_visible(visible=rests)
    shot(page, "rest")
    page.click("#rest-dialog button")
    expect(page.locator("#rest-dialog")).to_be_hidden()
