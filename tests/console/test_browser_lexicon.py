"""The lexicon page as an admin meets it: search, draft, replay, gate, publish, roll back; and as a lead, who looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from bot.care import marks
from bot.db.models import Staff
from bot.db.session import reading
from bot.db.states import Role, Verdict
from bot.level import Level
from tests.care.test_marks import said
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import write
from tests.lexicon.ground import PHRASE, frozen_set, new_process

pytestmark = needs_chromium
SCREENS = ("context", "phone")
SLOW = 90_000  # ms: two pipelines are built and compared while the machine does other things


@pytest.fixture(autouse=True)
def small_frozen_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An invented frozen set, and a process that has loaded no release yet."""
    new_process()
    with frozen_set(tmp_path / "frozen", monkeypatch):
        yield
    new_process()


def lexicon_page(context: BrowserContext, url: str, role: Role = Role.admin) -> Page:
    """The lexicon page of a new member of staff, reached from the desk's menu."""
    page = staff_page(context, url, role=role)
    page.click(".me summary")
    page.click("text=词库与发布")
    expect(page.locator("#live")).to_have_text("仓库自带的词库")
    return page


def add_row(page: Page, file: str, words: str) -> None:
    """Writes one row into the draft."""
    page.locator("#search select").select_option(file)
    if not page.locator("#adding").evaluate("details => details.open"):
        page.click("#adding summary")
    form = page.locator("#add")
    form.get_by_label("说法", exact=True).fill(words)
    form.get_by_label("说明").fill("试写")
    form.get_by_text("写进草稿").click()
    expect(page.locator("#changes")).to_contain_text(words, timeout=SLOW)


def run(page: Page, name: str, words: str) -> None:
    """Starts a check and waits until it says so."""
    page.click(f"#{name}")
    expect(page.locator(f"#{name}-found")).to_contain_text(words, timeout=SLOW)


@pytest.mark.parametrize("screen", SCREENS)
def test_from_a_bad_change_that_is_refused_to_a_good_one_that_is_live_and_back(
    desk_url: str, screen: str, request: pytest.FixtureRequest
) -> None:
    write(PHRASE, "worker-2")
    write("食堂几点开门", "worker-3")
    page = lexicon_page(request.getfixturevalue(screen), desk_url)
    add_row(page, "imminent.yml", "工资")
    expect(page.locator("#publish")).to_be_disabled()
    run(page, "gate", "没过关")
    expect(page.locator("#gate-found")).to_contain_text("误报 2 条，原来 0 条")
    expect(page.locator("#draft-state")).to_have_text("没过关")
    check_reading(page)
    page.locator("#gate").scroll_into_view_if_needed()
    shot(page, f"lexicon-refused-{screen}")

    page.get_by_label("撤掉：加上工资").click()
    add_row(page, "high.yml", PHRASE)
    run(page, "replay", "会变 1 条")
    expect(page.locator("#replay-found .move")).to_have_text("一般 → 高危 1 条")
    page.click("#show-changed")
    expect(page.locator("#changed .words")).to_have_text(PHRASE)
    run(page, "gate", "过关了")
    check_reading(page)
    page.locator("#replay").scroll_into_view_if_needed()
    shot(page, f"lexicon-checked-{screen}")

    assert marked_level("worker-4") == Level.none
    page.click("#publish")
    page.click("#sure-yes")
    expect(page.locator("#live")).to_have_text("第 1 版", timeout=SLOW)
    expect(page.locator("#draft")).to_be_hidden()
    assert marked_level("worker-5") == Level.high
    check_reading(page)
    page.locator("#live").scroll_into_view_if_needed()
    shot(page, f"lexicon-live-{screen}")

    page.click("#roll-back")
    expect(page.locator("#live")).to_have_text("仓库自带的词库", timeout=SLOW)
    expect(page.locator("#roll-back")).to_be_hidden()
    expect(page.locator("#releases")).to_contain_text("已停用")
    assert marked_level("worker-6") == Level.none
    page.get_by_label("把第 1 版做成草稿").click()
    expect(page.locator("#changes")).to_contain_text(PHRASE)


def marked_level(sender: str) -> Level:
    """The level that a new message with the phrase gets."""
    return said(PHRASE, sender).level or Level.none


def test_a_row_is_found_and_switched_off_by_keyboard_alone(desk_url: str, context: BrowserContext) -> None:
    page = lexicon_page(context, desk_url)
    page.locator("#search select").select_option("high.yml")
    page.locator("#search input").fill("一死了之")
    page.keyboard.press("Enter")
    expect(page.locator("#rows li")).to_have_count(2)
    page.get_by_label("停用：一死了之", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#off-note")).to_be_focused()
    page.keyboard.type("误报多")
    page.keyboard.press("Enter")
    expect(page.locator("#changes li")).to_contain_text("停用")
    expect(page.locator("#rows .off")).to_contain_text("草稿里已停用")
    shot(page, "lexicon-off")


def test_faults_of_the_draft_are_told_in_words(desk_url: str, context: BrowserContext) -> None:
    page = lexicon_page(context, desk_url)
    add_row(page, "high.yml", "一死了之")
    add_row(page, "high.yml", "(没合上")
    expect(page.locator("#faults li")).to_have_count(2)
    expect(page.locator("#faults")).to_contain_text("草稿第 1 条：“一死了之”已经有了，在高危第")
    expect(page.locator("#faults")).to_contain_text("草稿第 2 条：“(没合上”写得不对")
    expect(page.locator("#replay")).to_be_disabled()
    check_reading(page)
    shot(page, "lexicon-faults")


def test_without_the_frozen_set_the_page_says_why_nothing_can_be_published(
    desk_url: str, context: BrowserContext, tmp_path: Path
) -> None:
    (tmp_path / "frozen" / "set.yml").unlink()
    page = lexicon_page(context, desk_url)
    add_row(page, "high.yml", PHRASE)
    run(page, "gate", "这台机器上没有保护句集")
    expect(page.locator("#publish")).to_be_disabled()


def test_a_lead_looks_and_changes_nothing(desk_url: str, context: BrowserContext) -> None:
    page = lexicon_page(context, desk_url, Role.lead)
    page.locator("#search input").fill("自杀")
    page.click("text=查 >> nth=-1")
    expect(page.locator("#rows li").first).to_be_visible()
    assert page.get_by_text("停用", exact=True).count() == 0
    for name in ("#adding", "#roll-back", "#replay"):
        expect(page.locator(name)).to_be_hidden()


def test_a_counsellor_is_not_shown_the_way_there(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url)
    page.click(".me summary")
    assert page.get_by_text("词库与发布").count() == 0


def test_the_counts_of_the_marks_are_shown(desk_url: str, context: BrowserContext) -> None:
    page = staff_page(context, desk_url, role=Role.admin)
    message = said("我现在就去跳楼")
    with reading() as session:
        who = session.execute(select(Staff.id)).scalar_one()
    marks.give(message.conversation_id, message.id, who, Verdict.right)
    page.goto(f"{desk_url}/desk/triage")
    expect(page.locator("#judgements tr")).to_have_text("紧急轻生自伤100100.0 %")
    page.locator("#judgements").scroll_into_view_if_needed()
    shot(page, "lexicon-marks")
