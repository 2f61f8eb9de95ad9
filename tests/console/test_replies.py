"""The page of canned replies: leads change them with plain forms, counsellors get them filled in."""

from __future__ import annotations

from bot.care import canned
from bot.db.states import Role
from tests.console.ground import Browser, cry, staffed

PAGE = "/desk/replies"


def save(browser: Browser, **fields: str) -> int:
    """Sends the form; gives the status."""
    return browser.post(PAGE, data={"csrf": browser.csrf, **fields}).status_code


def test_a_lead_adds_changes_and_retires_a_reply_and_counsellors_get_it(desk_url: str) -> None:
    lead, counsellor = staffed(desk_url, "wangqiang", Role.lead), staffed(desk_url)
    conversation = cry().conversation_id
    assert save(lead, title="我来了", code="WL", body="我是{me}。\r\n不急，慢慢说。") == 303
    (row,) = canned.everything()
    path = f"/desk/api/c/{conversation}/canned"
    (reply,) = counsellor.get(path).json()["replies"]
    assert reply == {"id": row.id, "title": "我来了", "code": "wl", "text": "我是李芳。\n不急，慢慢说。"}
    assert save(lead, id=str(row.id), title="我到了", body="到了") == 303
    assert "我到了" in lead.get(PAGE).text
    assert "王强" in lead.get(PAGE).text
    off = lead.post(f"{PAGE}/use", data={"csrf": lead.csrf, "id": str(row.id), "in_use": "false"})
    assert off.status_code == 303
    assert counsellor.get(path).json()["replies"] == []


def test_a_fault_is_told_and_what_was_typed_stays(desk_url: str) -> None:
    lead = staffed(desk_url, "wangqiang", Role.lead)
    answer = lead.post(PAGE, data={"csrf": lead.csrf, "title": "好", "body": "你叫{name}<b>"})
    assert answer.status_code == 400
    assert "只能写 {pseudonym}" in answer.text
    assert "你叫{name}&lt;b&gt;</textarea>" in answer.text
    assert canned.everything() == []
    assert lead.post(PAGE, data={"csrf": lead.csrf, "id": "77", "title": "好", "body": "好"}).status_code == 404


def test_a_counsellor_has_no_such_page_and_no_link_to_it(desk_url: str) -> None:
    counsellor = staffed(desk_url)
    assert counsellor.get(PAGE).status_code == 403
    assert PAGE not in counsellor.get("/desk").text
    assert save(counsellor, title="好", body="好") == 403
