"""The admin's page of staff, over a real socket."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot import clock
from bot.db.states import Role
from bot.staff import accounts, people, sessions
from tests import second_step
from tests.console.events import listening
from tests.console.ground import PASSWORD, Browser, cry, csrf_of, staffed


def place(login: str) -> str:
    """The address of a person's page."""
    return f"/desk/people/{people.id_of(login)}"


def test_a_new_colleague_gets_a_link_that_leads_to_the_desk(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    page = boss.submit("/desk/people", login="wanglin", name=" 王林 ", role="counsellor")
    found = re.search(r'id="link"[^>]*>([^<]+)<', page.text)
    assert found
    assert found.group(1).startswith(f"{desk_url}/desk/setup#")
    assert found.group(1) not in boss.get("/desk/people").text
    new = Browser(desk_url)
    token = csrf_of(new.get("/desk/setup").text)
    setup = {"csrf": token, "token": found.group(1).split("#")[1], "password": PASSWORD}
    assert new.post("/desk/setup", data=setup).json() == {"login": "wanglin"}
    assert "恢复码" in new.login("wanglin").text
    assert new.get("/desk").status_code == 200
    assert "王林" in boss.get("/desk/people").text


@pytest.mark.parametrize(
    ("login", "name", "role"), [("boss", "又一位", "lead"), ("王林", "王林", "lead"), ("wanglin", "  ", "lead")]
)
def test_a_colleague_that_cannot_be_is_explained(desk_url: str, login: str, name: str, role: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    answer = boss.submit("/desk/people", login=login, name=name, role=role)
    assert answer.status_code == 400
    assert "登录名要用" in answer.text
    assert len(people.listing()) == 1


def test_a_role_that_does_not_exist_is_a_400(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    assert boss.submit("/desk/people", login="wanglin", name="王林", role="king").status_code == 400


def test_a_role_is_taken_away_while_its_streams_run(desk_url: str) -> None:
    boss, counsellor = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    with listening(counsellor, "/desk/events") as events:
        events.next("queue")
        assert boss.submit(f"{place('lifang')}/role", role="auditor").headers["location"] == place("lifang")
        assert events.next("gone") == {}
    assert counsellor.get("/desk").status_code == 403
    boss.submit(f"{place('lifang')}/role", role="counsellor")
    assert counsellor.get("/desk").status_code == 200


def test_who_is_disabled_is_out_with_the_next_request_and_the_open_stream(desk_url: str) -> None:
    boss, counsellor = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    with listening(counsellor, "/desk/events") as events:
        events.next("queue")
        boss.submit(f"{place('lifang')}/disable")
        assert events.next("gone") == {}
    assert counsellor.get("/desk/api/queue").status_code == 401
    assert counsellor.login("lifang").status_code == 403
    boss.submit(f"{place('lifang')}/enable")
    assert counsellor.login("lifang").status_code == 303


def test_an_admin_ends_one_login_of_a_colleague_or_all(desk_url: str) -> None:
    boss, first = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    others = [Browser(desk_url) for _ in range(2)]
    for other in others:
        other.login("lifang")
    one = sessions.session_of(first.cookies["xq_desk"])
    assert one is not None
    assert one.public_id in boss.get(place("lifang")).text
    boss.submit(f"{place('lifang')}/sessions/{one.public_id}/end")
    assert first.get("/desk/api/queue").status_code == 401
    assert others[0].get("/desk/api/queue").status_code == 200
    boss.submit(f"{place('lifang')}/sessions/end")
    assert {other.get("/desk/api/queue").status_code for other in others} == {401}


def test_a_login_is_not_ended_under_the_name_of_another(desk_url: str) -> None:
    boss, victim = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    one = sessions.session_of(victim.cookies["xq_desk"])
    assert one is not None
    assert boss.submit(f"{place('boss')}/sessions/{one.public_id}/end").status_code == 404


def test_every_change_needs_a_fresh_proof_and_does_nothing_without(desk_url: str) -> None:
    boss, counsellor = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    one = sessions.session_of(counsellor.cookies["xq_desk"])
    assert one is not None
    started = clock.now()
    clock.set_now(lambda: started + timedelta(minutes=6))
    try:
        assert "验证身份" in boss.get("/desk/people").text
        assert "停用</button>" not in boss.get(place("lifang")).text
        for act in ("role", "disable", "enable", "phone", "link", "sessions/end", f"sessions/{one.public_id}/end"):
            answer = boss.submit(f"{place('lifang')}/{act}", role="auditor")
            assert answer.headers["location"] == "/desk/prove?back=/desk/people", act
        added = boss.submit("/desk/people", login="wanglin", name="王林", role="lead")
        assert added.status_code == 303
        assert counsellor.get("/desk").status_code == 200
        assert len(people.listing()) == 2
        assert people.find(people.id_of("lifang")).enrolled
    finally:
        clock.set_now(None)


def test_a_lost_telephone_is_reset_and_a_new_one_bound(desk_url: str) -> None:
    boss, counsellor = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    boss.submit(f"{place('lifang')}/phone", sure="yes")
    assert counsellor.get("/desk/api/queue").status_code == 401
    assert "还没绑定" in boss.get(place("lifang")).text
    assert "恢复码" in counsellor.login("lifang").text


def test_a_new_link_replaces_a_lost_password(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    staffed(desk_url)
    found = re.search(r"/desk/setup#([\w-]+)<", boss.submit(f"{place('lifang')}/link").text)
    assert found
    assert accounts.set_password(found.group(1), PASSWORD + "新") == "lifang"


def test_nobody_shuts_out_themselves_or_the_last_admin(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    for act in ("disable", "role"):
        answer = boss.submit(f"{place('boss')}/{act}", role="auditor")
        assert answer.status_code == 409
        assert "最后一位管理员" in answer.text
    assert boss.get("/desk/people").status_code == 200


def test_who_still_holds_a_conversation_is_named_before_being_shut_out(desk_url: str) -> None:
    boss, counsellor = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    counsellor.act(f"c/{cry().conversation_id}/claim")
    assert "还有 1 个对话" in boss.get(place("lifang")).text


def test_a_name_with_markup_stays_text(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    boss.submit("/desk/people", login="odd", name='<script>alert(1)</script>"', role="lead")
    for path in ("/desk/people", place("odd")):
        page = boss.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_an_unknown_person_is_404(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    assert boss.get(f"/desk/people/{'0' * 32}").status_code == 404
    assert boss.get("/desk/people/nobody").status_code == 404
    second_step.ready("boss")
    assert boss.submit(f"/desk/people/{'0' * 32}/disable").status_code == 404
