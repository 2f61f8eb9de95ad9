"""The routes of the lexicon page: who may, what is told, what is never in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.db.models import CaseEvent
from bot.db.session import reading
from bot.db.states import Role
from tests.console.ground import Browser, cry, staffed, write
from tests.console.test_rights import CELLS
from tests.lexicon.ground import GOOD, PHRASE, REVIEW, frozen_set, new_process


@pytest.fixture(autouse=True)
def small_frozen_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An invented frozen set, and a process that has loaded no release yet."""
    new_process()
    with frozen_set(tmp_path / "frozen", monkeypatch):
        yield
    new_process()


class Lexicon(Browser):
    """The page's script."""

    def do(self, name: str, body: object = None) -> httpx.Response:
        """A write."""
        return self.post(f"/desk/triage/api/{name}", json=body, headers={"X-CSRF": self.csrf})

    def state(self) -> dict[str, Any]:
        """What the page shows."""
        return dict(self.get("/desk/triage/api/state").json())

    def check(self, name: str) -> dict[str, Any]:
        """Starts a check and waits for its end."""
        assert self.do(name).status_code == 200
        for _ in range(600):
            found: dict[str, Any] = self.state()["draft"][name]
            if found["state"] != "running":
                return found
            time.sleep(0.1)
        raise AssertionError(f"{name} did not end")


def lexicon(url: str, role: Role = Role.admin) -> Lexicon:
    """A member of staff at the page."""
    known = staffed(url, f"one-{role}", role)
    browser = Lexicon(url)
    browser.cookies, browser.csrf = known.cookies, known.csrf
    return browser


def add(browser: Lexicon, row: dict[str, Any] = GOOD, file: str = "high.yml") -> httpx.Response:
    return browser.do("add", {"file": file, "row": row})


def test_only_admins_change_the_lexicon_and_leads_look() -> None:
    roles = {(method, path.removeprefix("/desk/triage")): found for method, path, found in CELLS if "triage" in path}
    looks = {("GET", ""), ("GET", "/api/state"), ("GET", "/api/marks"), ("GET", "/api/changed"), ("POST", "/api/rows")}
    for cell, found in roles.items():
        assert found == (frozenset({Role.admin, Role.lead}) if cell in looks else frozenset({Role.admin})), cell
    assert len(roles) > len(looks)


def test_the_whole_way_from_a_row_to_its_release_and_back(desk_url: str) -> None:
    browser = lexicon(desk_url)
    write(PHRASE)
    assert add(browser).status_code == 200
    assert browser.do("publish").json()["message"].startswith("这份草稿还没有")
    assert browser.check("replay")["moves"][0]["after_label"] == "高危"
    assert browser.check("gate")["passed"] is True
    assert browser.state()["draft"]["checked"] is True
    assert browser.do("publish").status_code == 200
    state = browser.state()
    assert (state["in_use"]["number"], state["draft"], state["releases"][0]["state_label"]) == (1, None, "在用")
    assert [act.split(" ")[-1] for act in state["releases"][0]["acts"]] == [
        *("one-admin改了草稿", "one-admin做了回放", "one-admin做了过关检查", "one-admin发布")
    ]
    assert browser.do("roll_back").status_code == 200
    assert browser.state()["in_use"]["number"] is None
    assert browser.do("roll_back").status_code == 409


def test_the_words_of_messages_come_only_on_request_and_the_look_is_audited(desk_url: str) -> None:
    browser = lexicon(desk_url)
    conversation = cry(PHRASE).conversation_id
    add(browser)
    browser.check("replay")
    texts = [browser.get("/desk/triage").text, browser.get("/desk/triage/api/state").text]
    assert all(conversation not in text for text in texts)
    [message] = browser.get("/desk/triage/api/changed").json()["messages"]
    assert (message["text"], message["conversation"]) == (PHRASE, conversation)
    assert message["pseudonym"].startswith("职工-")
    with reading() as session:
        assert list(session.execute(select(CaseEvent.kind).where(CaseEvent.kind == "read")).scalars()) == ["read"]
    assert browser.state()["draft"]["acts"][-1].endswith("one-admin看了会变的话")


def test_without_a_replay_there_are_no_messages_to_look_at(desk_url: str) -> None:
    browser = lexicon(desk_url)
    assert browser.get("/desk/triage/api/changed").status_code == 404
    add(browser)
    assert browser.get("/desk/triage/api/changed").status_code == 404


def test_rows_are_found_by_words_note_or_kind(desk_url: str) -> None:
    browser = lexicon(desk_url, Role.lead)
    found = browser.do("rows", {"file": "high.yml", "text": "一死了之"}).json()
    assert found["total"] == 2
    assert found["rows"][-1]["name"] == "一死了之"
    assert browser.do("rows", {"file": "combine.yml", "text": "despair"}).json()["total"] > 1
    everything = browser.do("rows", {"file": "high.yml"}).json()
    assert len(everything["rows"]) < everything["total"]
    assert browser.do("rows", {"file": "../secrets.env"}).status_code == 404


def test_faults_are_told_in_the_words_of_the_page(desk_url: str) -> None:
    browser = lexicon(desk_url)
    rows = [{**GOOD, "note": ""}, {**GOOD, "expression": "一死了之"}, {**GOOD, "expression": "别的", "level": "bad"}]
    for row in rows:
        add(browser, row)
    faults = browser.state()["draft"]["faults"]
    assert faults[0] == "草稿第 1 条：缺少说明"
    assert faults[1] == "草稿第 3 条：没有这样的级别：bad"
    assert faults[2].startswith("草稿第 2 条：“一死了之”已经有了，在高危第 ")
    for name in ("gate", "replay"):
        assert browser.do(name).json()["message"] == "草稿里有错，先按下面列出的改好。"


def test_a_row_that_is_switched_off_is_shown_so_and_comes_back_when_the_change_is_taken_back(desk_url: str) -> None:
    browser = lexicon(desk_url)
    assert browser.do("drop", {"file": "high.yml", "name": "一死了之", **REVIEW}).status_code == 200

    def is_off() -> bool:
        rows = browser.do("rows", {"file": "high.yml", "text": "一死了之"}).json()["rows"]
        return bool(rows[-1]["off"])

    assert is_off()
    change = browser.state()["draft"]["changes"][0]
    assert (change["op_label"], change["level"]) == ("停用", "high")
    browser.do("take_back", {"draft": browser.state()["draft"]["id"], "at": 0})
    assert not is_off()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("add", {}),
        ("add", {"file": "high.yml", "row": "x"}),
        ("add", {"file": "words.yml", "row": {"expression": "x"}}),
        ("add", {"file": "high.yml", "row": {"expression": "x" * 3000}}),
        ("drop", {"file": "high.yml", "name": "一死了之", "note": " ", "reviewer": "x"}),
        ("take_back", {"draft": "x"}),
        ("rows", {"file": 5}),
    ],
)
def test_odd_input_is_a_400_that_changes_nothing(desk_url: str, name: str, body: object) -> None:
    browser = lexicon(desk_url)
    answer = browser.do(name, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_input")
    assert browser.state()["draft"] is None


def test_the_page_has_no_inline_script_or_style(desk_url: str) -> None:
    page = lexicon(desk_url).get("/desk/triage").text
    for inline in ("<style", "style=", "onclick=", "javascript:", "<script>"):
        assert inline not in page
