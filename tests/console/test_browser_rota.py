"""The night as a counsellor and a lead meet it: the climbing alarm, the loud banner, the rota page."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import update

from bot.care import desk, tasks
from bot.clock import now
from bot.conversation import caller, scheduler
from bot.db.care_models import DueTask
from bot.db.session import transaction
from bot.db.states import Role, TaskKind
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page, until
from tests.console.ground import NAMES, add_staff, cry, write
from tests.fakes.notice_peer import NoticePeer, address
from tests.fakes.server import free_port, serving
from tests.night import a_full_rota, a_person, send_all

pytestmark = needs_chromium
SCREENS = ("context", "phone")


@pytest.fixture
def peer() -> Iterator[tuple[NoticePeer, str]]:
    fake = NoticePeer()
    with serving(fake.app) as url:
        yield fake, url


def night_goes_on() -> None:
    """Does what is due and sends what waits; on a thread, because the browser has this one."""

    def work() -> None:
        for ref in tasks.due_alarms():
            scheduler.do(ref)
        send_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_queue_shows_whom_an_alarm_has_called_and_counts_down_to_the_next(
    desk_url: str, peer: tuple[NoticePeer, str], screen: str, request: pytest.FixtureRequest
) -> None:
    a_full_rota(peer[1])
    page = staff_page(request.getfixturevalue(screen), desk_url)
    cry()
    chain = page.locator(".row .chain")
    expect(chain).to_have_text("正在通知值班")
    night_goes_on()
    expect(chain).to_contain_text("已通知：值班；")
    expect(chain).to_contain_text("秒后通知第二人")
    expect(page.locator("#banner")).to_be_hidden()
    assert peer[0].called == ["lin"]
    check_reading(page)
    shot(page, f"night-chain-{screen}")
    page.click(".row-acts >> text=知道了")
    expect(chain).to_be_hidden()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_loud_banner_says_that_no_telephone_rang_until_somebody_has_seen_it(
    desk_url: str, screen: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller, "BETWEEN", 0.0)
    a_full_rota(f"http://127.0.0.1:{free_port()}")
    page = staff_page(request.getfixturevalue(screen), desk_url)
    cry()
    night_goes_on()
    expect(page.locator("#banner")).to_contain_text("手机通知一条也没送到")
    expect(page.locator("#banner")).to_have_class("banner mute")
    expect(page.locator(".row .chain")).to_contain_text("值班（没送到）")
    check_reading(page)
    shot(page, f"night-mute-{screen}")
    page.click("#banner-do")
    expect(page.locator("#open")).to_be_visible()
    expect(page.locator("#banner")).to_contain_text("手机通知一条也没送到")
    page.locator("#acknowledge").click()
    expect(page.locator("#banner")).to_be_hidden()


def test_an_alarm_of_a_colleagues_conversation_rings_here_at_once_when_no_telephone_can(
    desk_url: str, context: BrowserContext
) -> None:
    colleague = a_person("lin")
    page = staff_page(context, desk_url)
    conversation = cry().conversation_id
    desk.claim(conversation, colleague)
    until(page, "!document.title.includes('紧急')")  # a page that had seen the cry has seen the claim, too
    write("我现在就跳下去")
    expect(page.locator(".row.alarm")).to_be_visible()
    assert not page.evaluate("document.title.includes('紧急')"), "it is the colleague's for the first minute"
    with transaction() as session:
        session.execute(update(DueTask).where(DueTask.kind == TaskKind.escalate).values(due_at=now()))
    night_goes_on()
    until(page, "document.title.includes('1 人紧急求助')")
    expect(page.locator(".row .chain")).to_contain_text("第二人（没有人）")


def form(page: Page, name: str) -> Locator:
    """A form of the rota page, opened."""
    found = page.locator(f"#{name}")
    if not found.is_visible():
        page.locator("details", has=found).locator("summary").click()
    return found


def add_turn(page: Page, who: str, place: str, days: str, starts: str, ends: str) -> None:
    """Fills in a turn as a lead does."""
    turn = form(page, "add-turn")
    for day in days:
        turn.get_by_label(f"周{day}").check()
    turn.get_by_label("从").fill(starts)
    turn.get_by_label("到", exact=True).fill(ends)
    turn.get_by_label("谁").select_option(label=who)
    turn.get_by_label("位置").select_option(label=place)
    there = page.get_by_label(re.compile("^撤掉"))
    before = there.count()
    turn.get_by_text("加上").click()
    expect(there).not_to_have_count(before)  # the toast of the one before may still be there
    expect(page.locator("#toast")).to_have_text("已经加上。")


def keep_pictures(page: Page, screen: str) -> None:
    """Keeps pictures of the page's parts."""
    page.evaluate("document.querySelector('.sheet').scrollTo(0, 0)")
    shot(page, f"rota-{screen}")
    page.locator("#week").scroll_into_view_if_needed()
    shot(page, f"rota-week-{screen}")
    page.locator("#people").scroll_into_view_if_needed()
    shot(page, f"rota-people-{screen}")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_lead_fills_the_week_a_holiday_and_an_address_and_tries_it(
    desk_url: str, peer: tuple[NoticePeer, str], screen: str, request: pytest.FixtureRequest
) -> None:
    NAMES.setdefault("chenjie", "陈洁")
    add_staff("wangqiang")
    add_staff("chenjie")
    page = staff_page(request.getfixturevalue(screen), desk_url, role=Role.lead)
    page.click(".me summary")
    page.click("text=值班表")
    expect(page.locator("#no-rota")).to_be_visible()
    expect(page.locator("#unreachable")).to_contain_text("一个通知地址也没有")
    add_turn(page, "王强（值班员）", "值班", "一二三四五", "08:30", "17:30")
    add_turn(page, "陈洁（值班员）", "值班", "一二三四五六日", "17:30", "08:30")
    add_turn(page, "王强（值班员）", "第二人", "一二三四五六日", "21:00", "08:00")
    add_turn(page, "李芳（督导）", "督导", "一二三四五六日", "00:00", "00:00")
    expect(page.locator(".week section").first).to_contain_text("17:30–次日08:30陈洁 · 值班")
    page.get_by_label("撤掉：周日 全天 李芳").click()
    expect(page.locator(".week section").last).to_contain_text("没人：08:30–17:30")

    leave = form(page, "add-exception")
    leave.get_by_label("日期").fill(page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 10)"))
    leave.get_by_text("加上").click()
    expect(page.locator("#exceptions")).to_contain_text("没有人值班 · 所有位置")

    new = form(page, "add-address")
    new.get_by_label("谁的").select_option(label="王强（值班员）")
    new.get_by_label("地址").fill("nowhere")
    new.get_by_text("加上").click()
    expect(new.locator(".fault")).to_contain_text("不能用")
    new.get_by_label("地址").fill(address(peer[1], "wangqiang"))
    new.get_by_text("加上").click()
    expect(page.locator("#unreachable")).to_contain_text("陈洁、李芳")
    page.get_by_label("给王强试发一条通知").click()
    expect(page.locator("#toast")).to_contain_text("已发出 1 条")
    assert peer[0].called == ["wangqiang"]
    expect(page.locator("#toast")).to_be_hidden()
    check_reading(page)
    keep_pictures(page, screen)


def test_a_counsellor_says_here_with_the_keyboard_and_changes_nothing_else(
    desk_url: str, context: BrowserContext
) -> None:
    page = staff_page(context, desk_url)
    page.goto(f"{desk_url}/desk/rota")
    expect(page.get_by_label("照值班表")).to_be_checked()
    page.get_by_label("照值班表").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#now")).to_contain_text("李芳")
    expect(page.locator("#mine-until")).to_contain_text("自动恢复")
    page.reload()
    expect(page.get_by_label("在岗，有急事叫我")).to_be_checked()
    assert page.locator("form, .turn button").count() == 0
    page.click("#test-mine")
    expect(page.locator("#toast")).to_contain_text("还没有通知地址")
    check_reading(page)
