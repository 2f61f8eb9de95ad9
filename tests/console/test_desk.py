"""The queue, the conversation and what counsellors do, over a real socket with live streams."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import care
from bot.care import desk
from bot.db.models import CareCase, Conversation, Inbox, Outbox
from bot.db.session import reading, transaction
from bot.db.states import Author, InboxState, OutboxState, Owner, Role
from bot.level import Level
from tests.closing import ENDING
from tests.console.events import listening
from tests.console.ground import cry, staffed, write


def test_the_queue_is_worst_first_then_longest_waiting(desk_url: str) -> None:
    browser = staffed(desk_url)
    for sender, level in (("a", Level.high), ("b", Level.imminent), ("c", Level.high), ("d", Level.imminent)):
        cry("活着没意思", sender, level)
    rows = browser.get("/desk/api/queue").json()["rows"]
    assert [row["level"] for row in rows] == ["imminent", "imminent", "high", "high"]
    waits = [row["since"] for row in rows]
    assert waits == sorted(waits[:2]) + sorted(waits[2:])
    assert {row["group"] for row in rows} == {"waiting"}


def test_the_queue_holds_no_word_of_what_was_said(desk_url: str) -> None:
    browser = staffed(desk_url)
    accepted = cry("暗号紫云英，我撑不下去了", "13800000000")
    texts = [browser.get(path).text for path in ("/desk", "/desk/api/queue", f"/desk/c/{accepted.conversation_id}")]
    with listening(browser, "/desk/events") as events:
        texts.append(json.dumps(events.next("queue"), ensure_ascii=False))
    assert "职工-" in texts[1]
    for text in texts:
        assert "紫云英" not in text
        assert "13800000000" not in text


def test_a_new_imminent_case_reaches_the_open_queue_by_itself(desk_url: str) -> None:
    browser = staffed(desk_url)
    with listening(browser, "/desk/events") as events:
        assert events.next("queue")["rows"] == []
        cry()
        data = events.until("queue", lambda data: data["rows"])
    assert data["rows"][0]["alarm"] is True


def test_an_alert_is_shown_before_there_is_a_case(desk_url: str) -> None:
    browser = staffed(desk_url)
    accepted = write("我在楼顶，现在就跳下去")
    [row] = browser.get("/desk/api/queue").json()["rows"]
    assert (row["conversation"], row["number"], row["group"]) == (accepted.conversation_id, None, "waiting")
    assert row["alerts"] == 1


def test_acknowledging_stops_the_alarm_on_every_desk(desk_url: str) -> None:
    first, second = staffed(desk_url), staffed(desk_url, "wangqiang")
    conversation = cry().conversation_id
    with listening(second, "/desk/events") as events:
        assert events.next("queue")["rows"][0]["alarm"] is True
        assert first.act(f"c/{conversation}/acknowledge").status_code == 200
        [row] = events.until("queue", lambda data: not data["rows"][0]["alarm"])["rows"]
    assert (row["state"], row["group"]) == ("已知晓，待接手", "waiting")


def test_an_acknowledged_alert_without_a_case_gets_one_and_falls_silent(desk_url: str) -> None:
    first, second = staffed(desk_url), staffed(desk_url, "wangqiang")
    conversation = write("我在楼顶，现在就跳下去").conversation_id
    with listening(second, "/desk/events") as events:
        assert events.next("queue")["rows"][0]["number"] is None
        first.act(f"c/{conversation}/acknowledge")
        (row,) = events.next("queue")["rows"]
        assert row["number"]
        assert not row["alarm"]


def test_the_whole_way_from_claim_to_close(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    assert browser.act(f"c/{conversation}/reply", {"text": "在吗"}).status_code == 409
    assert browser.act(f"c/{conversation}/claim").status_code == 200
    assert browser.act(f"c/{conversation}/reply", {"text": " 我在，慢慢说。\x00 "}).status_code == 200
    thread = desk.thread(conversation)
    assert (thread[-1].author, thread[-1].text) == (Author.counsellor, "我在，慢慢说。")
    assert browser.act(f"c/{conversation}/hand_back").status_code == 200
    assert desk.thread(conversation)[-1].author == Author.system
    for odd in ({"text": "   "}, {"kind": "splendid"}, {"risk": ""}):
        assert browser.act(f"c/{conversation}/close", {**ENDING, **odd}).status_code == 400
    answer = browser.act(f"c/{conversation}/close", ENDING)
    assert (answer.status_code, answer.json()["closed"]) == (200, False)
    lead = staffed(desk_url, "boss", Role.lead)
    [row] = lead.get("/desk/api/queue").json()["rows"]
    assert row["state"] == "等督导同意结案"
    assert lead.submit(f"/desk/case/{row['number']}/approve").status_code == 303
    assert browser.get("/desk/api/queue").json()["rows"] == []
    with reading() as session:
        assert session.execute(select(CareCase.outcome)).scalar_one() == ENDING["text"]
        assert session.get_one(Conversation, conversation).owner == Owner.bot


def test_of_two_claims_at_once_exactly_one_wins_and_the_other_hears_the_name(desk_url: str) -> None:
    first, second = staffed(desk_url), staffed(desk_url, "wangqiang")
    for number in range(8):
        conversation = cry(sender=f"worker-{number}").conversation_id
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda one, path=f"c/{conversation}/claim": one.act(path), (first, second)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        [lost] = [answer for answer in answers if answer.status_code == 409]
        winner = "王强" if lost is answers[0] else "李芳"
        assert lost.json()["message"] == f"已由{winner}接手"


def test_nobody_speaks_hands_back_or_closes_for_a_colleague(desk_url: str) -> None:
    first, second = staffed(desk_url), staffed(desk_url, "wangqiang", Role.admin)
    conversation = cry().conversation_id
    first.act(f"c/{conversation}/claim")
    before = len(desk.thread(conversation))
    for action, body in (("claim", None), ("reply", {"text": "x"}), ("hand_back", None), ("close", ENDING)):
        answer = second.act(f"c/{conversation}/{action}", body)
        assert (answer.status_code, answer.json()["message"]) == (409, "已由李芳接手"), action
    assert len(desk.thread(conversation)) == before


def test_claiming_twice_is_no_error(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    assert [browser.act(f"c/{conversation}/claim").status_code for _ in range(2)] == [200, 200]
    assert [message.author for message in desk.thread(conversation)].count(Author.system) == 1


def test_answering_acknowledges_what_came_meanwhile(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    browser.act(f"c/{conversation}/claim")
    cry("我还是想跳")
    assert browser.get("/desk/api/queue").json()["rows"][0]["alerts"] == 1
    browser.act(f"c/{conversation}/reply", {"text": "先下来，我陪你"})
    assert browser.get("/desk/api/queue").json()["rows"][0]["alerts"] == 0


def test_what_could_not_be_delivered_or_worked_on_is_listed_without_its_words(desk_url: str) -> None:
    browser = staffed(desk_url)
    assert "都送到了" in browser.get("/desk/undelivered").text
    conversation = cry("暗号紫云英").conversation_id
    browser.act(f"c/{conversation}/claim")
    with transaction() as session:
        session.execute(update(Outbox).values(state=OutboxState.dead, error_code="blocked"))
        session.execute(update(Inbox).values(state=InboxState.failed))
    page = browser.get("/desk/undelivered").text
    assert page.count(f"/desk/c/{conversation}") == 2
    assert "对方已停用或拉黑" in page
    assert "紫云英" not in page
    assert browser.get("/desk/api/queue").json()["undelivered"] == 2


def test_a_request_for_a_person_waits_in_the_queue_without_an_alarm(desk_url: str) -> None:
    browser = staffed(desk_url)
    care.request_human(write("找真人").message_id)
    [row] = browser.get("/desk/api/queue").json()["rows"]
    assert (row["group"], row["alarm"], row["level_label"]) == ("waiting", False, "一般")


def test_rows_are_sorted_into_mine_and_my_colleagues(desk_url: str) -> None:
    first, second = staffed(desk_url), staffed(desk_url, "wangqiang")
    mine, handed = cry(sender="a").conversation_id, cry(sender="b").conversation_id
    first.act(f"c/{mine}/claim")
    first.act(f"c/{handed}/claim")
    first.act(f"c/{handed}/hand_back")
    groups = {row["conversation"]: row["group"] for row in first.get("/desk/api/queue").json()["rows"]}
    assert groups == {mine: "mine", handed: "watch"}
    groups = {row["conversation"]: row["group"] for row in second.get("/desk/api/queue").json()["rows"]}
    assert groups == {mine: "others", handed: "watch"}


def test_a_row_says_how_much_the_worker_wrote_since_the_counsellor_spoke(desk_url: str) -> None:
    browser = staffed(desk_url)
    write("以前写的")
    conversation = cry().conversation_id
    counts = []
    for action, body in (("claim", None), ("reply", {"text": "在"}), ("acknowledge", None)):
        browser.act(f"c/{conversation}/{action}", body)
        [row] = browser.get("/desk/api/queue").json()["rows"]
        counts.append((row["unanswered"], row["unanswered_since"] is None))
        write("还在吗")
        write("在不在")
    assert counts == [(0, True), (0, True), (2, False)]


def test_many_open_pages_share_one_reading_of_the_queue(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = staffed(desk_url)
    readings: list[int] = []
    read = desk.queue

    def counted() -> list[desk.QueueRow]:
        readings.append(1)
        return read()

    monkeypatch.setattr(desk, "queue", counted)
    with ThreadPoolExecutor(20) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: browser.get("/desk/api/queue"), range(20))} == {200}
    assert len(readings) <= 3


def test_no_log_line_of_the_desk_holds_what_was_written(
    desk_url: str, caplog: pytest.LogCaptureFixture, database: Path
) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", "httpx")  # another test may have quieted it
    browser = staffed(desk_url)
    conversation = cry("暗号紫云英，我在楼顶").conversation_id
    browser.act(f"c/{conversation}/claim")
    browser.act(f"c/{conversation}/reply", {"text": "暗号蒲公英"})
    browser.act(f"c/{conversation}/close", {**ENDING, "text": "暗号车前草"})
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert logged
    for word in ("紫云英", "蒲公英", "车前草"):
        assert word not in logged
        assert word.encode() not in b"".join(path.read_bytes() for path in database.glob("*.db*"))
