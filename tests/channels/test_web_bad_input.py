"""What the web chat refuses, and that it says so clearly and keeps the worker's words to itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.db.models import Inbox
from bot.db.session import reading
from tests.channels.web_ground import bodies, say
from tests.conftest import forget_process_state

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_input"),
        (b"{", 400, "bad_input"),
        (b"null", 400, "bad_input"),
        (b"[]", 400, "bad_input"),
        (b"\xff\xfe\x00", 400, "bad_input"),
        (b"[" * 60_000, 400, "bad_input"),
        (b'{"client_id": ' + b"9" * 5000 + b', "text": "x"}', 400, "bad_input"),
        (b'{"client_id": "1"}', 400, "bad_input"),
        (b'{"client_id": "1", "text": 5}', 400, "bad_input"),
        (b'{"client_id": "1", "text": NaN}', 400, "bad_input"),
        (b'{"client_id": "a b", "text": "x"}', 400, "bad_input"),
        (b'{"client_id": "\\ud800", "text": "x"}', 400, "bad_input"),
        (b'{"client_id": "1\\u0000", "text": "x"}', 400, "bad_input"),
        (b'{"client_id": "1", "text": "x", "command": "urgent_help"}', 400, "bad_input"),
        (b'{"client_id": "1", "command": "drop_tables"}', 400, "bad_input"),
        (b'{"client_id": "1", "press": {"message_id": "\\u0000", "index": 0}}', 400, "bad_input"),
        (b'{"client_id": "1", "press": {"message_id": "' + b"a" * 32 + b'", "index": -1}}', 400, "bad_input"),
        (b'{"client_id": "1", "text": "' + b"x" * 65_536 + b'"}', 413, "too_large"),
        (b"x" * 1_000_000, 413, "too_large"),
    ],
)
def test_bad_bodies_are_refused_clearly_and_store_nothing(
    worker: httpx.Client, body: bytes, status: int, code: str
) -> None:
    reply = worker.post("/api/chat/messages", content=body, headers=JSON)
    assert reply.status_code == status
    assert reply.json()["error"] == code
    assert reply.json()["message"]
    assert bodies() == []


def test_a_body_without_a_length_is_bounded_too(worker: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(64):
            yield b"x" * 4096

    reply = worker.post("/api/chat/messages", content=endless(), headers=JSON)
    assert (reply.status_code, reply.json()["error"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ('"\\ud83d"', "\ufffd"),
        ('"活着\\udc00没劲"', "活着\ufffd没劲"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"\\u0000救我\\u0000"', "\x00救我\x00"),
        ('"' + "\\u200b" * 3000 + '救我"', "\u200b" * 3000 + "救我"),
        ('""', ""),
    ],
)
def test_strange_text_is_accepted_and_can_be_read_again(worker: httpx.Client, sent: str, stored: str) -> None:
    reply = worker.post("/api/chat/messages", content=f'{{"client_id": "1", "text": {sent}}}'.encode(), headers=JSON)
    assert reply.status_code == 202
    assert bodies() == [stored]
    assert worker.get("/api/chat/messages").json()["messages"][0]["text"] == stored


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.parametrize("path", ["/api/chat/session", "/api/chat/messages"])
def test_only_json_is_accepted_so_other_sites_cannot_post_for_a_worker(
    worker: httpx.Client, path: str, kind: str
) -> None:
    reply = worker.post(path, content=b'{"client_id": "1", "text": "x"}', headers={"Content-Type": kind})
    assert (reply.status_code, reply.json()["error"]) == (415, "not_json")
    assert "access-control-allow-origin" not in reply.headers
    assert bodies() == []


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=99999999999999999999", "limit=0", "limit=9999", "before=-1"]
)
def test_bad_queries_are_refused_clearly(worker: httpx.Client, query: str) -> None:
    reply = worker.get(f"/api/chat/messages?{query}")
    assert (reply.status_code, reply.json()["error"]) == (400, "bad_input")


def test_a_sender_with_too_much_unanswered_is_told_when_to_come_back(
    worker: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINQIAO_MAX_PENDING", "2")
    forget_process_state()
    assert [say(worker, "在吗", str(number)).status_code for number in range(3)] == [202, 202, 429]
    refused = say(worker, "在吗", "9")
    assert refused.headers["retry-after"] == "5"
    assert refused.json()["error"] == "too_many"
    assert len(bodies()) == 2
    assert worker.post("/api/chat/messages", json={"client_id": "10", "command": "urgent_help"}).status_code == 202


def test_a_database_that_cannot_be_used_is_said_so_without_the_workers_words(
    worker: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise OperationalError("INSERT", {"body": "救我一命"}, Exception("disk full"))

    monkeypatch.setattr("bot.conversation.inbox.accept", fail)
    with caplog.at_level(logging.DEBUG):
        reply = say(worker, "救我一命", "1")
    assert (reply.status_code, reply.json()["error"]) == (503, "unavailable")
    assert reply.headers["retry-after"] == "2"
    assert "OperationalError" in caplog.text
    assert "救我一命" not in caplog.text


def test_neither_words_nor_tokens_are_logged_or_stored_in_clear(
    worker: httpx.Client, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = worker.cookies["xq_chat"]
    with caplog.at_level(logging.DEBUG):
        say(worker, "包工头名叫某某", "1")
        worker.post("/api/chat/messages", content=b'{"client_id": 1, "text": "bao gong tou"}', headers=JSON)
    assert "包工头名叫某某" not in caplog.text
    assert "bao gong tou" not in caplog.text
    assert token not in caplog.text
    with reading() as session:
        assert token not in session.execute(select(Inbox.external_id)).scalar_one()
    stored = b"".join(path.read_bytes() for path in database.glob("xinqiao.db*"))
    assert "包工头".encode() not in stored
    assert token.encode() not in stored
