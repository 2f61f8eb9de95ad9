"""The one table of states: whatever is not in it raises, for cases, owners and referrals alike."""

from __future__ import annotations

from itertools import product

import pytest

from bot.care import referrals
from bot.care.moves import CASE_MOVES, OWNER_MOVES, move_case, move_owner
from bot.db.models import CareCase, Conversation
from bot.db.states import CaseState, Owner, ReferralState
from bot.errors import NotAllowedNow


@pytest.mark.parametrize(("start", "end"), product(CaseState, CaseState))
def test_a_case_goes_only_where_the_table_lets_it(start: CaseState, end: CaseState) -> None:
    case = CareCase(state=start)
    if start == end or end in CASE_MOVES[start]:
        move_case(case, end)
        assert case.state == end
    else:
        with pytest.raises(NotAllowedNow):
            move_case(case, end)
        assert case.state == start


@pytest.mark.parametrize(("start", "end"), product(Owner, Owner))
def test_an_owner_changes_only_as_the_table_lets_it(start: Owner, end: Owner) -> None:
    conversation = Conversation(owner=start)
    if start == end or end in OWNER_MOVES[start]:
        move_owner(conversation, end)
        assert conversation.owner == end
    else:
        with pytest.raises(NotAllowedNow):
            move_owner(conversation, end)
        assert conversation.owner == start


def test_every_state_has_its_row_and_a_way_on() -> None:
    assert set(CASE_MOVES) == set(CaseState)
    assert set(OWNER_MOVES) == set(Owner)
    assert set(referrals.REFERRAL_MOVES) == set(ReferralState)
    assert all(CASE_MOVES.values())


def test_a_case_that_is_asked_to_be_closed_can_come_back_to_all_who_may_still_care_for_it() -> None:
    back = {CaseState.open, CaseState.in_care, CaseState.follow_up}
    assert CASE_MOVES[CaseState.closing] == back | {CaseState.closed}
    assert CASE_MOVES[CaseState.closed] == {CaseState.open}
