"""The auditor's routes: who may, what is found, what an export holds, and what the chain's check says."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from bot.audit import verify
from bot.care import desk
from bot.db.models import CareCase, Staff
from bot.db.session import reading, transaction
from bot.db.states import Role
from tests.audit.ground import by_hand, drop_guards, fill, rows
from tests.closing import ENDING
from tests.console.ground import Browser, cry, staffed
from tests.console.test_rights import CELLS

WORDS = "香樟木箱子的秘密"


class Auditor(Browser):
    """The page's script."""

    def entries(self, **wanted: object) -> dict[str, Any]:
        """A page of entries."""
        answer = self.ask("entries", wanted)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ask(self, name: str, body: object) -> httpx.Response:
        """A request of the page's script."""
        return self.post(f"/desk/audit/api/{name}", json=body, headers={"X-CSRF": self.csrf})

    def check(self, anchors: str = "") -> dict[str, Any]:
        """The last line of a check."""
        return dict(json.loads(self.ask("verify", {"anchors": anchors}).text.splitlines()[-1]))

    def export(self, **wanted: str) -> httpx.Response:
        """The file."""
        return self.post("/desk/audit/export", data={"csrf": self.csrf, **wanted})


def auditor(url: str, role: Role = Role.auditor) -> Auditor:
    """A member of staff at the page."""
    known = staffed(url, f"one-{role}", role)
    browser = Auditor(url)
    browser.cookies, browser.csrf = known.cookies, known.csrf
    return browser


def worked_case(url: str) -> tuple[str, str, str]:
    """A case from the cry to its end: conversation id, number, and the id of who worked on it."""
    browser = staffed(url)
    conversation = cry(f"我在楼顶，现在就跳下去 {WORDS}").conversation_id
    browser.get(f"/desk/c/{conversation}")
    browser.act(f"c/{conversation}/claim")
    browser.act(f"c/{conversation}/reply", {"text": f"我在 {WORDS}"})
    browser.act(f"c/{conversation}/close", {**ENDING, "text": f"说好了 {WORDS}"})
    with reading() as session:
        return conversation, session.query(CareCase).one().number, session.query(Staff).one().id


def test_auditors_and_leads_read_and_check_and_only_auditors_take_a_file_away() -> None:
    roles = {path.removeprefix("/desk/audit"): found for _, path, found in CELLS if "/desk/audit" in path}
    assert roles == {
        "": frozenset({Role.auditor, Role.lead}),
        "/api/entries": frozenset({Role.auditor, Role.lead}),
        "/api/verify": frozenset({Role.auditor, Role.lead}),
        "/export": frozenset({Role.auditor}),
    }


def test_an_auditor_comes_to_the_audit_and_sees_no_case(desk_url: str) -> None:
    conversation, _, _ = worked_case(desk_url)
    browser = staffed(desk_url, "auditor", Role.auditor)
    assert browser.get("/desk/login").headers["location"] == "/desk/audit"
    for path in ("", f"/c/{conversation}", "/api/queue", f"/api/c/{conversation}/panel", "/undelivered", "/triage"):
        assert browser.get(f"/desk{path}").status_code == 403


def test_an_auditor_sees_who_did_what_and_no_word_that_was_said(desk_url: str) -> None:
    conversation, number, _ = worked_case(desk_url)
    browser = auditor(desk_url)
    found = browser.entries(case=number)
    acts = [(row["who"], row["action"], row["subject"]) for row in reversed(found["rows"])]
    assert acts == [("李芳", act, f"个案 {number}") for act in ("看对话", "接手", "回话", "申请结案")]
    seen = "".join(
        [browser.get("/desk/audit").text, json.dumps(browser.entries(), ensure_ascii=False), browser.export().text]
    )
    for words in (WORDS, "楼顶", "说好了", conversation, "职工-"):
        assert words not in seen


def test_entries_are_narrowed_by_person_action_and_day(desk_url: str) -> None:
    _, number, who = worked_case(desk_url)
    browser = auditor(desk_url)
    today = browser.entries()["rows"][0]["at"][:10]
    assert {row["who"] for row in browser.entries(staff=who)["rows"]} == {"李芳", "系统"}  # who made the account, too
    assert [row["action"] for row in browser.entries(action="replied")["rows"]] == ["回话"]
    assert browser.entries(staff=who, action="close_asked", day=today, case=number)["rows"] != []
    assert browser.entries(day="2020-01-01")["rows"] == []
    assert {row["who"] for row in browser.entries(staff="system")["rows"]} == {"系统"}


