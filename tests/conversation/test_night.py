"""The night chain: who is called when, over a real socket, with a clock that is set; on both databases."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot import care
from bot.care import desk, exercises, night, rota
from bot.channels.incoming import Incoming
from bot.conversation import scheduler
from bot.conversation.engine import Engine
from bot.conversation.inbox import accept
from bot.conversation.scheduler import Scheduler
from bot.db.session import reading, transaction
from bot.db.states import NoticeState, Rung, TaskKind, TaskState
from bot.level import Level
from tests.care.ground import planned
from tests.conversation.acts import say
from tests.conversation.conftest import Anywhere
from tests.fakes.notice_peer import NoticePeer
from tests.night import CRY, NIGHT, SetClock, a_full_rota, a_person, chain, clock_runs, steps


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
