"""The file of a case over a real socket: its forms, what is refused, who is asked, what is counted."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.care import casefile, casework
from bot.db.models import CareCase, CaseEvent
from bot.db.session import reading
from bot.db.states import CaseState, Role
from bot.level import Level
from tests.console.ground import cry, staff_id_of, staffed


def number_of(conversation: str) -> str:
    """The number of the conversation's case."""
    with reading() as session:
        return session.execute(select(CareCase.number).where(CareCase.conversation_id == conversation)).scalar_one()


def test_every_form_of_the_page_does_what_it_says(desk_url: str) -> None:
    browser = staffed(desk_url)
    number = number_of(cry("活着没意思", level=Level.high).conversation_id)
    today, me = casework.today().isoformat(), staff_id_of("lifang")
    forms = {
        "level": {"level": "imminent", "text": "电话里说在桥上"},
        "category": {"category": "family"},
        "plan": {"text": "先约面谈<b>"},
        "plan/1/done": {"on": "true"},
        "check": {"item": "safe_now", "on": "true"},
        "task": {"text": "打回访电话", "due": today, "who": me},
        "task/1/done": {"on": "true"},
        "refer": {"to": "hospital", "name": "市二院", "text": "睡不着"},
        "referral/1/accept": {"text": "门诊护士"},
        "referral/1/done": {},
    }
    for path, fields in forms.items():
        answer = browser.submit(f"/desk/case/{number}/{path}", **fields)
        assert (answer.status_code, answer.headers.get("location", "").partition("#")[0]) == (
            303,
            f"/desk/case/{number}",
        ), path
    page = browser.get(f"/desk/case/{number}").text
    for words in ("电话里说在桥上", "先约面谈&lt;b&gt;", "打回访电话", "市二院", "办完了", "改了类别", "1/"):
        assert words in page
    for inline in ("<style", "style=", "onclick=", "<script"):
        assert inline not in page


def test_a_form_that_is_refused_says_why_and_keeps_what_was_typed(desk_url: str) -> None:
    browser = staffed(desk_url)
    number = number_of(cry("活着没意思", level=Level.high).conversation_id)
    who = staff_id_of("lifang")
    answer = browser.submit(f"/desk/case/{number}/task", text="打电话", due="2020-01-01", who=who)
    assert answer.status_code == 400
    assert "没有记下" in answer.text
    assert 'value="打电话"' in answer.text
    answer = browser.submit(f"/desk/case/{number}/reopen", text="再看看")
    assert (answer.status_code, "现在做不了" in answer.text) == (409, True)
    for odd in ({"kind": "x", "risk": "low"}, {"kind": "resolved", "risk": ""}, {"risk": "low"}):
        assert browser.submit(f"/desk/case/{number}/close", text="好了", **odd).status_code == 400
    with reading() as session:
        assert session.execute(select(CareCase.state)).scalar_one() == CaseState.open


@pytest.mark.parametrize("odd", ["20261128-00009", "x", "%00", "1", "20261128-0000000001"])
def test_a_case_that_is_not_there_is_a_404(desk_url: str, odd: str) -> None:
    browser = staffed(desk_url)
    assert browser.get(f"/desk/case/{odd}").status_code == 404
    assert browser.submit(f"/desk/case/{odd}/plan", text="x").status_code == 404


def test_opening_the_file_is_audited(desk_url: str) -> None:
    browser = staffed(desk_url)
    number = number_of(cry().conversation_id)
    browser.get(f"/desk/case/{number}")
    with reading() as session:
        [read] = session.execute(select(CaseEvent).where(CaseEvent.kind == "read")).scalars()
        assert read.staff_id == staff_id_of("lifang")
    assert "谁看过（1）" in browser.get(f"/desk/case/{number}").text.replace("（2）", "（1）")


def test_a_request_to_close_is_counted_for_leads_listed_and_sent_back(desk_url: str) -> None:
    browser, lead = staffed(desk_url), staffed(desk_url, "boss", Role.lead)
    conversation = cry("活着没意思", level=Level.high).conversation_id
    number = number_of(conversation)
    assert lead.get("/desk/api/queue").json()["todo"] == 0
    answer = browser.submit(f"/desk/case/{number}/close", kind="resolved", risk="low", text="谈好了", contact="true")
    assert answer.status_code == 303
    assert lead.get("/desk/api/queue").json()["todo"] == 1
    assert browser.get("/desk/api/queue").json()["todo"] == 0
    assert number in lead.get("/desk/todo").text
    assert number not in browser.get("/desk/todo").text
    assert browser.submit(f"/desk/case/{number}/approve").status_code == 403
    assert lead.submit(f"/desk/case/{number}/send_back", text="再打一次电话").status_code == 303
    assert "再打一次电话" in browser.get(f"/desk/case/{number}").text
    assert lead.get("/desk/api/queue").json()["todo"] == 0


def test_nothing_of_a_case_stands_in_an_address(desk_url: str) -> None:
    browser = staffed(desk_url)
    number = number_of(cry("活着没意思", level=Level.high).conversation_id)
    answer = browser.submit(f"/desk/case/{number}/plan", text="车前草")
    assert answer.headers["location"] == f"/desk/case/{number}#plan"
    assert casefile.of(number).plan[0].text == "车前草"
