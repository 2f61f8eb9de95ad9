"""The night chain: who is called when, over a real socket, with a clock that is set; on both databases."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from bot import care
from bot.care import desk, exercises, night, notices, rota
from bot.care.night import Chain
from bot.channels import notice
from bot.channels.incoming import Incoming
from bot.conversation import caller, scheduler
from bot.conversation.engine import Engine
from bot.conversation.inbox import accept
from bot.conversation.scheduler import Scheduler
from bot.db.session import reading, transaction
from bot.db.states import NoticeState, Rung, TaskKind, TaskState
from bot.errors import BadInput
from bot.level import Level
from tests.care.ground import planned
from tests.conversation.acts import say
from tests.conversation.conftest import Anywhere
from tests.fakes.notice_peer import NoticePeer, address
from tests.fakes.server import free_port, serving
from tests.night import CRY, NIGHT, a_full_rota, a_person, notice_states, send_all, steps

SetClock = Callable[[datetime], None]


@pytest.fixture
def peer() -> NoticePeer:
    return NoticePeer()


@pytest.fixture
def peer_url(peer: NoticePeer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a peer that takes notices; the second try comes at once."""
    monkeypatch.setattr(caller, "BETWEEN", 0.0)
    with serving(peer.app) as url:
        yield url


def chain() -> Chain:
    """How far the one alarm has climbed, as the desk shows it."""
    [row] = desk.queue()
    assert row.chain is not None
    return row.chain


def clock_runs(anywhere: Anywhere, at: SetClock, seconds: range) -> list[tuple[int, int]]:
    """Runs the clock; gives when something was sent, and how much."""
    sent = []
    for second in seconds:
        at(NIGHT + timedelta(seconds=second))
        anywhere.do_due()
        if count := send_all():
            sent.append((second, count))
    return sent