def test_entries_are_paged_by_their_number(desk_url: str) -> None:
    browser = auditor(desk_url)
    fill(120)
    before, seen = None, []
    while True:
        found = browser.entries(before=before, action="claimed")
        seen += [row["seq"] for row in found["rows"]]
        before = seen[-1]
        if not found["more"]:
            break
    assert len(seen) == 120
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "odd", [{"case": "1' OR '1'='1"}, {"staff": "x"}, {"action": "x"}, {"day": "gestern"}, {"before": "x"}]
)
def test_an_odd_search_is_refused_and_not_repeated(desk_url: str, odd: dict[str, str]) -> None:
    browser = auditor(desk_url)
    answer = browser.ask("entries", odd)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_input")
    assert next(iter(odd.values())) not in answer.text or odd["staff"] == "x"
    if "before" not in odd:
        assert browser.export(**odd).status_code == 400


def test_a_whole_chain_is_said_to_be_whole_and_the_check_is_recorded(desk_url: str) -> None:
    browser = auditor(desk_url)
    fill(5)
    head = verify.head()
    found = browser.check(f"{head.text}\n\n")
    assert found["whole"] is True
    assert f"{head.seq} 条都对，和抄下来的 1 个校验码都对得上" in found["text"]
    assert (rows()[-1].action, rows()[-1].detail) == ("audit_verified", f'{{"as_of":{head.seq},"passed":true}}')


def test_a_broken_chain_is_told_with_the_number_of_the_entry(desk_url: str) -> None:
    browser = auditor(desk_url)
    fill(5)
    drop_guards()
    by_hand("UPDATE audit_entry SET action = 'x', detail = 'x', subject_kind = 'x', at = 'x' WHERE seq = 4")
    assert browser.check() == {"whole": False, "seq": 4, "text": "第 4 条被改过"}
    shown = {row["seq"]: row for row in browser.entries()["rows"]}[4]
    assert "读不出" in shown["at"] + shown["detail"] + shown["subject"]
    assert browser.export().status_code == 200


def test_a_check_tells_how_far_it_is(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = auditor(desk_url)
    fill(30)
    monkeypatch.setattr(verify, "BATCH", 10)
    of = verify.head().seq
    lines = [json.loads(line) for line in browser.ask("verify", {}).text.splitlines()]
    assert lines[0] == {"done": 10, "of": of}
    assert len(lines) > 3


@pytest.mark.parametrize("odd", ["x", "1:2", "1:0123456789abcdef\n" * 41])
def test_what_is_no_anchor_is_a_400(desk_url: str, odd: str) -> None:
    assert auditor(desk_url).ask("verify", {"anchors": odd}).status_code == 400


def test_an_export_is_recorded_before_it_leaves_and_holds_itself(desk_url: str) -> None:
    _, number, who = worked_case(desk_url)
    browser = auditor(desk_url)
    answer = browser.export()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="audit-2')
    assert answer.headers["cache-control"] == "no-store"
    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[0] for row in table[1:]] == [str(row.seq) for row in rows()]
    assert table[-1][4] == "导出审计记录"
    assert [row[-1] for row in table[1:]] == [row.hash for row in rows()]
    part = browser.export(staff=who, case=number, action="close_asked", day=rows()[0].at[:10])
    assert part.status_code == 200
    assert f'"case":"{number}"' in rows()[-1].detail
    assert f'"who":"{who}"' in rows()[-1].detail


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", " =1", "\t=1", "＝1", '"=1"'])
def test_no_cell_of_an_export_is_a_formula(desk_url: str, name: str) -> None:
    browser = auditor(desk_url)
    with transaction() as session:
        session.execute(update(Staff).values(display_name=name))
    text = browser.export().text.removeprefix("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any(name in cell for cell in cells)
    assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@", "＝"))]


def test_a_lead_reads_and_an_admin_does_not(desk_url: str) -> None:
    lead, admin = auditor(desk_url, Role.lead), auditor(desk_url, Role.admin)
    assert lead.get("/desk/audit").status_code == 200
    assert "导出这些" not in lead.get("/desk/audit").text
    assert lead.export().status_code == 403
    assert admin.get("/desk/audit").status_code == 403
    assert '"/desk/audit"' in lead.get("/desk").text
    assert '"/desk/audit"' not in admin.get("/desk").text


def test_who_lost_the_race_is_not_recorded_as_the_one_who_claimed(desk_url: str) -> None:
    first, second = staffed(desk_url), staffed(desk_url, "wangqiang")
    conversation = cry().conversation_id
    assert [browser.act(f"c/{conversation}/claim").status_code for browser in (first, second)] == [200, 409]
    assert [row.action for row in rows()].count("claimed") == 1
    assert desk.queue()[0].staff_name == "李芳"
