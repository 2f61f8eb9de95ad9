"""What the browser tests share: Debian's Chromium, logging in, waiting, looking."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.db.states import Role
from tests import second_step
from tests.chromium import CHROMIUM
from tests.console.ground import PASSWORD, add_staff

# Keeps in `rung` every sound that the page has started.
WATCH_SOUND = """window.rung = []; const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function () { window.rung.push(this); return start.apply(this); };
const stop = AudioBufferSourceNode.prototype.stop;
AudioBufferSourceNode.prototype.stop = function () { this.stopped = true; return stop.apply(this); };"""
RINGS = "rung.length > 0 && !rung.at(-1).stopped"
IS_SILENT = "rung.length > 0 && rung.at(-1).stopped === true"
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")


def enter(page: Page, url: str, login: str) -> None:
    """Logs in and waits until the queue is live."""
    log_in(page, url, login)
    expect(page.locator("#line")).to_have_text("实时")


def log_in(page: Page, url: str, login: str) -> None:
    """Logs in; the page goes where the role works."""
    page.goto(f"{url}/desk/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("text=登录 >> nth=-1")
    give_code(page, login)


def give_code(page: Page, login: str) -> None:
    """The second step: a code, and binding the telephone first where the page asks for it."""
    expect(page.locator("#code")).to_be_visible()
    second_step.ready(login)
    secret = second_step.offered(page.content())
    page.fill("#code", second_step.code(secret or second_step.SECRET))
    page.press("#code", "Enter")
    if secret:
        page.click("#go-on")


def staff_page(context: BrowserContext, url: str, login: str = "lifang", role: Role = Role.counsellor) -> Page:
    """A page of a new member of staff, at the queue."""
    add_staff(login, role)
    page = context.new_page()
    enter(page, url, login)
    return page


def until(page: Page, condition: str) -> None:
    """Waits until the page's script says so; asked from outside, because the page forbids `eval`."""
    for _ in range(50):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(condition)


def shot(page: Page, name: str) -> None:
    """Keeps a picture of the page in the folder XINQIAO_TEST_SHOTS, if one is named."""
    folder = os.environ.get("XINQIAO_TEST_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


_CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = rgba(getComputedStyle(one).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest(':disabled')) continue;
    const [one, other] = [light(rgba(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) found.push(`${node.className || node.tagName} ${ratio.toFixed(2)}`);
  }
  return found;
}"""


def check_reading(page: Page) -> None:
    """All text that shows has the contrast of WCAG AA, and nothing is wider than the screen."""
    faint = page.evaluate(f"({_CONTRAST})()")
    assert faint == [], faint
    screen = page.viewport_size
    assert screen is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
