"""Telegram: sending plain text in parts, against a simulated Bot API over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.telegram_sender import MAX_UNITS, split, units
from tests.channels.telegram_ground import MESSAGE, WORKER, failure, out, send, turn_on
from tests.fakes.bot_api import (
    BLOCKED,
    CHAT_NOT_FOUND,
    SERVER_ERROR,
    TIMES_OUT_AFTER_ACCEPTING,
    BotApi,
    Fault,
    too_many,
)

FAMILY = "👨\u200d👩\u200d👧"


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi() as started:
        yield started


@pytest.fixture
def api(server: BotApi, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> BotApi:
    server.forget()
    turn_on(monkeypatch, server)
    return server


def test_a_reply_is_sent_as_plain_text_with_its_buttons(api: BotApi) -> None:
    assert send(out("*别急* <b>先</b>存证据_1", ("找真人", "工资欠薪"))) == [1]
    sent = api.sent[0]
    assert (sent["chat_id"], sent["text"]) == (str(WORKER), "*别急* <b>先</b>存证据_1")
    assert "parse_mode" not in sent
    rows = sent["reply_markup"]["inline_keyboard"]
    assert [(row[0]["text"], row[0]["callback_data"]) for row in rows] == [
        ("找真人", f"{MESSAGE}:0"),
        ("工资欠薪", f"{MESSAGE}:1"),
    ]


def test_a_long_reply_goes_out_in_order_with_the_buttons_under_the_last_part(api: BotApi) -> None:
    text = "一句话说清楚。" * 1500
    assert send(out(text, ("找真人",))) == [1, 2, 3]
    assert "".join(part["text"] for part in api.sent) == text
    assert all(part["text"].endswith("。") for part in api.sent)
    assert ["reply_markup" in part for part in api.sent] == [False, False, True]


def test_a_retry_goes_on_behind_the_parts_that_went_out(api: BotApi) -> None:
    text = "一句话说清楚。" * 1500
    assert send(out(text, ("找真人",), parts_sent=2)) == [3]
    assert len(api.sent) == 1
    assert "reply_markup" in api.sent[0]


@pytest.mark.parametrize(
    "text",
    ["😀" * 5000, "中" * 9000, FAMILY * 1200, "a" * 3999 + "😀" + "b" * 10, "行\n" * 5000, "word " * 3000],
)
def test_parts_fit_as_telegram_counts_and_lose_nothing(api: BotApi, text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    assert all(units(part) <= MAX_UNITS for part in parts)
    send(out(text))
    assert [part["text"] for part in api.sent] == parts


def test_an_emoji_made_of_several_characters_is_not_cut() -> None:
    for shift in range(8):
        parts = split("字" * shift + FAMILY * 1000)
        assert len(parts) > 1
        assert all(part.endswith(FAMILY) for part in parts)


def test_a_cut_prefers_a_line_then_a_sentence_then_a_word() -> None:
    assert split("甲。乙乙\n丙。丙丙丙", 8)[0] == "甲。乙乙\n"
    assert split("甲乙丙丁。戊，己庚辛", 8)[0] == "甲乙丙丁。"
    assert split("甲乙丙丁，戊己庚辛", 8)[0] == "甲乙丙丁，"


def test_a_lone_surrogate_does_not_stop_a_reply(api: BotApi) -> None:
    send(out("前\ud800后"))
    assert api.sent[0]["text"] == "前?后"


def test_flood_control_says_when_to_try_again(api: BotApi) -> None:
    api.script("sendMessage", too_many(17))
    assert failure(out("好")) == ("retry_after", 17.0)
    assert send(out("好")) == [1]


@pytest.mark.parametrize("fault", [BLOCKED, CHAT_NOT_FOUND])
def test_a_worker_who_blocked_the_bot_is_given_up(api: BotApi, fault: Fault) -> None:
    api.script("sendMessage", fault)
    assert failure(out("好")) == ("blocked", None)


def test_a_message_telegram_will_never_take_is_given_up(api: BotApi) -> None:
    api.script("sendMessage", Fault(400, "Bad Request: BUTTON_DATA_INVALID"))
    assert failure(out("好")) == ("rejected", None)


@pytest.mark.parametrize("fault", [SERVER_ERROR, Fault(502, "Bad Gateway"), Fault(429, "Too Many Requests")])
def test_a_fault_of_the_server_is_tried_again(api: BotApi, fault: Fault) -> None:
    api.script("sendMessage", fault)
    code, retry_after = failure(out("好"))
    assert code == "network"
    assert retry_after


def test_a_send_whose_fate_is_unknown_is_tried_again_rather_than_lost(api: BotApi) -> None:
    api.script("sendMessage", TIMES_OUT_AFTER_ACCEPTING)
    assert failure(out("先到有人的地方去。"), timeout=0.3)[0] == "network"
    assert send(out("先到有人的地方去。")) == [1]
    assert [part["text"] for part in api.sent] == ["先到有人的地方去。"] * 2


def test_a_server_that_is_not_there_is_tried_again(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    turn_on(monkeypatch, api, telegram_api_base="http://127.0.0.1:9")
    assert failure(out("好"))[0] == "network"


def test_a_revoked_token_keeps_the_message(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    turn_on(monkeypatch, api, telegram_token="123456:another")
    code, retry_after = failure(out("好"))
    assert (code, bool(retry_after)) == ("telegram", True)
