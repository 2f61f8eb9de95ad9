"""The night chain and the employer's wall: whoever may not see the case is not called, and no time is lost."""

from __future__ import annotations

from bot.db.states import NoticeState, Role, Rung
from tests.care.org_ground import a_tree, belongs, sits
from tests.conversation.acts import say
from tests.conversation.conftest import Anywhere
from tests.fakes.notice_peer import NoticePeer
from tests.night import NIGHT, OFFICE, SetClock, a_full_rota, a_person, clock_runs, notice_states, send_all, steps


def test_the_night_chain_goes_round_the_wall_without_losing_time(
    anywhere: Anywhere, peer: NoticePeer, peer_url: str, at: SetClock
) -> None:
    at(NIGHT)
    tree, ids = a_tree(), a_full_rota(peer_url)
    for one in ("lin", "wu"):
        sits(ids[one], tree.east, tree.factory)
    conversation = say("你好").conversation_id
    belongs(conversation, tree.factory)
    say("我在楼顶，现在就跳下去")
    assert clock_runs(anywhere, at, range(0, 70, 5)) == [(0, 1), (60, 1)]
    assert steps() == [Rung.first, Rung.second, Rung.lead, Rung.office]
    assert peer.called == ["he", OFFICE]


def test_a_walled_lead_on_the_rota_is_replaced_by_the_others(
    anywhere: Anywhere, peer: NoticePeer, peer_url: str, at: SetClock
) -> None:
    at(NIGHT)
    tree, ids = a_tree(), a_full_rota(peer_url, without=("lin", "wu"))
    sits(ids["he"], None, tree.factory)
    a_person("other", Role.lead)
    conversation = say("你好").conversation_id
    belongs(conversation, tree.factory)
    say("我在楼顶，现在就跳下去")
    clock_runs(anywhere, at, range(0, 1))
    assert peer.called == [OFFICE]  # the other lead has no address, so the office is next


def test_a_notice_is_dropped_if_its_case_went_behind_the_wall_meanwhile(
    anywhere: Anywhere, peer: NoticePeer, peer_url: str, at: SetClock
) -> None:
    at(NIGHT)
    tree, ids = a_tree(), a_full_rota(peer_url)
    conversation = say("我在楼顶，现在就跳下去").conversation_id
    anywhere.do_due()
    sits(ids["lin"], None, tree.factory)
    belongs(conversation, tree.factory)
    send_all()
    assert notice_states() == [NoticeState.dropped]
    assert peer.called == []
