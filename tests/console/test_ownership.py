"""Route × ownership: what is not for this person to see is, on every route there is, as if it did not exist."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, update

from bot.care import desk
from bot.console import guard
from bot.db.models import CaseEvent, Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.states import Owner, Role
from tests.care.org_ground import Tree, a_tree, belongs, sits
from tests.console.events import listening
from tests.console.ground import Browser, add_staff, cry, staff_id_of, staffed
from tests.console.test_rights import CELLS, NONE, call, cells

HIDDEN = ("foreign", "walled", "none")


def about(conversation_id: str) -> Iterator[tuple[str, str]]:
    """Method and path of every route about one conversation."""
    found = [(method, path) for method, path, _ in cells() if f"/c/{NONE}" in path]
    assert len(found) > 20
    yield from ((method, path.replace(NONE, conversation_id)) for method, path in found)


def world(url: str, role: Role = Role.lead) -> tuple[Browser, dict[str, str], Tree]:
    """Somebody of the east who is employed by the factory, and a conversation of each kind of ownership."""
    tree, me = a_tree(), staffed(url, "lifang", role)
    add_staff("wangqiang")
    sits(staff_id_of("lifang"), tree.east, tree.factory)
    found = {name: cry(sender=name).conversation_id for name in ("own", "colleague", "unknown", "foreign", "walled")}
    units = {"own": tree.group, "colleague": tree.group, "foreign": tree.shop, "walled": tree.factory}
    for name, unit in units.items():
        belongs(found[name], unit)
    desk.claim(found["own"], staff_id_of("lifang"))
    desk.claim(found["colleague"], staff_id_of("wangqiang"))
    return me, {**found, "none": NONE}, tree


def answer(me: Browser, method: str, path: str) -> tuple[int, bytes]:
    """Status and body of a call; of a stream that has begun, no body."""
    body = {"text": "x"} if method == "POST" else None
    with me.stream(method, path, headers={"X-CSRF": me.csrf}, json=body) as got:
        streams = got.headers["content-type"].startswith("text/event-stream")
        return got.status_code, b"" if streams else got.read()


def traces(conversation_id: str) -> tuple[Owner, int]:
    """What a call could have left behind."""
    with reading() as session:
        events = select(func.count()).select_from(CaseEvent)
        return session.get_one(Conversation, conversation_id).owner, session.execute(events).scalar_one()


@pytest.mark.parametrize("role", guard.CASE_ROLES)
def test_on_every_route_a_foreign_or_walled_conversation_is_as_if_there_were_none(desk_url: str, role: Role) -> None:
    me, found, _ = world(desk_url, role)
    before = [traces(found[name]) for name in ("foreign", "walled")]
    for paths in zip(*(about(found[name]) for name in HIDDEN), strict=True):
        answers = {answer(me, method, path) for method, path in paths}
        assert len(answers) == 1, paths
        assert answers.pop()[0] in ((403, 404) if role == Role.counsellor else (404,)), paths
    assert [traces(found[name]) for name in ("foreign", "walled")] == before


def test_on_every_route_a_visible_conversation_is_there_whoever_has_it(desk_url: str) -> None:
    me, found, _ = world(desk_url)
    for name in ("own", "colleague", "unknown"):
        for method, path in about(found[name]):
            status, _ = answer(me, method, path)
            assert status == 200 if method == "GET" else status not in (401, 403, 405, 422, 500), path


def test_a_unit_that_is_changed_counts_at_the_next_request_on_every_route(desk_url: str) -> None:
    me, found, tree = world(desk_url)
    for method, path in about(found["colleague"]):
        sits(staff_id_of("lifang"), tree.west)
        assert answer(me, method, path)[0] == 404, path
        sits(staff_id_of("lifang"), tree.east)
        if method == "GET":
            assert answer(me, method, path)[0] == 200, path


def test_a_role_that_is_taken_away_is_gone_at_the_next_request_on_every_route(desk_url: str) -> None:
    me, found, _ = world(desk_url, Role.admin)

    def become(role: Role) -> None:
        with transaction() as session:
            session.execute(update(Staff).where(Staff.login == "lifang").values(role=role))

    for method, path, roles in CELLS:
        if roles is None or Role.editor in roles:
            continue
        path = path.replace(f"/c/{NONE}", f"/c/{found['own']}")
        become(Role.editor)
        assert call(me, method, path, me.csrf) == 403, path
        become(Role.admin)
        if method == "GET" and Role.admin in roles:
            assert call(me, method, path, me.csrf) != 403, path


def test_a_call_without_a_token_says_nothing_of_what_there_is(desk_url: str) -> None:
    me, found, _ = world(desk_url)
    me.csrf = "0" * 43
    for name in (*HIDDEN, "own"):
        assert answer(me, "POST", f"/desk/api/c/{found[name]}/claim")[0] == 403


def test_queue_search_list_and_counts_hold_only_what_one_may_see(desk_url: str) -> None:
    me, found, _ = world(desk_url)
    seen = {found[name] for name in ("own", "colleague", "unknown")}
    assert {row["conversation"] for row in me.get("/desk/api/queue").json()["rows"]} == seen
    assert {row["conversation"] for row in me.act("search", {"text": "-0000"}).json()["found"]} == seen
    with listening(me, "/desk/events") as events:
        assert {row["conversation"] for row in events.next("queue")["rows"]} == seen


def test_a_worker_whose_unit_becomes_known_is_gone_from_open_pages(desk_url: str) -> None:
    me, found, tree = world(desk_url)
    conversation = found["unknown"]
    me.act(f"c/{conversation}/claim")
    with listening(me, f"/desk/c/{conversation}/events") as events:
        events.next("state")
        other = Browser(desk_url)
        other.login("wangqiang")
        assert other.act(f"c/{conversation}/unit", {"unit": tree.factory}).json() == {"ok": True}
        assert events.next("away") == {}
    queue = me.get("/desk/api/queue").json()
    assert conversation not in {row["conversation"] for row in queue["rows"]}
    (notice,) = queue["notices"]
    assert "不再由你来陪" in notice["text"]
    assert me.act(f"c/{conversation}/reply", {"text": "还在吗"}).status_code == 404
    waiting = {row["conversation"]: row["group"] for row in other.get("/desk/api/queue").json()["rows"]}
    assert waiting[conversation] == "waiting"


def test_only_those_who_may_see_the_worker_can_be_invited(desk_url: str) -> None:
    me, found, tree = world(desk_url)
    path = f"/desk/api/c/{found['own']}/colleagues"
    assert [one["name"] for one in me.get(path).json()["colleagues"]] == ["王强"]
    sits(staff_id_of("wangqiang"), tree.city, tree.daughter)
    assert me.get(path).json()["colleagues"] == []
    assert me.act(f"c/{found['own']}/invite", {"staff": staff_id_of("wangqiang")}).status_code == 404
