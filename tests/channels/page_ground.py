"""What the page tests share: a browser on the chat page, and the eyes and hands of a worker."""

from __future__ import annotations

from playwright.sync_api import Page, ViewportSize, expect

from tests.channels.web_ground import until

PHONE: ViewportSize = {"width": 390, "height": 844}


def ready(page: Page) -> None:
    """Waits until the page has its session and history."""
    expect(page.locator("#log")).to_have_attribute("aria-busy", "false")


def write(page: Page, text: str) -> None:
    """Types and sends as a worker does."""
    page.fill("#text", text)
    page.press("#text", "Enter")


def lines(page: Page) -> list[str]:
    """The bubbles and markers on the page, in order, without their labels."""
    return page.locator("#list .bubble, #list .note").all_inner_texts()


def sees(page: Page, *texts: str) -> None:
    """Waits until the page shows exactly these bubbles, in order."""
    assert until(lambda: lines(page) == list(texts)), lines(page)
