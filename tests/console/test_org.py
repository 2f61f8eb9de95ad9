"""The pages of units, of a person's part of the tree and of identity requests, over a real socket."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from bot.care import identity, placing, units
from bot.clock import now
from bot.db.models import StaffSession
from bot.db.session import transaction
from bot.db.states import Role
from tests import second_step
from tests.care.org_ground import a_tree, belongs, sits
from tests.console.ground import PASSWORD, Browser, cry, staff_id_of, staffed


def unit(name: str) -> units.Unit:
    """A unit by its name."""
    return next(one for one in units.tree() if one.name == name)


def forget_the_proof() -> None:
    """All logins are older than five minutes."""
    with transaction() as session:
        session.execute(update(StaffSession).values(proved_at=now() - timedelta(minutes=6)))


def test_an_admin_makes_a_tree_and_changes_it(desk_url: str) -> None:
    boss = staffed(desk_url, "boss", Role.admin)
    boss.submit("/desk/units", name="江城市总工会", kind="city")
    city = unit("江城市总工会").id
    for name in ("东区总工会", "西区总工会"):
        assert boss.submit("/desk/units", name=name, kind="district", parent=city).status_code == 303
    boss.submit("/desk/units", name="红星厂", kind="enterprise", parent=unit("东区总工会").id)
    place = f"/desk/units/{unit('红星厂').id}"
    boss.submit(f"{place}/rename", name="红星机械厂")
    boss.submit(f"{place}/move", parent=unit("西区总工会").id)
    assert unit("红星机械厂").path == "江城市总工会 › 西区总工会 › 红星机械厂"
    refused = boss.submit(f"/desk/units/{unit('西区总工会').id}/close")
    assert (refused.status_code, "请先停用它们" in refused.text) == (409, True)
    boss.submit(f"{place}/close")
    assert "已停用" in boss.get("/desk/units").text
    assert [one["path"] for one in boss.get("/desk/api/units").json()["units"]][-1].endswith("西区总工会")
    boss.submit(f"{place}/reopen")
    assert not unit("红星机械厂").closed
    assert "不能重名" in boss.submit("/desk/units", name="东区总工会", kind="district", parent=city).text
    assert boss.submit(f"/desk/units/{'0' * 32}/close").status_code == 404


def test_a_person_gets_a_part_of_the_tree_but_not_by_themselves(desk_url: str) -> None:
    boss, _ = staffed(desk_url, "boss", Role.admin), staffed(desk_url)
    tree = a_tree()
    place = f"/desk/people/{staff_id_of('lifang')}"
    assert "全部" in boss.get(place).text
    assert boss.submit(f"{place}/unit", unit=tree.east, employer=tree.factory).status_code == 303
    page = boss.get(place).text
    assert 'id="unit-now">江城市总工会 › 东区总工会<' in page
    assert 'id="employer-now">江城市总工会 › 东区总工会 › 红星机械厂<' in page
    boss.submit(f"{place}/unit")
    assert placing.place_of(staff_id_of("lifang")).unit_id is None
    own = boss.submit(f"/desk/people/{staff_id_of('boss')}/unit", unit=tree.shop)
    assert (own.status_code, "另一位管理员" in own.text) == (409, True)
    assert boss.submit(f"{place}/unit", unit="0" * 32).status_code == 400


def test_the_panel_says_where_a_worker_belongs_and_a_unit_without_staff_is_refused(desk_url: str) -> None:
    counsellor, tree = staffed(desk_url), a_tree()
    conversation = cry().conversation_id
    assert counsellor.get(f"/desk/api/c/{conversation}/panel").json()["unit"] is None
    assert counsellor.act(f"c/{conversation}/unit", {"unit": tree.shop}).status_code == 200
    found = counsellor.get(f"/desk/api/c/{conversation}/panel").json()["unit"]
    assert found == {"id": tree.shop, "path": "江城市总工会 › 西区总工会 › 西街商场"}
    sits(staff_id_of("lifang"), None, tree.factory)
    refused = counsellor.act(f"c/{conversation}/unit", {"unit": tree.factory})
    assert (refused.status_code, refused.json()["error"]) == (409, "nobody_sees")
    for odd in ("x", "0" * 33, "0" * 32):
        assert counsellor.act(f"c/{conversation}/unit", {"unit": odd}).status_code == 400


def asked(url: str) -> tuple[Browser, Browser, str]:
    """A counsellor who has asked, a lead, and the conversation."""
    counsellor, lead = staffed(url), staffed(url, "wangqiang", Role.lead)
    conversation = cry().conversation_id
    assert counsellor.act(f"c/{conversation}/identity/ask", {"text": "要托社区上门"}).status_code == 200
    return counsellor, lead, conversation


def test_a_grant_shows_the_identity_to_the_one_who_asked_after_a_fresh_proof(desk_url: str) -> None:
    counsellor, lead, conversation = asked(desk_url)
    assert lead.get("/desk/api/queue").json()["asked"] == 1
    assert counsellor.get("/desk/api/queue").json()["asked"] == 0
    page = lead.get("/desk/identity").text
    assert "要托社区上门" in page
    (request,) = identity.open_requests(staff_id_of("wangqiang"))
    assert lead.submit(f"/desk/identity/{request.id}", decision="grant", reason=" ").status_code == 400
    assert lead.submit(f"/desk/identity/{request.id}", decision="grant", reason="同意").status_code == 303
    assert "没有在等的申请" in lead.get("/desk/identity").text
    assert lead.submit(f"/desk/identity/{request.id}", decision="refuse", reason="不").status_code == 409
    panel = counsellor.get(f"/desk/api/c/{conversation}/panel").json()["identity"]
    assert (panel["may_look"], panel["may_ask"]) == (True, False)
    forget_the_proof()
    look = f"c/{conversation}/identity/look"
    assert counsellor.act(look).json()["error"] == "proof_needed"
    second_step.ready("lifang")
    assert counsellor.act("prove", {"password": "不是这个密码 再想想", "code": second_step.code()}).status_code == 403
    second_step.ready("lifang")
    assert counsellor.act("prove", {"password": PASSWORD, "code": second_step.code()}).json() == {"ok": True}
    assert counsellor.act(look).json() == {"channel": "网页", "account": "desk-test", "id": "worker-1"}
    assert lead.act(look).status_code == 409


def test_at_once_is_for_leads_and_needs_a_proof(desk_url: str) -> None:
    counsellor, lead, conversation = asked(desk_url)
    path = f"c/{conversation}/identity/at_once"
    assert counsellor.act(path, {"text": "要报警"}).status_code == 403
    assert lead.act(path, {"text": "要报警"}).json()["id"] == "worker-1"
    forget_the_proof()
    assert lead.act(path, {"text": "要报警"}).json()["error"] == "proof_needed"


def test_the_identity_is_in_no_page_stream_or_panel(desk_url: str) -> None:
    counsellor, lead, conversation = asked(desk_url)
    for one in (counsellor, lead):
        for path in (f"/desk/c/{conversation}", f"/desk/api/c/{conversation}/panel", "/desk/api/queue"):
            assert "worker-1" not in one.get(path).text
    assert "worker-1" not in lead.get("/desk/identity").text


def test_a_lead_behind_the_wall_sees_and_decides_no_request(desk_url: str) -> None:
    _, lead, conversation = asked(desk_url)
    tree = a_tree()
    sits(staff_id_of("wangqiang"), None, tree.factory)
    belongs(conversation, tree.factory)
    assert "要托社区上门" not in lead.get("/desk/identity").text
    assert lead.get("/desk/api/queue").json()["asked"] == 0
    answer = lead.submit("/desk/identity/1", decision="grant", reason="同意")
    none = lead.submit("/desk/identity/999", decision="grant", reason="同意")
    assert (answer.status_code, answer.text) == (none.status_code, none.text) == (404, none.text)
