"""The live stream of the web chat: whole, in order, resumed, and bounded."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.web import stream, thread
from bot.db.states import Owner
from tests.channels.web_ground import Listener, answer, say, until


def test_the_stream_gives_what_is_there_and_then_what_comes(worker: httpx.Client) -> None:
    say(worker, "第一句", "1")
    listener = Listener(worker)
    assert until(lambda: listener.texts == ["第一句"])
    say(worker, "第二句", "2")
    answer("答", owner=Owner.waiting)
    assert until(lambda: listener.texts == ["第一句", "第二句", "答"] and listener.owners == ["bot", "waiting"])
    assert "retry: 2000" in listener.raw
    assert sum(line.startswith("id: ") for line in listener.raw) == 3
    listener.close()


def test_the_stream_resumes_behind_the_last_event_whatever_the_url_says(worker: httpx.Client) -> None:
    for number in range(4):
        say(worker, f"第{number}条", str(number))
    ids = [row["id"] for row in worker.get("/api/chat/messages").json()["messages"]]
    by_url = Listener(worker, after=ids[1])
    assert until(lambda: by_url.texts == ["第2条", "第3条"])
    by_header = Listener(worker, after=ids[0], headers={"Last-Event-ID": str(ids[2])})
    assert until(lambda: by_header.texts == ["第3条"])
    nonsense = Listener(worker, after=ids[2], headers={"Last-Event-ID": "x' or 1=1"})
    assert until(lambda: nonsense.texts == ["第3条"])
    for listener in (by_url, by_header, nonsense):
        listener.close()


def test_a_long_conversation_streams_whole_and_in_order(worker: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    say(worker, "开始", "0")
    for number in range(thread.PAGE + 20):
        answer(str(number))
    listener = Listener(worker, after=0)
    assert until(lambda: len(listener.texts) == thread.PAGE + 21)
    assert listener.texts[1:] == [str(number) for number in range(thread.PAGE + 20)]
    listener.close()


def test_an_idle_stream_is_kept_alive(worker: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    listener = Listener(worker)
    assert until(lambda: listener.raw.count(": alive") >= 2)
    listener.close()


def test_a_stream_outlives_a_database_that_cannot_be_read(
    worker: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("locked"))

    monkeypatch.setattr(stream, "PAUSE", 0.05)
    listener = Listener(worker)
    assert until(lambda: listener.owners == ["bot"])
    with monkeypatch.context() as broken:
        broken.setattr(thread, "heads", fail)
        say(worker, "库坏了也要到", "1")
        assert not until(lambda: bool(listener.texts), seconds=0.5)
    assert until(lambda: listener.texts == ["库坏了也要到"])
    listener.close()


def test_one_session_cannot_open_streams_without_end(worker: httpx.Client) -> None:
    listeners = [Listener(worker) for _ in range(stream.MAX_OPEN)]
    assert until(lambda: all(listener.owners for listener in listeners))
    refused = worker.get("/api/chat/events")
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many")
    listeners[0].close()
    again = []

    def admitted() -> bool:
        again.append(Listener(worker))
        return until(lambda: bool(again[-1].owners), seconds=0.3)

    assert until(admitted)
    for listener in listeners + again:
        listener.close()
