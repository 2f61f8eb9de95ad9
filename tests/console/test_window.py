"""The routes of the reply window and the typing sign: whose they are, and what they refuse."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.care import records
from bot.console import cases
from bot.db.models import Conversation, Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, OutboxState
from tests.console.ground import Browser, cry, staff_id_of, staffed


def replied(browser: Browser, channel: str = "wechat", sender: str = "worker-1") -> tuple[str, int]:
    """A conversation that this browser has taken, and the id of its reply in it."""
    conversation = cry(sender=sender, channel=channel).conversation_id
    browser.act(f"c/{conversation}/claim")
    browser.act(f"c/{conversation}/reply", {"text": "我在"})
    mine = select(Message.id).where(Message.conversation_id == conversation, Message.author == Author.counsellor)
    with reading() as session:
        return conversation, session.execute(mine).scalar_one()


def hold(message_id: int) -> None:
    with transaction() as session:
        session.execute(update(Outbox).where(Outbox.message_id == message_id).values(state=OutboxState.held))


def test_only_a_held_reply_of_this_conversation_can_be_withdrawn_and_only_by_who_speaks_here(desk_url: str) -> None:
    mine, other = staffed(desk_url), staffed(desk_url, "wangqiang")
    conversation, reply = replied(mine)
    elsewhere, foreign = replied(mine, sender="worker-2")
    assert mine.act(f"c/{conversation}/withdraw", {"message": reply}).status_code == 409
    hold(reply)
    hold(foreign)
    assert mine.act(f"c/{conversation}/withdraw", {"message": foreign}).status_code == 404
    assert other.act(f"c/{conversation}/withdraw", {"message": reply}).status_code == 409
    assert mine.act(f"c/{conversation}/withdraw", {"message": reply}).status_code == 200
    assert mine.act(f"c/{conversation}/withdraw", {"message": reply}).status_code == 409
    shown = cases.state(conversation, staff_id_of("lifang"))["delivery"][str(reply)]
    assert (shown["text"], shown["offer"]) == ("已撤回，没有发出", "")
    assert cases.state(elsewhere, staff_id_of("lifang"))["window"]["held"] == 1


def test_what_was_withdrawn_is_not_in_the_workers_export(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation, reply = replied(browser)
    with reading() as session:
        person = session.get_one(Conversation, conversation).person_id
        assert [row["text"] for row in records._messages(session, person) if row["author"] == "counsellor"] == ["我在"]
    hold(reply)
    browser.act(f"c/{conversation}/withdraw", {"message": reply})
    with reading() as session:
        assert [row for row in records._messages(session, person) if row["author"] == "counsellor"] == []


def test_who_does_not_speak_here_cannot_show_that_they_type(desk_url: str) -> None:
    mine, other = staffed(desk_url), staffed(desk_url, "wangqiang")
    conversation, _ = replied(mine)
    assert mine.act("typing", {"conversation": conversation}).status_code == 200
    assert other.act("typing", {"conversation": conversation}).status_code == 409
    assert other.act("typing", {"conversation": "f" * 32}).status_code == 404


def test_a_channel_without_a_window_shows_none_and_offers_nothing_to_withdraw(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation, _ = replied(browser, channel="web")
    assert cases.state(conversation, staff_id_of("lifang"))["window"] is None
    [row] = browser.get("/desk/api/queue").json()["rows"]
    assert row["window"] is None
