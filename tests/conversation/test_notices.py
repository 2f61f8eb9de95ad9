"""Notices to staff: what they say, who gets them, and what becomes of one that does not arrive."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from bot import care
from bot.care import desk, notices
from bot.channels import notice
from bot.conversation import caller
from bot.db.session import reading
from bot.db.states import NoticeState
from bot.errors import BadInput
from bot.level import Level
from tests.conversation.acts import say
from tests.conversation.conftest import Anywhere
from tests.fakes.notice_peer import NoticePeer, address
from tests.fakes.server import free_port
from tests.night import CRY, NIGHT, SetClock, a_full_rota, chain, clock_runs, notice_states, send_all


def test_a_notice_says_number_level_and_desk_and_nothing_else(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    case = care.open_case(say(CRY).message_id, Level.imminent, "self_harm")
    clock_runs(anywhere, at, range(1))
    [(_, told)] = peer.got
    assert told["message"].splitlines() == [
        "有人急需帮助，还没有人应。级别：紧急。",
        f"个案 {case.number}",
        "请马上看值班台：http://127.0.0.1:8000/desk",
    ]
    assert told["title"] == "心桥值班台：紧急"


def test_a_case_without_a_number_yet_is_called_for_all_the_same(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    say(CRY)
    clock_runs(anywhere, at, range(1))
    assert "个案" not in peer.got[0][1]["message"]


def test_what_was_seen_before_it_was_sent_is_not_sent(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    people = a_full_rota(peer_url)
    receipt = say(CRY)
    anywhere.do_due()
    desk.acknowledge(receipt.conversation_id, people["lin"])
    assert send_all() == 0
    assert (peer.called, notice_states()) == ([], [NoticeState.dropped])


def test_a_peer_that_is_down_is_tried_twice_and_then_the_desk_is_told(
    anywhere: Anywhere, at: SetClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at(NIGHT)
    monkeypatch.setattr(caller, "BETWEEN", 0.0)
    a_full_rota(f"http://127.0.0.1:{free_port()}")
    say(CRY)
    with caplog.at_level(logging.DEBUG):
        clock_runs(anywhere, at, range(1))
    assert chain().mute
    assert notice_states() == [NoticeState.failed]
    told = [record.getMessage() for record in caplog.records if "asyncio" not in record.name]
    assert any("could not be delivered by way of json" in line for line in told)
    assert not any("/call/" in line or "127.0.0.1" in line for line in told), told


def test_a_peer_that_refuses_once_is_reached_at_the_second_try(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    peer.refuse = 1
    say(CRY)
    clock_runs(anywhere, at, range(1))
    assert (peer.called, notice_states()) == (["lin"], [NoticeState.sent])
    assert not chain().mute


def test_a_peer_that_hangs_is_given_up_after_the_time_limit(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice, "TIME_LIMIT", 0.2)
    at(NIGHT)
    a_full_rota(peer_url)
    peer.hang = 2.0
    say(CRY)
    clock_runs(anywhere, at, range(1))
    assert notice_states() == [NoticeState.failed]


def test_an_address_that_was_taken_away_is_not_called_and_its_url_is_gone(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    people = a_full_rota(peer_url)
    say(CRY)
    anywhere.do_due()
    with reading() as session:
        [mine] = [row.id for row in notices.live_addresses(session) if row.staff_id == people["lin"]]
    notices.remove_address(people["he"], mine)
    send_all()
    assert (peer.called, notice_states()) == ([], [NoticeState.failed])
    with reading() as session:
        assert [row.id for row in notices.live_addresses(session) if row.staff_id == people["lin"]] == []


def test_a_lease_of_a_gateway_that_died_ends_and_the_notice_is_sent(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    say(CRY)
    anywhere.do_due()
    assert len(notices.take()) == 1
    assert send_all() == 0, "somebody else is at it"
    at(NIGHT + notices.LEASE + timedelta(seconds=1))
    assert send_all() == 1
    assert peer.called == ["lin"]


@pytest.mark.parametrize(
    "url", ["", "x", "json://", "syslog://", "dbus://", "http://127.0.0.1", "json://h/a b", "mailto://", "json://h\n"]
)
def test_an_address_that_leads_nowhere_or_into_this_machine_is_refused(url: str) -> None:
    if url == "json://h\n":
        assert notice.check(url) == "json://h", "blanks around it are no fault"
        return
    with pytest.raises(BadInput):
        notice.check(url)


@pytest.mark.parametrize(
    ("url", "kind"),
    [("wecombot://abc-1234-def", "企业微信"), ("feishu://abcdef", "飞书"), ("mailtos://u:p@example.com", "邮件")],
)
def test_an_address_is_named_by_its_kind_only(url: str, kind: str) -> None:
    assert notice.name_of(notice.check(url)) == kind
    assert address("http://h:1", "a").startswith("json://")
