"""One's own records: once, for the session that asked, and nothing in the address opens them."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx

from bot.clock import now, set_now
from tests import waiting
from tests.answering import answer_all
from tests.channels.web_ground import opened, say


def ask_for_records(worker: httpx.Client, client_id: str = "a") -> None:
    say(worker, "导出我的记录", client_id)
    answer_all()


def test_records_are_given_once_to_the_session_that_asked(worker: httpx.Client, url: str) -> None:
    say(worker, "厂里不给签合同，心里堵", "first")
    answer_all()
    ask_for_records(worker)
    with opened(url) as other:
        assert other.get("/api/chat/export").status_code == 404
    found = worker.get("/api/chat/export")
    assert found.status_code == 200
    assert "我：厂里不给签合同，心里堵" in found.text
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-disposition"].startswith("attachment")
    again = worker.get("/api/chat/export")
    assert (again.status_code, again.json()["error"]) == (404, "not_found")


def test_nobody_gets_records_who_did_not_ask_or_has_no_session(worker: httpx.Client, url: str) -> None:
    say(worker, "你好", "first")
    assert worker.get("/api/chat/export").status_code == 404
    assert waiting.get(f"{url}/api/chat/export", trust_env=False).status_code == 401


def test_the_chance_passes_after_half_an_hour(worker: httpx.Client) -> None:
    ask_for_records(worker)
    later = now() + timedelta(minutes=31)
    set_now(lambda: later)
    try:
        assert worker.get("/api/chat/export").status_code == 404
    finally:
        set_now(None)


def test_the_message_that_offers_them_holds_no_address_and_no_token(worker: httpx.Client) -> None:
    ask_for_records(worker)
    offer = worker.get("/api/chat/messages").json()["messages"][-1]
    assert offer["event"] == "export_ready"
    assert "/api/" not in offer["text"]
    assert worker.cookies["xq_chat"] not in json.dumps(offer)


def test_they_can_be_had_as_json_with_odd_characters(worker: httpx.Client) -> None:
    body = b'{"client_id": "odd", "text": "\\ud800\\u0000\\u9ec4"}'
    worker.post("/api/chat/messages", content=body, headers={"Content-Type": "application/json"})
    ask_for_records(worker)
    found = worker.get("/api/chat/export", params={"format": "json"})
    assert found.headers["content-type"].startswith("application/json")
    assert any("黄" in row["text"] for row in found.json()["messages"])
    assert worker.get("/api/chat/export", params={"format": "xml"}).status_code == 400


def test_what_was_erased_is_neither_on_the_page_nor_in_the_records(worker: httpx.Client) -> None:
    say(worker, "我有个秘密", "first")
    say(worker, "删除我的记录", "second")
    answer_all()
    say(worker, "确定", "third")
    answer_all()
    shown = worker.get("/api/chat/messages").json()["messages"]
    assert [row["event"] for row in shown] == ["erased"]
    ask_for_records(worker)
    assert "秘密" not in worker.get("/api/chat/export").text
