"""Long polling: an update is confirmed only behind its commit, and no fault ends the loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channels.incoming import Accepted, Form, Incoming, Press
from bot.conversation import inbox
from bot.db.models import Alert, Inbox, Message
from bot.db.session import reading
from bot.errors import BadInput, TooMany
from tests.channels.telegram_ground import MESSAGE, WORKER, StorageDown, Store, run_until, turn_on
from tests.fakes.bot_api import CONTENTS, SERVER_ERROR, BotApi, Fault, too_many


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi() as started:
        yield started


@pytest.fixture
def api(server: BotApi, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> BotApi:
    server.forget()
    turn_on(monkeypatch, server)
    return server


@pytest.fixture
def store() -> Store:
    return Store()


def test_messages_are_stored_once_and_in_order_and_then_confirmed(api: BotApi, store: Store) -> None:
    for number in range(150):  # more than one getUpdates gives
        api.says(WORKER + number % 3, f"第{number}条")
    run_until(store, lambda: not api.waiting)
    assert store.texts == [f"第{number}条" for number in range(150)]
    assert set(store.calls.values()) == {1}


@pytest.mark.parametrize("fault", [StorageDown("disk full"), OSError("disk full"), TooMany("wait")])
def test_a_message_whose_commit_failed_comes_again(api: BotApi, store: Store, fault: Exception) -> None:
    store.faults["救命"] = [fault]
    update = api.says(WORKER, "救命")
    run_until(store, lambda: not api.waiting)
    assert store.texts == ["救命"]
    assert store.calls[str(update)] == 2


def test_a_process_killed_between_fetch_and_commit_loses_nothing(api: BotApi, store: Store) -> None:
    class Killed(BaseException):
        """Stands for kill -9: nothing in the channel may catch it."""

    update = api.says(WORKER, "救命")
    store.faults["救命"] = [Killed()]  # type: ignore[list-item]
    with pytest.raises(Killed):
        run_until(store, lambda: store.texts)
    assert api.waiting == [update]
    run_until(store, lambda: not api.waiting)
    assert store.texts == ["救命"]


def test_a_process_killed_between_commit_and_confirmation_makes_a_duplicate_only(api: BotApi, store: Store) -> None:
    update = api.says(WORKER, "救命")
    api.script("getUpdates", Fault(200, accept=True))  # the answer is lost on its way
    run_until(store, lambda: store.texts)
    run_until(store, lambda: not api.waiting)
    assert list(store.kept) == [str(update)]


def test_one_message_that_cannot_be_stored_holds_up_its_sender_only(api: BotApi, store: Store) -> None:
    store.faults["一"] = [StorageDown("x"), StorageDown("x")]
    for chat, text in [(1, "一"), (2, "甲"), (1, "二"), (2, "乙")]:
        api.says(chat, text)
    run_until(store, lambda: not api.waiting)
    assert store.texts == ["甲", "乙", "一", "二"]


def test_storage_that_is_down_is_not_asked_for_every_message(api: BotApi, store: Store) -> None:
    for chat in range(1, 51):
        store.faults[f"{chat}"] = [StorageDown("x")]
        api.says(chat, f"{chat}")
    run_until(store, lambda: len(store.calls) >= 3)
    assert len(store.calls) == 3
    assert len(api.waiting) == 50


def test_a_message_that_can_never_be_accepted_does_not_come_again(api: BotApi, store: Store) -> None:
    store.faults["坏"] = [BadInput("unusable")] * 5
    bad = api.says(WORKER, "坏")
    api.says(WORKER, "好")
    run_until(store, lambda: not api.waiting)
    assert store.texts == ["好"]
    assert store.calls[str(bad)] == 1


def test_what_needs_no_answer_is_confirmed_too(api: BotApi, store: Store) -> None:
    api.inject(something_new={"a": 1})
    api.inject(message={"nonsense": 1})
    api.inject(callback_query={"nonsense": 1})
    api.says(WORKER, "在吗")
    run_until(store, lambda: not api.waiting)
    assert store.texts == ["在吗"]


def test_every_kind_of_message_arrives_over_the_wire(api: BotApi, store: Store) -> None:
    for content in CONTENTS.values():
        api.shares(WORKER, **content)
    api.says(WORKER, "改过的", kind="edited_message")
    run_until(store, lambda: not api.waiting)
    assert len(store.kept) == len(CONTENTS) + 1
    assert {incoming.form for incoming in store.kept.values()} == set(Form) - {Form.text, Form.button}


def test_a_press_is_stored_and_its_spinner_stopped(api: BotApi, store: Store) -> None:
    api.presses(WORKER, f"{MESSAGE}:1")
    api.presses(WORKER, "not ours")
    run_until(store, lambda: not api.waiting)
    assert [incoming.press for incoming in store.kept.values()] == [Press(MESSAGE, 1)]
    assert len(api.of("answerCallbackQuery")) == 2


def test_a_press_that_cannot_be_confirmed_is_stored_all_the_same(api: BotApi, store: Store) -> None:
    api.script("answerCallbackQuery", Fault(400, "Bad Request: query is too old"))
    api.presses(WORKER, f"{MESSAGE}:1")
    run_until(store, lambda: not api.waiting)
    assert len(store.kept) == 1


def test_polling_survives_faults_of_telegram(api: BotApi, store: Store) -> None:
    api.script("deleteWebhook", SERVER_ERROR)
    api.script("getUpdates", SERVER_ERROR, Fault(409, "Conflict: terminated by other getUpdates request"))
    api.says(WORKER, "还在吗")
    run_until(store, lambda: not api.waiting)
    assert store.texts == ["还在吗"]


def test_flood_control_is_honoured_while_polling(api: BotApi, store: Store) -> None:
    api.script("getUpdates", too_many(2))
    api.says(WORKER, "在吗")
    began = time.monotonic()
    run_until(store, lambda: store.texts)
    assert time.monotonic() - began >= 2


def test_a_webhook_set_earlier_is_removed_without_losing_what_waits(api: BotApi, store: Store) -> None:
    api.webhook = "http://127.0.0.1:9/gone"
    api.says(WORKER, "在吗")
    run_until(store, lambda: not api.waiting)
    assert store.texts == ["在吗"]


def test_ids_that_begin_anew_at_a_lower_number_are_seen(
    api: BotApi, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.POLL_SECONDS", 0.2)
    api.says(WORKER, "上周")
    begun = False

    def done() -> bool:
        nonlocal begun
        if not begun and len(api.asked) >= 4:
            begun = True
            api.restart_ids(5)
            api.says(WORKER, "这周")
        return "这周" in store.texts

    run_until(store, done)
    assert list(store.kept)[-1] == "5"


def test_a_cry_for_help_fetched_twice_is_one_message_and_one_alert(api: BotApi, database: Path) -> None:
    class RealInbox(Store):
        async def on_message(self, incoming: Incoming) -> Accepted:
            accepted = await asyncio.to_thread(inbox.accept, incoming)
            await super().on_message(incoming)
            return accepted

    store = RealInbox()
    store.faults["不想活了，今晚就走"] = [StorageDown("killed behind the commit")]
    update = api.says(WORKER, "不想活了，今晚就走")
    run_until(store, lambda: not api.waiting)
    assert store.calls[str(update)] == 2
    with reading() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Inbox, Message, Alert)]
    assert counts == [1, 1, 1]
