"""Live streams of the desk: what they bring, where they go on, when they end."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot import clock
from bot.console import streams
from bot.db.models import Outbox, Staff
from bot.db.session import transaction
from bot.db.states import OutboxState, Role
from tests.console.events import listening
from tests.console.ground import cry, staffed, write


def test_the_stream_of_a_conversation_brings_thread_state_and_what_comes_after(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry("活着没意思，我在楼顶", channel="telegram").conversation_id
    with listening(browser, f"/desk/c/{conversation}/events") as events:
        [message] = events.next("messages")
        assert (message["author"], message["text"], message["name"]) == ("worker", "活着没意思，我在楼顶", "职工")
        assert message["level"] in ("high", "imminent")
        assert message["reasons"][0]["title"]
        state = events.next("state")
        assert state["may"] == {"claim": True, "reply": False, "hand_back": False, "close": True}
        browser.act(f"c/{conversation}/claim")
        [marker] = events.next("messages")
        assert marker["author"] == "system"
        assert events.until("state", lambda state: state["mine"])["may"]["reply"] is True
        browser.act(f"c/{conversation}/reply", {"text": "我在"})
        [reply] = events.next("messages")
        assert (reply["author"], reply["name"], reply["text"]) == ("counsellor", "李芳", "我在")
        assert reply["delivery"] == "pending"
        write("谢谢你", channel="telegram")
        [answer] = events.next("messages")
        assert answer["text"] == "谢谢你"


def test_a_stream_that_comes_back_goes_on_where_it_broke(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = write("第一句").conversation_id
    with listening(browser, f"/desk/c/{conversation}/events") as events:
        events.next("messages")
        last = events.last_id
    write("第二句")
    with listening(browser, f"/desk/c/{conversation}/events", {"Last-Event-ID": last}) as events:
        assert [message["text"] for message in events.next("messages")] == ["第二句"]
    with listening(browser, f"/desk/c/{conversation}/events?after={last}") as events:
        assert [message["text"] for message in events.next("messages")] == ["第二句"]


def test_delivery_is_followed_live(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry(channel="telegram").conversation_id
    browser.act(f"c/{conversation}/claim")
    with listening(browser, f"/desk/c/{conversation}/events") as events:
        assert {one["text"] for one in events.next("state")["delivery"].values()} == {"排队中"}
        with transaction() as session:
            session.execute(update(Outbox).values(error_code="network"))
        assert {one["text"] for one in events.next("state")["delivery"].values()} == {"还没发成（网络不通），会再试"}
        with transaction() as session:
            session.execute(update(Outbox).values(state=OutboxState.dead, error_code="blocked"))
        assert {one["text"] for one in events.next("state")["delivery"].values()} == {"没送到：对方已停用或拉黑"}


@pytest.mark.parametrize(
    "text", ["\ud800 半个字", "a\x00b", "<script>alert(1)</script>", "data: x\n\nevent: gone", "\u2028\u2029\r\n"]
)
def test_odd_text_comes_through_the_stream_as_it_was_written(desk_url: str, text: str) -> None:
    browser = staffed(desk_url)
    conversation = write(text).conversation_id
    with listening(browser, f"/desk/c/{conversation}/events") as events:
        [message] = events.next("messages")
        assert message["text"] == text
        assert events.next("state")["pseudonym"].startswith("职工-")


def test_a_stream_ends_when_its_session_does(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    with (
        listening(browser, "/desk/events") as queue,
        listening(browser, f"/desk/c/{conversation}/events") as thread,
    ):
        queue.next("queue")
        thread.next("state")
        browser.post("/desk/logout", data={"csrf": browser.csrf})
        assert queue.next("gone") == {}
        assert thread.next("gone") == {}
        write("之后写的")
        assert list(thread.lines) in ([], [""])


def test_a_stream_ends_when_the_role_is_taken_away(desk_url: str) -> None:
    browser = staffed(desk_url)
    with listening(browser, "/desk/events") as events:
        events.next("queue")
        with transaction() as session:
            session.execute(update(Staff).values(role=Role.auditor))
        assert events.next("gone") == {}


def test_an_idle_session_dies_although_its_stream_is_open(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.1)
    browser = staffed(desk_url)
    started = clock.now()
    try:
        with listening(browser, "/desk/events") as events:
            assert events.next("alive")["left"] > 1700
            clock.set_now(lambda: started + timedelta(minutes=20))
            time.sleep(0.6)  # the stream looks several times; that must not count as activity
            clock.set_now(lambda: started + timedelta(minutes=31))
            assert events.next("gone") == {}
            assert browser.get("/desk/api/queue").status_code == 401
    finally:
        clock.set_now(None)


def test_signs_of_life_say_how_long_the_session_has(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "ALIVE_EVERY", 0.1)
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.1)
    with listening(staffed(desk_url), "/desk/events") as events:
        first, second = events.next("alive"), events.next("alive")
    assert first["left"] > second["left"]
    assert first["renewable"] is True
