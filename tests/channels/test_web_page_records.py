"""The chat page in a browser: one's records are downloaded once, and what was erased leaves the page."""

from __future__ import annotations

import threading
from pathlib import Path

from playwright.sync_api import Page, expect

from bot.db.states import Author, Owner
from bot.texts import Button
from tests.answering import answer_all
from tests.channels.page_ground import write
from tests.channels.web_ground import answer, bodies, until


def answer_in_thread() -> None:
    thread = threading.Thread(target=answer_all)  # the browser's loop runs in this one
    thread.start()
    thread.join()


def says(page: Page, text: str, count: int) -> None:
    write(page, text)
    assert until(lambda: len(bodies()) == count)
    answer_in_thread()


def test_a_worker_downloads_their_records_once(page: Page, tmp_path: Path, faults: list[str]) -> None:
    says(page, "导出我的记录", 1)
    link = page.get_by_role("link", name="下载我的记录")
    expect(link).to_be_visible()
    with page.expect_download() as started:
        link.click()
    started.value.save_as(tmp_path / "records.txt")
    assert "我：导出我的记录" in (tmp_path / "records.txt").read_text()
    expect(link).to_be_hidden()
    assert faults == []


def test_what_was_erased_leaves_the_page_at_once(page: Page, faults: list[str]) -> None:
    says(page, "我有个秘密", 1)
    says(page, "删除我的记录", 2)
    page.get_by_role("button", name="确定删除").click()
    assert until(lambda: len(bodies()) == 3)
    answer_in_thread()
    expect(page.get_by_text("我有个秘密")).to_have_count(0)
    assert until(lambda: len(page.locator("#list .bubble").all()) == 1)
    expect(page.locator("#list .bubble")).to_contain_text("删好了")
    page.reload()
    expect(page.locator("#list .bubble")).to_contain_text("删好了")
    assert faults == []


def test_the_choices_of_an_order_are_shown_under_a_notice_too(page: Page) -> None:
    says(page, "你好", 1)
    buttons = (Button("确定删除", "/control_erase"), Button("先不删", "/control_keep"))
    answer("确定要删吗？", author=Author.system, buttons=buttons, event="erase_question", owner=Owner.counsellor)
    expect(page.get_by_role("button", name="先不删")).to_be_visible()
