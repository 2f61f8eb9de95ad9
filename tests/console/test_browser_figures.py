"""Figures and talks in Chromium: a lead looks, takes the file along, ticks a talk; by day and night, on all screens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
from playwright.sync_api import BrowserContext, Page, expect

from bot.clock import now
from bot.db.models import CareCase, Message
from bot.db.rating_models import Rating
from bot.db.session import transaction
from bot.db.states import Author, CaseState, Category, RatingValue, Role
from bot.level import Level
from tests.care.figures_ground import case
from tests.console.browsing import check_reading, needs_chromium, shot, staff_page
from tests.console.ground import add_staff, staff_id_of

pytestmark = needs_chromium


def a_season(names: list[str]) -> None:
    """Some hundred invented cases over a month, with ratings."""
    with transaction() as session:
        for number in range(420):
            level = [Level.low, Level.none, Level.low, Level.high, Level.none, Level.high, Level.imminent][number % 7]
            at = now() - timedelta(hours=(number * 37 % 690) + (number % 3) * 5)
            state = list(CaseState)[4 if number % 3 else number % 5]
            category = list(Category)[number % 11 % 5]
            slow = 1 + number % 13 * (3 if number % 5 == 0 else 1)
            times = {"seen": 12.0 * slow, "replied": 45.0 * slow if number % 9 else None}
            row = case(session, at, level, by=names[number % len(names)], state=state, category=category, **times)
            if number % 4 == 0:
                rate(session, row, [RatingValue.good, RatingValue.fair, None, RatingValue.good][number // 4 % 4])


def rate(session: object, row: CareCase, value: RatingValue | None) -> None:
    question = Message(conversation_id=row.conversation_id, author=Author.bot, body="x")
    session.add(question)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    facts = {"conversation_id": row.conversation_id, "case_id": row.id, "asked_at": row.opened_at}
    session.add(Rating(message_id=question.id, value=value, **facts))  # type: ignore[attr-defined]


def look(page: Page, name: str) -> None:
    """The page by day and by night."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        check_reading(page)
        shot(page, f"{name}-{scheme}")
    page.emulate_media(color_scheme="light")


def test_a_lead_reads_takes_the_file_and_ticks_a_talk(context: BrowserContext, desk_url: str, tmp_path: Path) -> None:
    for login in ("lifang", "zhaomin", "zhouping"):
        add_staff(login)
    page = staff_page(context, desk_url, "wangqiang", Role.lead)
    a_season([staff_id_of(login) for login in ("lifang", "zhaomin", "zhouping")])
    page.click(".me summary")
    page.click("text=数字")
    expect(page.locator("h1")).to_have_text("数字")
    expect(page.locator("#by_hour-title ~ svg.w720")).to_be_visible()
    expect(page.locator("#by_hour-title ~ svg.w340")).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 3600})
    look(page, "figures-wide")
    page.click("#replied-title ~ details summary")
    expect(page.locator("#replied-title ~ details table")).to_contain_text("及时回话")
    with page.expect_download() as download:
        page.click("text=下载 Excel 表格")
    download.value.save_as(tmp_path / "f.xlsx")
    assert "多久有真人回话" in openpyxl.load_workbook(tmp_path / "f.xlsx").sheetnames
    page.set_viewport_size({"width": 390, "height": 4200})
    expect(page.locator("#by_hour-title ~ svg.w340")).to_be_visible()
    look(page, "figures-phone")
    page.goto(f"{desk_url}/desk/debrief")
    look(page, "debrief-phone")
    page.set_viewport_size({"width": 1280, "height": 800})
    card = page.locator(".talk-card", has_text="李芳")
    card.locator("input[name=note]").fill("聊了一会儿")
    look(page, "debrief-wide")
    card.locator("button").click()
    expect(page.locator(".talk-card", has_text="李芳")).to_contain_text("已谈过")
