"""The chat page in a real browser, on the real inbox: what a worker sees, does, and does not lose."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bot.channels.web import stream
from bot.db.states import Author, Owner
from bot.texts import Button
from tests.channels.page_ground import PHONE, lines, ready, sees, write
from tests.channels.web_ground import THUMBS, answer, bodies, gateway, until
from tests.fakes.server import free_port


def test_a_message_is_shown_sent_and_answered(page: Page, faults: list[str]) -> None:
    expect(page.locator("#intro")).to_be_visible()
    write(page, "工资没发咋办")
    assert until(lambda: bodies() == ["工资没发咋办"])
    expect(page.locator("#typing")).to_be_visible()
    expect(page.locator("#intro")).to_be_hidden()
    answer("先留证据。\n\n依据：《劳动法》第五十条")
    expect(page.locator(".bot .src")).to_have_text("依据：《劳动法》第五十条")
    expect(page.locator("#typing")).to_be_hidden()
    assert page.locator("#text").input_value() == ""
    assert faults == []


def test_what_others_write_is_never_markup(page: Page, faults: list[str]) -> None:
    evil = "<img src=x onerror=alert(1)><b>粗</b>"
    write(page, evil)
    assert until(lambda: bodies() == [evil])
    answer(evil, author=Author.counsellor, buttons=(Button(evil, "/x"),))
    sees(page, evil, evil)
    assert page.locator("#list img, #list b").count() == 0
    assert faults == []


def test_a_refresh_keeps_the_conversation_and_its_used_buttons(page: Page) -> None:
    write(page, "你好")
    assert until(lambda: bodies() == ["你好"])
    answer("想问哪件？", buttons=(Button("工资", "/faq"), Button("工伤", "/faq"), *THUMBS))
    page.get_by_role("button", name="工伤").click()
    page.get_by_role("button", name="没用").click()
    sees(page, "你好", "想问哪件？", "工伤")  # a thumb is no bubble
    assert until(lambda: len(bodies()) == 3)
    page.reload()
    ready(page)
    sees(page, "你好", "想问哪件？", "工伤")
    expect(page.get_by_role("button", name="工伤")).to_be_disabled()
    expect(page.get_by_role("button", name="没用")).to_be_disabled()
    expect(page.get_by_role("button", name="有用")).to_be_disabled()
    expect(page.get_by_role("button", name="工资")).to_be_enabled()


def test_another_browser_sees_nothing_of_it(page: Page, browser: Browser, url: str) -> None:
    write(page, "只给工会看")
    assert until(lambda: bodies() == ["只给工会看"])
    stranger = browser.new_page()
    stranger.goto(url)
    ready(stranger)
    assert lines(stranger) == []
    stranger.close()


def test_nothing_is_lost_or_doubled_when_the_server_restarts(browser: Browser, database: Path) -> None:
    port = free_port()
    page = browser.new_page(viewport=PHONE)
    with gateway(port) as url:
        page.goto(url)
        ready(page)
        write(page, "第一句")
        assert until(lambda: bodies() == ["第一句"])
    write(page, "断线时写的")
    expect(page.locator(".failed")).to_contain_text("未发出")
    expect(page.locator("#net")).to_be_visible()
    answer("断线时答的")
    with gateway(port):
        sees(page, "第一句", "断线时答的", "断线时写的")
        expect(page.locator("#net")).to_be_hidden()
        expect(page.locator(".failed")).to_have_count(0)
        assert bodies() == ["第一句", "断线时写的"]
        answer("接上了")
        sees(page, "第一句", "断线时答的", "断线时写的", "接上了")
        page.reload()
        ready(page)
        sees(page, "第一句", "断线时答的", "断线时写的", "接上了")
    page.close()


def test_a_message_whose_receipt_got_lost_is_sent_again_and_stored_once(page: Page) -> None:
    def lose(route: Route) -> None:
        route.fetch()  # the gateway has it, the phone never hears of it
        route.abort()

    page.route("**/api/chat/messages", lose, times=1)
    write(page, "收据丢了")
    page.get_by_role("button", name="重发").click()
    expect(page.locator(".failed")).to_have_count(0)
    sees(page, "收据丢了")
    assert bodies() == ["收据丢了"]


def test_an_unsent_message_survives_a_refresh(page: Page) -> None:
    page.route("**/api/chat/messages", lambda route: route.abort())
    write(page, "发不出去的话")
    expect(page.locator(".failed")).to_contain_text("未发出")
    page.unroute("**/api/chat/messages")
    page.reload()
    sees(page, "发不出去的话")
    expect(page.locator(".failed")).to_have_count(0)
    assert bodies() == ["发不出去的话"]


def test_several_messages_in_a_row_arrive_in_order(page: Page) -> None:
    said = [f"第{number}句" for number in range(8)]
    for text in said:
        write(page, text)
    assert until(lambda: bodies() == said)
    sees(page, *said)


def test_too_much_unanswered_is_said_under_the_message(page: Page) -> None:
    reply = {"error": "too_many", "message": "请稍等几秒再发。"}
    page.route("**/api/chat/messages", lambda route: route.fulfill(status=429, json=reply), times=1)
    write(page, "急急急")
    expect(page.locator(".failed")).to_contain_text("未发出：请稍等几秒再发。")
    page.get_by_role("button", name="重发").click()
    assert until(lambda: bodies() == ["急急急"])


def test_it_shows_who_answers_and_when_a_person_joins_and_leaves(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("机器人答复")
    page.get_by_role("button", name="找真人").click()
    assert until(lambda: bodies() == [""])
    answer("已经在叫真人了。", owner=Owner.waiting)
    expect(page.locator("#state")).to_contain_text("已叫真人")
    answer("值班同志来了。", author=Author.system, event="counsellor_joined", owner=Owner.counsellor)
    answer("我是值班的。", author=Author.counsellor)
    expect(page.locator("#state")).to_have_text("值班同志答复")
    expect(page.locator(".counsellor .who")).to_have_text("值班同志 · 真人")
    expect(page.locator(".note.counsellor_joined")).to_be_visible()
    write(page, "你好")
    assert until(lambda: len(bodies()) == 2)
    expect(page.locator("#typing")).to_be_hidden()
    answer("值班同志先离开了。", author=Author.system, event="counsellor_left", owner=Owner.bot)
    expect(page.locator("#state")).to_have_text("机器人答复")
    expect(page.get_by_role("button", name="找真人")).to_be_enabled()


def test_a_text_that_is_too_long_is_counted_and_kept(page: Page) -> None:
    page.fill("#text", "长" * 1990)
    expect(page.locator("#count")).to_have_text("还能写 10 个字")
    page.fill("#text", "长" * 2005)
    expect(page.locator("#count")).to_have_text("多了 5 个字，请分成几条发")
    page.press("#text", "Enter")
    expect(page.locator("#send")).to_be_disabled()
    assert len(page.locator("#text").input_value()) == 2005


def test_older_messages_are_fetched_on_demand_in_order(page: Page) -> None:
    write(page, "开头")
    assert until(lambda: bodies() == ["开头"])
    for number in range(70):
        answer(str(number))
    page.reload()
    ready(page)
    assert len(lines(page)) == 60
    page.get_by_role("button", name="看更早的消息").click()
    sees(page, "开头", *[str(number) for number in range(70)])
    expect(page.locator("#older")).to_be_hidden()


def test_a_stream_that_fell_silent_while_the_phone_slept_is_replaced(page: Page) -> None:
    write(page, "你好")
    assert until(lambda: bodies() == ["你好"])
    with page.expect_request("**/api/chat/events*"):
        page.evaluate("""() => {
            const real = Date.now;
            Date.now = () => real() + 60000;
            document.dispatchEvent(new Event("visibilitychange"));
        }""")
    answer("还在")
    sees(page, "你好", "还在")


def test_heartbeats_keep_the_page_content(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)
    write(page, "你好")
    assert until(lambda: bodies() == ["你好"])
    page.wait_for_timeout(1000)
    sees(page, "你好")
    expect(page.locator("#state")).to_have_text("机器人答复")
