"""Accepting: stored once, alerted in the same transaction, refused clearly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from bot import triage
from bot.conversation import inbox
from bot.conversation.commands import asks_for_person, neutralise
from bot.db.models import Alert, Conversation, Inbox, Message, Person
from bot.db.session import engine, reading
from bot.errors import BadInput, TooMany
from bot.level import Level
from bot.settings import settings
from tests.conversation.acts import say


def count(table: type) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_same_delivery_fifty_times_in_parallel_is_one_message(any_database: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(lambda _: say("工资啥时候发", external_id="same"), range(50)))
    assert len({receipt.message_id for receipt in receipts}) == 1
    assert sum(not receipt.duplicate for receipt in receipts) == 1
    assert [count(table) for table in (Inbox, Message, Conversation, Person)] == [1, 1, 1, 1]


def test_order_inside_a_conversation_is_the_order_of_arrival(any_database: str) -> None:
    sent = [say(f"第{number}句").message_id for number in range(20)]
    with reading() as session:
        stored = session.execute(select(Message.public_id).order_by(Message.id)).scalars().all()
    assert list(stored) == sent


def test_a_cry_for_help_is_alerted_in_the_transaction_that_stores_it(any_database: str) -> None:
    receipt = say("活着没意思，想一了百了")
    with reading() as session:
        alert = session.execute(select(Alert)).scalar_one()
        message = session.get_one(Message, alert.message_id)
    assert message.public_id == receipt.message_id
    assert alert.level.is_crisis
    assert message.level == alert.level


def test_a_text_that_triage_cannot_assess_is_shown_to_a_person(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> triage.Assessment:
        raise ZeroDivisionError

    monkeypatch.setattr(triage, "assess_after", broken)
    say("随便一句")
    assert count(Alert) == 1


def test_too_many_unanswered_messages_are_refused_but_never_a_cry_for_help(database: object) -> None:
    for number in range(settings().max_pending):
        say(f"消息{number}")
    with pytest.raises(TooMany):
        say("又一条")
    assert say("我不想活了").duplicate is False
    assert say("别人", sender="worker-2").duplicate is False


@pytest.mark.parametrize("text", ["\x00", "\ud800坏", "\u200b" * 5000, "a" * 19_000, "🔪" * 2000, "", "\u202e死想"])
def test_hostile_text_is_stored_as_it_came(any_database: str, text: str) -> None:
    receipt = say(text)
    with reading() as session:
        stored = session.execute(select(Message.body).where(Message.public_id == receipt.message_id)).scalar()
    assert stored == text


def test_an_endless_text_is_refused_and_leaves_nothing(database: object) -> None:
    with pytest.raises(BadInput):
        say("长" * 1_000_000)
    assert count(Inbox) == 0


def test_channel_ids_and_words_are_not_in_the_database_file_in_clear(database: object) -> None:
    say("秘密口令阿尔法七", sender="sender-id-canary-77")
    engine().dispose()
    stored = b"".join(path.read_bytes() for path in settings().data_dir.glob("xinqiao.db*"))
    assert stored
    assert "秘密口令阿尔法七".encode() not in stored
    assert b"sender-id-canary-77" not in stored


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "／express_distress",
        " \u200b/restart",
        "//restart",
        "\ufeff／/x",
        "\t\n/restart",
        "\x00/restart",
    ],
)
def test_no_leading_slash_survives(typed: str) -> None:
    cleaned = neutralise(typed)
    assert cleaned
    assert cleaned.strip()[0] not in "/／"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("找真人", True),
        ("转人工", True),
        ("人工客服", True),
        ("俺想找活人", True),
        ("找真人比赛", False),
        ("人工费咋算", False),
    ],
)
def test_a_plain_request_for_a_person_is_known_without_the_engine(text: str, wanted: bool) -> None:
    assert asks_for_person(text) is wanted


def test_inbox_module_gives_a_level_for_the_emergency_button(database: object) -> None:
    from bot.channels.incoming import Incoming

    pressed = Incoming("web", "main", "x1", "worker-9", "", command="urgent_help")
    assert inbox.assess_safely(pressed).level == Level.imminent
