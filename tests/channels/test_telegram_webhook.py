"""The webhook: only Telegram is heard, and 200 is said only behind the commit."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.channels import telegram
from bot.channels.incoming import Press
from bot.errors import BadInput, TooMany
from tests import waiting
from tests.channels.telegram_ground import MESSAGE, SECRET, WORKER, StorageDown, Store, run_until, turn_on
from tests.conftest import forget_process_state
from tests.fakes.bot_api import SERVER_ERROR, BotApi
from tests.fakes.server import serving

HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
CHAT = b'{"id": 7, "type": "private"}'
GOOD = b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": ' + CHAT + b', "text": "x"}}'


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi() as started:
        yield started


@pytest.fixture(scope="module")
def shared() -> Store:
    return Store()


@pytest.fixture(scope="module")
def gateway(shared: Store) -> Iterator[str]:
    app = FastAPI()
    app.include_router(telegram.router(shared.on_message))
    with serving(app) as url:
        yield url


@pytest.fixture
def store(shared: Store) -> Store:
    shared.forget()
    return shared


@pytest.fixture
def api(server: BotApi, data_dir: Path, monkeypatch: pytest.MonkeyPatch, gateway: str) -> BotApi:
    server.forget()
    turn_on(monkeypatch, server, telegram_mode="webhook", public_url=gateway)
    return server


@pytest.fixture
def url(api: BotApi, gateway: str) -> str:
    return gateway + telegram.PATH


def post(url: str, body: bytes = GOOD, kind: str = "application/json", secret: str = SECRET) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": kind}
    return waiting.post(url, content=body, headers=headers, trust_env=False).status_code


def test_messages_arrive_through_the_webhook_the_channel_has_set(api: BotApi, store: Store) -> None:
    api.script("setWebhook", SERVER_ERROR)
    run_until(store, lambda: api.webhook)
    assert api.of("setWebhook")[0]["allowed_updates"] == ["message", "edited_message", "callback_query"]
    for number in range(3):
        api.says(WORKER, f"第{number}条")
    assert api.deliver() == [200, 200, 200]
    assert store.texts == ["第0条", "第1条", "第2条"]


@pytest.mark.parametrize("fault", [StorageDown("disk full"), OSError("disk full"), TooMany("wait")])
def test_a_message_whose_commit_failed_comes_again(api: BotApi, url: str, store: Store, fault: Exception) -> None:
    api.secret = SECRET
    store.faults["救命"] = [fault, fault]
    api.says(WORKER, "救命")
    assert api.deliver(url) == [503, 503, 200]
    assert store.texts == ["救命"]


def test_a_message_that_can_never_be_accepted_does_not_come_again(api: BotApi, url: str, store: Store) -> None:
    api.secret = SECRET
    store.faults["坏"] = [BadInput("unusable")]
    api.says(WORKER, "坏")
    assert api.deliver(url) == [200]
    assert store.texts == []


def test_a_delivery_repeated_is_the_same_message(url: str, store: Store) -> None:
    assert [post(url) for _ in range(5)] == [200] * 5
    assert list(store.kept) == ["1"]


def test_a_press_is_answered_in_the_same_breath(api: BotApi, url: str, store: Store) -> None:
    api.secret = SECRET
    api.presses(WORKER, f"{MESSAGE}:3")
    assert api.deliver(url) == [200]
    assert [incoming.press for incoming in store.kept.values()] == [Press(MESSAGE, 3)]
    assert len(api.of("answerCallbackQuery")) == 1


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "密"])
def test_a_wrong_secret_is_turned_away(url: str, store: Store, secret: str) -> None:
    headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode(), b"Content-Type": b"application/json"}
    assert waiting.post(url, content=GOOD, headers=headers, trust_env=False).status_code == 403
    assert not store.calls


def test_no_secret_at_all_is_turned_away(url: str, store: Store) -> None:
    answer = waiting.post(url, content=GOOD, headers={"Content-Type": "application/json"}, trust_env=False)
    assert answer.status_code == 403
    assert not store.calls


def test_nobody_gets_in_while_no_secret_is_set(
    api: BotApi, url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(monkeypatch, api, telegram_secret="")
    assert post(url, secret="") == 403
    assert not store.calls


def test_without_a_token_there_is_no_webhook(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XINQIAO_TELEGRAM_TOKEN")
    forget_process_state()
    assert post(url) == 404


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonx"])
def test_another_content_type_is_turned_away(url: str, store: Store, kind: str) -> None:
    assert post(url, kind=kind) == 415
    assert not store.calls


def test_a_charset_behind_the_content_type_is_fine(url: str) -> None:
    assert post(url, kind="Application/JSON; charset=utf-8") == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"update_id": "1"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_broken_body_is_called_so(url: str, store: Store, body: bytes) -> None:
    assert post(url, body) == 400
    assert not store.calls


def test_a_body_over_a_mebibyte_is_turned_away_whether_or_not_it_says_so(url: str, store: Store) -> None:
    big = b" " * (1024 * 1024 + 1)
    assert post(url, big) == 413
    chunks = (big[start : start + 65536] for start in range(0, len(big), 65536))
    assert waiting.post(url, content=chunks, headers=HEADERS, trust_env=False).status_code == 413
    assert post(url, GOOD + b" " * (1024 * 1024 - len(GOOD))) == 200


def test_a_peer_that_hangs_up_half_way_leaves_the_gateway_well(
    url: str, store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)  # it tells what nobody caught
    host, port = httpx.URL(url).host, httpx.URL(url).port
    assert port is not None
    head = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, "Content-Length": "500"}.items())
    with socket.create_connection((host, port)) as peer:
        peer.sendall(f"POST {telegram.PATH} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode() + GOOD[:50])
    assert post(url) == 200
    assert list(store.kept) == ["1"]
    assert "Exception" not in caplog.text


def test_lone_surrogates_and_nul_are_passed_on_as_written(url: str, store: Store) -> None:
    body = GOOD.replace(b'"text": "x"', b'"text": "\\ud800\\u0000"')
    assert post(url, body) == 200
    assert store.texts == ["\ud800\x00"]
