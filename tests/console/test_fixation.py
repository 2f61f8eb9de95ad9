"""A login's token changes whenever it comes to stand for more, and what was opened with it ends with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.console import streams
from bot.conversation.live import Feed
from bot.db.session import transaction
from bot.staff import people, sessions
from tests import second_step
from tests.console.events import listening
from tests.console.ground import PASSWORD, Browser, add_staff, cry, desk_app, staffed
from tests.fakes.server import serving


def prove(browser: Browser) -> None:
    """Shows once more who one is."""
    second_step.ready("lifang")
    answer = browser.submit("/desk/prove", password=PASSWORD, code=second_step.code())
    assert answer.headers["location"] == "/desk/account"


def test_a_proof_changes_the_token_so_that_a_stolen_one_never_stands_for_more(desk_url: str) -> None:
    browser, thief = staffed(desk_url), Browser(desk_url)
    thief.cookies.set("xq_desk", browser.cookies["xq_desk"], path="/desk")
    assert thief.get("/desk/api/queue").status_code == 200
    prove(browser)
    assert thief.get("/desk/api/queue").status_code == 401
    assert browser.get("/desk/api/queue").status_code == 200
    assert browser.submit("/desk/account/codes").status_code == 200, "the page's own token still fits"


def test_a_wrong_proof_changes_nothing(desk_url: str) -> None:
    browser = staffed(desk_url)
    before = browser.cookies["xq_desk"]
    assert browser.submit("/desk/prove", password="wrong password", code="000000").status_code == 403
    assert browser.cookies["xq_desk"] == before
    assert browser.get("/desk/api/queue").status_code == 200


def test_a_proof_leaves_the_open_pages_live(desk_url: str) -> None:
    browser = staffed(desk_url)
    with listening(browser, "/desk/events") as queue:
        queue.next("queue")
        prove(browser)
        cry(sender="worker-9")
        assert queue.next("queue")["rows"]


def test_every_login_gets_a_token_of_its_own_and_ends_the_one_before(desk_url: str) -> None:
    browser = staffed(desk_url)
    first = browser.cookies["xq_desk"]
    browser.get("/desk/login")
    browser.post("/desk/logout", data={"csrf": browser.csrf})
    browser.login("lifang")
    assert browser.cookies["xq_desk"] != first
    stale = Browser(desk_url)
    stale.cookies.set("xq_desk", first, path="/desk")
    assert stale.get("/desk/api/queue").status_code == 401


def test_logging_out_ends_the_open_streams_at_once(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LOOK_AGAIN", 60.0)  # so that nothing but the logout wakes them
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    with listening(browser, "/desk/events") as queue, listening(browser, f"/desk/c/{conversation}/events") as thread:
        queue.next("queue")
        thread.next("state")
        browser.post("/desk/logout", data={"csrf": browser.csrf})
        assert queue.next("gone") == {}
        assert thread.next("gone") == {}


def test_the_end_of_a_login_is_seen_by_the_feeds_of_all_gateways(database: Path) -> None:
    add_staff("lifang")
    with transaction() as session:
        key = sessions.start(session, people.id_of("lifang"), second_factor=True)

    async def seen() -> bool:
        feed = Feed()
        looking = asyncio.create_task(feed.run())
        settled = await feed.wait(0, 5)
        await asyncio.to_thread(sessions.logout, key.token)
        moved = await feed.wait(settled, 5) > settled
        looking.cancel()
        return moved

    assert asyncio.run(seen())


def test_a_code_that_let_one_in_at_one_gateway_lets_nobody_in_at_another(desk_url: str) -> None:
    add_staff("lifang")
    with serving(desk_app()) as other_url:
        here, there = Browser(desk_url), Browser(other_url)
        for browser in (here, there):
            browser.give_password("lifang")
        code = second_step.code()
        assert here.give_code(code).status_code == 303
        assert there.give_code(code).status_code == 403
        assert "xq_desk" not in there.cookies
