"""Seeing who a worker is: asked with a reason, granted by another, for a time, and every look written down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.care import erasure, identity
from bot.care.identity import Identity
from bot.db.models import CaseEvent
from bot.db.org_models import IdentityRequest
from bot.db.session import reading, transaction
from bot.db.states import IdentityState, Role
from bot.errors import BadInput, NotAllowed, NotAllowedNow, NotFound
from bot.level import Level
from tests.care.ground import DAY_SHIFT, SetClock, person_of
from tests.care.org_ground import a_tree, belongs, sits
from tests.closing import close
from tests.console.ground import cry
from tests.conversation.acts import say
from tests.night import a_person

WHO = Identity("web", "desk-test", "worker-1")


def events() -> list[tuple[str, str | None]]:
    """What of identities is on the case: kind and words."""
    with reading() as session:
        found = select(CaseEvent.kind, CaseEvent.note).where(CaseEvent.kind.startswith("identity_"))
        return [(row.kind, row.note) for row in session.execute(found.order_by(CaseEvent.id))]


def standing(conversation_id: str, staff_id: str) -> identity.Standing:
    with reading() as session:
        return identity.standing(session, conversation_id, staff_id)


def high() -> str:
    """A worker at high risk, not in the act."""
    return cry("我不想活了", level=Level.high).conversation_id


def test_what_another_lead_granted_is_shown_for_a_day_and_each_look_is_on_the_case(
    any_database: str, at: SetClock
) -> None:
    conversation, lin, he = high(), a_person("lin"), a_person("he", Role.lead)
    identity.ask(conversation, lin, " 失联两天，要托社区上门 ")
    (request,) = identity.open_requests(he)
    assert (request.by, request.reason, request.conversation_id) == ("lin", "失联两天，要托社区上门", conversation)
    assert identity.decide(request.id, he, True, "同意，只给社区") == conversation
    assert identity.open_requests(he) == []
    assert [identity.look(conversation, lin) for _ in range(2)] == [WHO, WHO]
    assert [kind for kind, _ in events()] == ["identity_asked", "identity_granted", "identity_read", "identity_read"]
    at(DAY_SHIFT + timedelta(hours=24))
    with pytest.raises(NotAllowedNow):
        identity.look(conversation, lin)
    identity.ask(conversation, lin, "还没找到人")
    assert standing(conversation, lin).state == IdentityState.asked


def test_nobody_else_and_nobody_before_the_grant_or_after_a_refusal_sees_it(any_database: str) -> None:
    conversation, lin, wu, he = high(), a_person("lin"), a_person("wu"), a_person("he", Role.lead)
    identity.ask(conversation, lin, "要上门")
    for one in (lin, wu, he):
        with pytest.raises(NotAllowedNow):
            identity.look(conversation, one)
    (request,) = identity.open_requests(he)
    identity.decide(request.id, he, False, "先在对话里问本人")
    with pytest.raises(NotAllowedNow):
        identity.look(conversation, lin)
    assert standing(conversation, lin).answer == "先在对话里问本人"
    identity.ask(conversation, lin, "问过了，还是要上门")
    with pytest.raises(NotAllowedNow):
        identity.decide(request.id, he, True, "改主意了")


def test_nobody_grants_their_own_request_or_one_they_may_not_see(any_database: str) -> None:
    conversation, he, hu = high(), a_person("he", Role.lead), a_person("hu", Role.lead)
    tree = a_tree()
    identity.ask(conversation, he, "要上门")
    assert identity.open_requests(he) == []
    (request,) = identity.open_requests(hu)
    with pytest.raises(NotAllowed):
        identity.decide(request.id, he, True, "我自己同意")
    sits(hu, tree.city, tree.factory)
    belongs(conversation, tree.factory)
    assert identity.open_requests(hu) == []
    with pytest.raises(NotFound):
        identity.decide(request.id, hu, True, "同意")


def test_of_two_leads_at_once_one_decides(any_database: str) -> None:
    conversation, lin, leads = high(), a_person("lin"), [a_person(f"l{number}", Role.lead) for number in range(4)]
    identity.ask(conversation, lin, "要上门")
    (request,) = identity.open_requests(leads[0])

    def decide(lead: str) -> bool:
        try:
            identity.decide(request.id, lead, lead == leads[0], "就这样")
        except NotAllowedNow:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(decide, leads)).count(True) == 1
    assert len(events()) == 2


def test_in_danger_of_life_a_lead_looks_at_once_and_only_then(any_database: str) -> None:
    conversation, he = high(), a_person("he", Role.lead)
    with pytest.raises(NotAllowedNow):
        identity.look_at_once(conversation, he, "要报警")
    cry()
    assert standing(conversation, he).in_danger
    assert identity.look_at_once(conversation, he, "要报警") == WHO
    assert events() == [("identity_read_at_once", "要报警")]
    with pytest.raises(NotAllowedNow):
        identity.look(conversation, he)
    close(conversation, he, "人找到了")
    with pytest.raises(NotAllowedNow):
        identity.look_at_once(conversation, he, "再看一眼")


@pytest.mark.parametrize("reason", ["", "  ", "因" * 301])
def test_there_is_no_way_without_a_reason_or_a_case(database: object, reason: str) -> None:
    conversation, he = cry().conversation_id, a_person("he", Role.lead)
    for way in (identity.ask, identity.look_at_once):
        with pytest.raises(BadInput):
            way(conversation, he, reason)
    with pytest.raises(BadInput):
        identity.decide(1, he, True, reason)
    with pytest.raises(NotFound):
        identity.ask(say("加班费怎么算", sender="worker-2").conversation_id, he, "好奇")
    assert events() == []


def test_words_about_a_person_go_with_their_records(database: object) -> None:
    conversation, lin, he = high(), a_person("lin"), a_person("he", Role.lead)
    identity.ask(conversation, lin, "他姐姐打过电话")
    identity.decide(identity.open_requests(he)[0].id, he, True, "同意")
    close(conversation, he, "好了")
    with transaction() as session:
        erasure.erase(session, person_of(conversation), 10**6)
    with reading() as session:
        (row,) = session.execute(select(IdentityRequest)).scalars()
    assert (row.reason, row.answer, row.state) == ("", "", IdentityState.granted)
    assert {note for _, note in events()} == {None}
