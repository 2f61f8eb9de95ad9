"""Telegram: reading updates and sending, against a simulated Bot API over a real socket."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from telegram import Update

from bot.channels import telegram
from bot.channels.incoming import Form, Incoming, Press
from bot.channels.telegram_updates import readable
from bot.errors import ConfigError
from bot.settings import settings
from tests.channels.telegram_ground import MESSAGE, WORKER, Store, failure, out, run_until, send, turn_on
from tests.conftest import forget_process_state
from tests.fakes.bot_api import (
    CONTENTS,
    SERVER_ERROR,
    TOKEN,
    BotApi,
    Fault,
)


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi() as started:
        yield started


@pytest.fixture
def api(server: BotApi, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> BotApi:
    server.forget()
    turn_on(monkeypatch, server)
    return server


# --- reading


def read(raw: dict[str, object]) -> Incoming | None:
    return telegram.parse(Update.de_json(readable(raw), None), "123456")


def message(**content: object) -> dict[str, object]:
    chat = {"id": WORKER, "type": "private"}
    return {"message_id": 1, "date": 1_700_000_000, "chat": chat, **content}


def test_a_text_becomes_a_message_named_by_bot_and_update() -> None:
    found = read({"update_id": 7, "message": message(text="工资没发咋办")})
    assert found == Incoming("telegram", "123456", "7", str(WORKER), "工资没发咋办")


@pytest.mark.parametrize(
    ("content", "form", "text"),
    [
        ("voice", Form.voice, ""),
        ("audio", Form.voice, ""),
        ("video_note", Form.voice, ""),
        ("photo", Form.photo, ""),
        ("photo_with_words", Form.photo, "这是工资条"),
        ("sticker", Form.sticker, "😭"),
        ("animation", Form.sticker, ""),
        ("dice", Form.sticker, ""),
        ("location", Form.location, "位置：33.7661, 113.1925"),
        ("venue", Form.location, "位置：三号工地 东门 33.7661, 113.1925"),
        ("contact", Form.file, "联系人：家里人 000"),
        ("document", Form.file, ""),
        ("video", Form.file, ""),
        ("of_a_later_api", Form.file, ""),
    ],
)
def test_every_kind_of_content_gets_a_form_and_keeps_its_words(content: str, form: Form, text: str) -> None:
    found = read({"update_id": 7, "message": message(**CONTENTS[content])})
    assert found is not None
    assert (found.form, found.text, found.sender) == (form, text, str(WORKER))


def test_every_content_of_the_simulated_server_is_in_the_table_above() -> None:
    marks = test_every_kind_of_content_gets_a_form_and_keeps_its_words.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in marks[0].args[1]} == set(CONTENTS)


@pytest.mark.parametrize("text", ["/start", "/start from_poster", "/start@x_bot"])
def test_start_is_a_greeting(text: str) -> None:
    found = read({"update_id": 7, "message": message(text=text)})
    assert found is not None
    assert (found.text, found.form) == ("你好", Form.text)


@pytest.mark.parametrize("text", ["/restart", "/started", "／express_distress", "我想问 /start"])
def test_other_slashes_stay_as_written(text: str) -> None:
    found = read({"update_id": 7, "message": message(text=text)})
    assert found is not None
    assert found.text == text


def test_an_edited_message_keeps_its_new_words() -> None:
    found = read({"update_id": 7, "edited_message": message(text="不想活了", edit_date=1_700_000_001)})
    assert found is not None
    assert (found.form, found.text) == (Form.edited, "不想活了")


def test_a_moving_live_location_is_not_answered_at_every_step() -> None:
    assert read({"update_id": 7, "edited_message": message(**CONTENTS["location"])}) is None


def press(data: str, where: object) -> Incoming | None:
    query = {"id": "q", "from": {"id": WORKER, "is_bot": False, "first_name": "x"}, "chat_instance": "1"}
    return read({"update_id": 7, "callback_query": {**query, "data": data, "message": where}})


def test_a_pressed_button_names_its_message_and_place() -> None:
    found = press(f"{MESSAGE}:2", message(text="…"))
    assert found is not None
    assert (found.form, found.press, found.sender) == (Form.button, Press(MESSAGE, 2), str(WORKER))


def test_a_button_under_a_message_too_old_for_telegram_still_counts() -> None:
    found = press(f"{MESSAGE}:0", {**message(), "date": 0})
    assert found is not None
    assert found.press == Press(MESSAGE, 0)


@pytest.mark.parametrize("data", ["", "x", f"{MESSAGE}", f"{MESSAGE}:-1", f"{MESSAGE}:1000", "/express_distress"])
def test_a_press_of_something_that_is_not_ours_is_passed_over(data: str) -> None:
    assert press(data, message(text="…")) is None


def test_groups_service_messages_and_unknown_updates_are_passed_over() -> None:
    group = {**message(text="大家好"), "chat": {"id": -5, "type": "supergroup", "title": "x"}}
    assert read({"update_id": 7, "message": group}) is None
    assert press(f"{MESSAGE}:0", group) is None
    assert (
        read(
            {
                "update_id": 7,
                "message": message(message_auto_delete_timer_changed={"message_auto_delete_time": 9}),
            }
        )
        is None
    )
    assert read({"update_id": 7, "something_new": {"a": 1}}) is None


def test_an_update_the_library_cannot_read_still_gives_its_words() -> None:
    broken = {"update_id": 7, "message": message(text="救命", entities=[{"nonsense": 1}])}
    with pytest.raises(TypeError):
        Update.de_json(broken, None)
    found = read(broken)
    assert found is not None
    assert (found.text, found.sender) == ("救命", str(WORKER))


def test_an_update_that_cannot_be_read_at_all_keeps_its_id_so_that_it_can_be_confirmed() -> None:
    assert readable({"update_id": 7, "callback_query": {"nonsense": 1}}) == {"update_id": 7}
    assert readable({"update_id": 7, "message": {"chat": {"id": [], "type": {}}}}).keys() >= {"update_id"}


@pytest.mark.parametrize("raw", [{}, {"update_id": "7"}, {"update_id": True}])
def test_what_is_no_update_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not an update"):
        readable(raw)


# --- set-up and silence


def test_telegram_is_off_without_a_token(data_dir: Path) -> None:
    assert telegram.make_bot(settings()) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("telegram_token", "no-bot-token"),
        ("telegram_mode", "pigeon"),
        ("telegram_secret", "short"),
        ("public_url", "http://example.org"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    right = {"telegram_token": TOKEN, "telegram_mode": "webhook", "telegram_secret": "s" * 16}
    for key, setting in {**right, "public_url": "https://example.org", name: value}.items():
        monkeypatch.setenv(f"XINQIAO_{key.upper()}", setting)
    forget_process_state()
    with pytest.raises(ConfigError, match=f"XINQIAO_{name.upper()}") as caught:
        telegram.make_bot(settings())
    assert value not in str(caught.value)


def test_neither_token_nor_words_reach_a_log(
    api: BotApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.NOTSET)  # the channel itself must quieten them
    caplog.set_level(logging.DEBUG)
    api.script("getMe", Fault(401, "Unauthorized"), SERVER_ERROR)
    api.script("getUpdates", SERVER_ERROR, Fault(401, "Unauthorized"))
    api.script("sendMessage", SERVER_ERROR)
    api.inject(message={"chat": {"id": 1}, "text": "工友说的话", "nonsense": 1})
    api.says(WORKER, "工友说的话")
    store = Store()
    run_until(store, lambda: store.texts)
    failure(out("机器人说的话"))
    send(out("机器人说的话"))
    assert "cannot be set up: InvalidToken" in caplog.text
    assert "polling failed: NetworkError" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
    assert "说的话" not in caplog.text
