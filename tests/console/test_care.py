"""Marks and the panel over a real socket."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.console import thread
from bot.db.models import CaseEvent, Message
from bot.db.session import reading
from bot.triage import MODEL
from tests.console.events import listening
from tests.console.ground import cry, staffed, write


def newest() -> int:
    """The id of the message that was written last."""
    with reading() as session:
        return session.execute(select(Message.id).order_by(Message.id.desc()).limit(1)).scalar_one()


def test_a_mark_comes_to_every_open_page_of_the_conversation(desk_url: str) -> None:
    first, second = staffed(desk_url), staffed(desk_url, "wangqiang")
    conversation = cry().conversation_id
    key = newest()
    with listening(second, f"/desk/c/{conversation}/events") as events:
        assert events.next("state")["marks"] == {}
        answer = first.post(
            f"/desk/api/c/{conversation}/mark",
            json={"message": key, "verdict": "wrong", "level": "low", "text": "误会\x00"},
            headers={"X-CSRF": first.csrf},
        )
        assert answer.status_code == 200
        [mark] = events.until("state", lambda state: state["marks"])["marks"][str(key)]
    assert (mark["name"], mark["mine"], mark["verdict_label"], mark["note"]) == ("李芳", False, "误报", "误会")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message": 1, "verdict": "splendid"}, 400),
        ({"message": "x", "verdict": "right"}, 400),
        ({"verdict": "right"}, 400),
        ({"message": 10**9, "verdict": "right"}, 404),
        ({"message": 1, "verdict": "missed", "level": "low"}, 400),
        ({"message": 1, "verdict": "right", "text": "x" * 400}, 400),
    ],
)
def test_an_odd_mark_is_refused(desk_url: str, body: dict[str, object], status: int) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    if body.get("message") == 1:
        body["message"] = newest()
    answer = browser.post(f"/desk/api/c/{conversation}/mark", json=body, headers={"X-CSRF": browser.csrf})
    assert answer.status_code == status


def test_reading_the_panel_is_a_look_at_the_case(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    for _ in range(2):
        assert browser.get(f"/desk/api/c/{conversation}/panel").json()["answers"] == []
    with reading() as session:
        assert len(session.execute(select(CaseEvent.id).where(CaseEvent.kind == "read")).all()) == 1


def test_a_reason_says_whose_it_is_and_what_the_model_thinks(desk_url: str) -> None:
    card = thread.reason_card(
        {"kind": "third_person", "level": "high", "expression": "不想活", "scope": "third_person", "note": "明说想死"}
    )
    assert (card["title"], card["scope"], card["level_label"], card["model"]) == ("不想活", "别人", "高危", False)
    card = thread.reason_card({"kind": "distress", "level": "none", "expression": MODEL, "scope": "self", "note": "x"})
    assert (card["title"], card["level_label"], card["model"]) == ("模型的看法", "佐证", True)


def test_a_reason_that_stands_only_together_with_earlier_messages_says_so(desk_url: str) -> None:
    browser = staffed(desk_url)
    write("我真的不想")
    conversation = write("活了").conversation_id
    with listening(browser, f"/desk/c/{conversation}/events") as events:
        *_, message = events.next("messages")
    assert "合看前文" in [reason["scope"] for reason in message["reasons"]]