def test_an_unseen_alarm_calls_all_four_in_order_and_at_their_times(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    say(CRY)
    assert clock_runs(anywhere, at, range(0, 400, 5)) == [(0, 1), (60, 1), (120, 1), (180, 1)]
    assert peer.called == ["lin", "wu", "he", "office"]
    assert steps() == list(Rung)
    found = chain()
    assert [one.state for one in found.told] == [NoticeState.sent] * 4
    assert (found.next_rung, found.mute) == (None, False)


def test_the_desk_sees_whom_it_has_called_and_who_is_next(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    say(CRY)
    clock_runs(anywhere, at, range(0, 70, 5))
    found = chain()
    assert [one.rung for one in found.told] == [Rung.first, Rung.second]
    assert (found.next_rung, found.next_at) == (Rung.lead, NIGHT + timedelta(seconds=120))


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


@pytest.mark.parametrize("act", [desk.acknowledge, desk.claim])
def test_who_acknowledges_or_claims_stops_the_chain(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str, act: Callable[[str, str], None]
) -> None:
    at(NIGHT)
    people = a_full_rota(peer_url)
    receipt = say(CRY)
    clock_runs(anywhere, at, range(0, 90, 10))
    act(receipt.conversation_id, people["wu"])
    assert planned(TaskKind.escalate) == []
    clock_runs(anywhere, at, range(90, 400, 10))
    assert peer.called == ["lin", "wu"]
    assert desk.queue()[0].chain is None


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


def test_a_second_cry_does_not_begin_the_chain_anew_and_one_after_being_seen_does(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    people = a_full_rota(peer_url)
    receipt = say(CRY)
    clock_runs(anywhere, at, range(0, 70, 10))
    say(CRY)
    clock_runs(anywhere, at, range(70, 100, 10))
    assert peer.called == ["lin", "wu"]
    desk.acknowledge(receipt.conversation_id, people["wu"])
    say(CRY)
    clock_runs(anywhere, at, range(100, 110, 10))
    assert peer.called == ["lin", "wu", "lin"]
    assert [one.rung for one in chain().told] == [Rung.first]
    assert len(planned(TaskKind.escalate)) == 1


def test_a_cry_that_is_not_imminent_calls_nobody(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    say("活着没意思，想一了百了")
    assert clock_runs(anywhere, at, range(0, 300, 20)) == []
    assert planned(TaskKind.escalate) == []


def test_a_sign_that_only_the_dialogue_model_sees_climbs_too(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    care.open_case(say("今天天气不错").message_id, Level.imminent, "self_harm")
    clock_runs(anywhere, at, range(0, 70, 10))
    assert peer.called == ["lin", "wu"]


def test_a_counsellor_in_the_conversation_is_not_called_at_once_but_the_second_is_after_a_minute(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    people = a_full_rota(peer_url)
    receipt = say(CRY)
    desk.claim(receipt.conversation_id, people["lin"])
    say(CRY)
    assert clock_runs(anywhere, at, range(0, 70, 10)) == [(60, 1)]
    assert peer.called == ["wu"]


def test_a_rung_with_nobody_to_call_is_not_waited_for(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url, without=("lin",))
    say(CRY)
    assert clock_runs(anywhere, at, range(0, 200, 10)) == [(0, 1), (60, 1), (120, 1)]
    assert peer.called == ["wu", "he", "office"]
    assert [one.state for one in chain().told][:2] == [None, NoticeState.sent]


def test_who_is_away_is_passed_over_and_any_lead_is_called_where_the_rota_names_none(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    people = a_full_rota(peer_url)
    with reading() as session:
        leads = [turn.id for turn in rota.live_turns(session) if turn.place == Rung.lead]
    for turn in leads:
        rota.remove_turn(people["he"], turn)
    rota.switch(people["lin"], False)
    say(CRY)
    clock_runs(anywhere, at, range(0, 70, 10))
    assert peer.called == ["wu", "he"]


def test_with_no_address_at_all_the_desk_learns_at_once_that_nobody_can_be_called(
    anywhere: Anywhere, at: SetClock
) -> None:
    at(NIGHT)
    a_person("lin")
    say(CRY)
    assert not chain().mute, "nothing has been tried yet"
    anywhere.do_due()
    found = chain()
    assert (len(found.told), found.next_at, found.mute) == (4, None, True)


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


def test_a_drill_says_so_in_its_notice_and_ends_when_it_is_cleared(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    receipt = accept(Incoming("web", "main", "drill-1", "nobody", CRY, drill=True))
    care.open_case(receipt.message_id, Level.imminent, "self_harm")
    clock_runs(anywhere, at, range(1))
    [(_, told)] = peer.got
    assert told["title"].startswith("【演练】")
    assert told["message"].startswith("【演练】")
    exercises.clear()
    clock_runs(anywhere, at, range(60, 300, 30))
    assert peer.called == ["lin"]


def test_a_drill_that_is_cleared_before_it_became_a_case_ends_too(
    anywhere: Anywhere, at: SetClock, peer: NoticePeer, peer_url: str
) -> None:
    at(NIGHT)
    a_full_rota(peer_url)
    accept(Incoming("web", "main", "drill-1", "nobody", CRY, drill=True))
    clock_runs(anywhere, at, range(1))
    exercises.clear()
    assert clock_runs(anywhere, at, range(60, 300, 30)) == []
    assert planned(TaskKind.escalate) == []
    assert planned(TaskKind.escalate, TaskState.cancelled) != []


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


def test_beginning_a_chain_again_in_the_same_moment_meets_no_constraint(anywhere: Anywhere, at: SetClock) -> None:
    at(NIGHT)
    staff = a_person("lin")
    for _ in range(3):
        receipt = say(CRY)
        anywhere.do_due()
        desk.acknowledge(receipt.conversation_id, staff)
    with transaction() as session:
        assert night.chains(session) == {}


def test_an_engine_that_hangs_holds_up_no_alarm(database: object, peer: NoticePeer, peer_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole:  # takes calls and never answers
        a_full_rota(peer_url)
        for number in range(8):
            scheduler.forget_later(say("你好", sender=f"worker-{number}").conversation_id)
        asyncio.run(_cry_while_it_hangs(f"http://127.0.0.1:{hole.getsockname()[1]}"))
    assert steps() == [Rung.first]


async def _cry_while_it_hangs(url: str) -> None:
    engine = Engine(url, timeout=30.0)
    working = asyncio.create_task(Scheduler(engine, lambda: None).run())
    await asyncio.sleep(0.5)
    await asyncio.to_thread(say, CRY, "worker-0")
    for _ in range(60):
        if steps():
            break
        await asyncio.sleep(0.1)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await engine.close()


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
