"""The chat page for everyone: keyboard, small screens, weak light, a weak network, and help that is always there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.db.states import Author, Owner
from bot.texts import Button
from tests.channels.page_ground import PHONE, ready, sees, write
from tests.channels.web_ground import THUMBS, answer, bodies, gateway, until
from tests.conftest import forget_process_state

WEIGHT_LIMIT = 60_000  # bytes of page, style and script together, before compression


def test_urgent_help_shows_numbers_to_dial_and_alerts_the_desk(page: Page) -> None:
    page.get_by_role("button", name="紧急求助").click()
    dialog = page.get_by_role("dialog", name="紧急求助")
    expect(dialog).to_be_visible()
    for number in ("12356", "110", "120"):
        link = dialog.locator(f'a[href="tel:{number}"]')
        expect(link).to_be_visible()
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    dialog.get_by_role("button", name="让值班同志马上看到").click()
    expect(page.locator("#paged")).to_contain_text("已经送到值班台")
    assert bodies() == [""]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    sees(page, "紧急求助")


def test_the_numbers_are_there_with_the_network_down(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator("#net")).to_contain_text("网络断了")
    page.get_by_role("button", name="紧急求助").click()
    expect(page.locator('#urgent a[href="tel:12356"]')).to_be_visible()
    page.get_by_role("button", name="让值班同志马上看到").click()
    expect(page.locator("#paged")).to_contain_text("没送出去")
    page.context.set_offline(False)
    expect(page.locator("#paged")).to_contain_text("已经送到值班台")
    assert bodies() == [""]


def test_the_numbers_are_there_without_the_script(browser: Browser, url: str) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(url)
    page.get_by_role("button", name="紧急求助").click()
    expect(page.locator('#urgent a[href="tel:110"]')).to_be_visible()
    page.get_by_role("button", name="关闭").click()
    expect(page.locator('#urgent a[href="tel:110"]')).to_be_hidden()
    page.context.close()


def test_hotlines_in_an_answer_can_be_dialled_and_other_figures_not(page: Page) -> None:
    write(page, "你好")
    assert until(lambda: bodies() == ["你好"])
    answer("打急救 120。加班 120 小时，补 110 元。热线 12356，电话 99999。")
    expect(page.locator(".bot .bubble a")).to_have_text(["120", "12356"])


def test_everything_can_be_done_with_the_keyboard(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    ready(page)
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("两行")
    page.keyboard.press("Enter")
    assert until(lambda: bodies() == ["一行\n两行"])
    answer("选一个", buttons=(Button("工资", "/faq"),))
    expect(page.get_by_role("button", name="工资")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="工资")).to_be_focused()
    page.keyboard.press("Enter")
    assert until(lambda: len(bodies()) == 2)
    page.locator("#human").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#urgent-title")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#urgent")).to_be_hidden()
    expect(page.locator("#help")).to_be_focused()
    page.close()


def test_enter_that_ends_a_chinese_composition_does_not_send(page: Page) -> None:
    page.fill("#text", "gongzi")
    page.evaluate(
        """() => document.getElementById("text").dispatchEvent(
            new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
    )
    assert page.locator("#text").input_value() == "gongzi"
    page.press("#text", "Enter")
    assert until(lambda: bodies() == ["gongzi"])


def test_the_page_is_light_and_loads_nothing_from_elsewhere(page: Page, url: str, faults: list[str]) -> None:
    loaded: dict[str, int] = {}
    page.on("response", lambda reply: loaded.update({reply.url: len(reply.body())}) if is_file(reply.url) else None)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.reload()
    ready(page)
    assert len(loaded) == 3
    assert sum(loaded.values()) < WEIGHT_LIMIT
    assert hosts <= {url.split("/")[2], "image"}
    assert faults == []


def is_file(address: str) -> bool:
    return address.startswith("http") and "/api/" not in address


def test_the_policy_stops_script_that_is_not_ours(page: Page, faults: list[str]) -> None:
    page.evaluate("() => { const s = document.createElement('script'); s.textContent = '1'; document.body.append(s); }")
    assert until(lambda: any("Security Policy" in fault for fault in faults))


def test_controls_are_large_named_and_announced(page: Page) -> None:
    write(page, "你好")
    assert until(lambda: bodies() == ["你好"])
    answer("选一个", buttons=(Button("工资", "/faq"), *THUMBS))
    expect(page.get_by_role("button", name="有用")).to_be_visible()
    for control in page.locator("button:visible, a[role=button]:visible, textarea:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, control.inner_text()
    expect(page.get_by_role("log", name="对话")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="写给心桥")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    spoken = page.locator("#list .who").all_text_contents()
    assert spoken == ["我", "机器人"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, url: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 568})
    page.goto(url)
    ready(page)
    write(page, "没有空格的长串" + "a" * 300)
    assert until(lambda: bool(bodies()))
    answer("https://" + "x" * 300, buttons=(Button("很长的按钮" * 6, "/faq"),), owner=Owner.waiting)
    expect(page.locator("#list .choice")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.getElementById('log').scrollWidth") <= width
    bar = page.locator("header .bar").bounding_box()
    assert bar is not None
    assert bar["height"] < 80  # the controls stay on one line
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Browser, url: str, scheme: str) -> None:
    page = browser.new_page(viewport=PHONE, color_scheme="dark" if scheme == "dark" else "light")
    page.goto(url)
    ready(page)
    write(page, "你好")
    assert until(lambda: bool(bodies()))
    answer("答\n依据：《劳动法》", buttons=(Button("工资", "/faq"), *THUMBS))
    answer("来了", author=Author.system, event="counsellor_joined", owner=Owner.counsellor)
    answer("打 12356", author=Author.counsellor)
    expect(page.locator(".counsellor .bubble a")).to_be_visible()
    weak = page.evaluate(CONTRAST)
    assert weak == []
    page.close()


CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const found = rgb(getComputedStyle(node).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
  };
  const weak = [];
  for (const node of document.querySelectorAll("h1, #state, nav *, #list p, #list a, #list .who, #list button")) {
    if (node.disabled || !node.textContent.trim()) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) weak.push(`${node.tagName} ${node.className} ${node.textContent} ${ratio.toFixed(2)}`);
  }
  return weak;
}"""


def test_motion_stops_for_those_who_ask(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport=PHONE, reduced_motion="reduce")
    page.goto(url)
    ready(page)
    write(page, "你好")
    expect(page.locator("#typing")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#typing i')).animationName") == "none"
    page.close()


def test_a_number_that_is_not_set_is_not_on_the_page(
    browser: Browser, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_HOTLINE_PSYCH", "")
    forget_process_state()
    with gateway() as url:
        page = browser.new_page()
        page.goto(url)
        ready(page)
        numbers = page.locator("#urgent b").all_text_contents()
        page.close()
    assert "12356" not in numbers
    assert all(re.fullmatch(r"\d+", number) for number in numbers)
