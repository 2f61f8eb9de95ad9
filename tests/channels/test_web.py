"""The API of the web chat, over a real socket and with the real inbox: sessions, sending, reading, the page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.channels.web import page
from bot.db.models import Alert
from bot.db.session import reading
from bot.db.states import Author, Owner
from bot.level import Level
from tests import waiting
from tests.channels.web_ground import THUMBS, Listener, answer, bodies, gateway, opened, say, until
from tests.conftest import forget_process_state


def test_a_session_is_a_cookie_that_scripts_and_other_sites_cannot_use(url: str) -> None:
    reply = waiting.post(f"{url}/api/chat/session", json={})
    cookie = reply.headers["set-cookie"]
    assert reply.json() == {"owner": "bot", "last_id": 0}
    assert len(reply.cookies["xq_chat"]) == 43
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_when_the_operator_says_so(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_SECURE_COOKIES", "true")
    forget_process_state()
    with gateway() as url:
        assert "Secure" in waiting.post(f"{url}/api/chat/session", json={}).headers["set-cookie"]


def test_a_session_continues_with_its_cookie_and_a_forged_one_is_replaced(worker: httpx.Client) -> None:
    say(worker, "你好", "a1")
    mine = worker.cookies["xq_chat"]
    assert worker.post("/api/chat/session", json={}).json()["last_id"] > 0
    assert worker.cookies["xq_chat"] == mine
    forged = waiting.post(f"{worker.base_url}/api/chat/session", json={}, headers={"Cookie": "xq_chat=guess"})
    assert forged.cookies["xq_chat"] != "guess"


def test_a_message_is_stored_before_it_is_acknowledged(worker: httpx.Client) -> None:
    reply = say(worker, "工资没发咋办", "a1")
    assert reply.status_code == 202
    assert reply.json()["duplicate"] is False
    assert bodies() == ["工资没发咋办"]
    listed = worker.get("/api/chat/messages").json()
    assert [(row["author"], row["text"]) for row in listed["messages"]] == [("worker", "工资没发咋办")]
    assert listed["messages"][0]["message_id"] == reply.json()["message_id"]


def test_the_same_message_sent_again_and_in_parallel_is_stored_once(worker: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: say(worker, "在吗", "same"), range(20)))
    assert {reply.status_code for reply in replies} == {202}
    assert len({reply.json()["message_id"] for reply in replies}) == 1
    assert sum(not reply.json()["duplicate"] for reply in replies) == 1
    assert bodies() == ["在吗"]


def test_two_workers_may_choose_the_same_client_id(url: str) -> None:
    with opened(url) as one, opened(url) as other:
        assert say(one, "甲的话", "1").json()["duplicate"] is False
        assert say(other, "乙的话", "1").json()["duplicate"] is False
        assert [row["text"] for row in one.get("/api/chat/messages").json()["messages"]] == ["甲的话"]


def test_nobody_reads_another_workers_conversation(worker: httpx.Client, url: str) -> None:
    say(worker, "只给工会看", "1")
    with opened(url) as other:
        listener = Listener(other, after=0)
        assert other.get("/api/chat/messages").json() == {"messages": [], "owner": "bot", "pending": 0}
        assert until(lambda: listener.owners == ["bot"])
        say(worker, "还是只给工会看", "2")
        assert not until(lambda: bool(listener.texts), seconds=1)
        listener.close()
    for path in ("/api/chat/messages", "/api/chat/events"):
        reply = waiting.get(url + path)
        assert (reply.status_code, reply.json()["error"]) == (401, "no_session")


def test_messages_are_read_forwards_and_backwards_in_pages(worker: httpx.Client) -> None:
    for number in range(7):
        say(worker, f"第{number}条", str(number))
    every = worker.get("/api/chat/messages").json()["messages"]
    ids = [row["id"] for row in every]
    assert ids == sorted(ids)

    def ask(query: str) -> list[str]:
        return [row["text"] for row in worker.get(f"/api/chat/messages?{query}").json()["messages"]]

    assert ask(f"after={ids[1]}&limit=2") == ["第2条", "第3条"]
    assert ask(f"before={ids[6]}&limit=3") == ["第3条", "第4条", "第5条"]
    assert ask(f"after={ids[6]}") == []


def test_a_message_carries_buttons_thumbs_and_markers_but_never_payloads(worker: httpx.Client) -> None:
    say(worker, "工伤咋办", "1")
    answer("先看病，再报工伤。\n\n依据：《工伤保险条例》第十七条", buttons=THUMBS)
    answer("值班同志来了。", author=Author.system, event="counsellor_joined", owner=Owner.counsellor)
    reply = worker.get("/api/chat/messages")
    _, told, marker = reply.json()["messages"]
    assert (told["buttons"], told["thumbs"]) == (["有用", "没用"], [0, 1])
    assert (marker["author"], marker["event"]) == ("system", "counsellor_joined")
    assert reply.json()["owner"] == "counsellor"
    assert "/feedback" not in reply.text


def test_a_press_and_a_control_are_stored_as_such_and_read_back_with_their_titles(worker: httpx.Client) -> None:
    say(worker, "你好", "1")
    message_id = answer("有用吗？", buttons=THUMBS)
    press = {"message_id": message_id, "index": 1}
    assert worker.post("/api/chat/messages", json={"client_id": "2", "press": press}).status_code == 202
    assert worker.post("/api/chat/messages", json={"client_id": "3", "command": "request_human"}).status_code == 202
    rows = worker.get("/api/chat/messages").json()["messages"]
    assert [row["text"] for row in rows] == ["你好", "有用吗？", "没用", "找真人"]
    assert rows[2]["press"] == press
    assert bodies() == ["你好", "", ""]  # the titles are ours: they are not assessed as the worker's words


def test_a_press_of_another_workers_button_shows_nothing_of_it(worker: httpx.Client, url: str) -> None:
    say(worker, "你好", "1")
    message_id = answer("给甲的", buttons=THUMBS)
    with opened(url) as other:
        press = {"message_id": message_id, "index": 0}
        assert other.post("/api/chat/messages", json={"client_id": "1", "press": press}).status_code == 202
        assert [row["text"] for row in other.get("/api/chat/messages").json()["messages"]] == [""]


def test_urgent_help_alerts_the_desk_at_the_worst_level(worker: httpx.Client) -> None:
    worker.post("/api/chat/messages", json={"client_id": "1", "command": "urgent_help"})
    with reading() as session:
        assert list(session.execute(select(Alert.level)).scalars()) == [Level.imminent]


def test_hotlines_that_are_not_set_are_hidden(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_HOTLINE_FIRE", "")
    monkeypatch.setenv("XINQIAO_HOTLINE_WOMEN", "0375-<1>")
    forget_process_state()
    with gateway() as url:
        found = waiting.get(f"{url}/api/chat/hotlines").json()["hotlines"]
        html = waiting.get(f"{url}/").text
    numbers = {row["key"]: row["number"] for row in found}
    assert [row["number"] for row in found if row["urgent"]] == ["12356", "110", "120"]
    assert "fire" not in numbers
    assert "youth" not in numbers
    assert all(f'href="tel:{number}"' in html for number in ("12356", "110", "120", "03751"))
    assert "0375-&lt;1&gt;" in html
    assert 'href="tel:119"' not in html


def test_the_page_may_load_nothing_from_elsewhere_and_is_cached_by_its_content(url: str) -> None:
    html = waiting.get(f"{url}/")
    assert html.headers["content-security-policy"] == page.CSP
    assert html.headers["content-encoding"] == "gzip"
    assert html.headers["content-type"] == "text/html; charset=utf-8"
    again = waiting.get(f"{url}/", headers={"If-None-Match": f"W/{html.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")
    plain = waiting.get(f"{url}/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == html.text
    script = next(part for part in html.text.split('"') if part.startswith("/static/chat/chat.js"))
    assert "immutable" in waiting.get(url + script).headers["cache-control"]
    assert waiting.get(f"{url}/static/chat/chat.js").headers["cache-control"] == "no-cache"
    assert httpx.head(f"{url}/").status_code == 200


@pytest.mark.parametrize("name", ["chat.html", "..%2fweb%2fapi.py", "nothing.js"])
def test_only_the_two_assets_are_served(url: str, name: str) -> None:
    assert waiting.get(f"{url}/static/chat/{name}").status_code == 404


def test_the_documentation_lists_every_route_and_fault(url: str) -> None:
    paths = waiting.get(f"{url}/openapi.json").json()["paths"]
    assert set(paths) == {
        f"/api/chat/{name}" for name in ("session", "messages", "events", "export", "hotlines", "typing")
    }
    sending = paths["/api/chat/messages"]["post"]
    assert set(sending["responses"]) >= {"202", "400", "401", "413", "415", "429", "503"}
    assert sending["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("NewMessage")
    assert "text/event-stream" in paths["/api/chat/events"]["get"]["responses"]["200"]["content"]


def test_typing_is_taken_from_who_has_a_session_and_leaves_no_trace(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False) as nobody:
        assert nobody.post("/api/chat/typing", json={}).status_code == 401
    with opened(url) as client:
        say(client, "在吗", "a")
        for _ in range(3):
            assert client.post("/api/chat/typing", json={}).status_code == 204
        assert client.post("/api/chat/typing", data={"a": "b"}).status_code == 415
        assert len(client.get("/api/chat/messages").json()["messages"]) == 1
