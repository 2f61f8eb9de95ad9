"""The page of activities: an editor adds, mends, publishes and takes back; a fault keeps what was typed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import local, now
from bot.db.states import Role
from bot.programme import activities
from tests.console.ground import staffed

PAGE = "/desk/activities"
NEXT_WEEK = f"{local(now() + timedelta(days=7)):%Y-%m-%dT%H:%M}"
PLAN = {"kind": "lecture", "title": "焊接安全", "place": "职工夜校", "starts": NEXT_WEEK}


def test_an_editor_adds_publishes_changes_and_takes_back_and_workers_see_it_meanwhile(desk_url: str) -> None:
    editor = staffed(desk_url, "sunyan", Role.editor)
    assert PAGE in editor.get("/desk/account").text
    assert editor.submit(PAGE, **PLAN).status_code == 303
    (row,) = activities.listing()
    assert "草稿" in editor.get(PAGE).text
    assert activities.upcoming() == []
    assert editor.submit(f"{PAGE}/publish", id=str(row.id)).status_code == 303
    assert "已发布" in editor.get(PAGE).text
    assert editor.submit(PAGE, **PLAN, id=str(row.id), sign_up="到班组报名").status_code == 303
    assert activities.upcoming()[0].sign_up == "到班组报名"
    assert editor.submit(f"{PAGE}/take_back", id=str(row.id)).status_code == 303
    assert activities.upcoming() == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "名称要 1 到 60 个字"),
        ({"starts": "明天"}, "开始时间不对"),
        ({"ends": "2020-01-01T08:00"}, "结束时间不对"),
    ],
)
def test_a_fault_is_told_and_what_was_typed_stays(desk_url: str, wrong: dict[str, str], told: str) -> None:
    editor = staffed(desk_url, "sunyan", Role.editor)
    answer = editor.submit(PAGE, **{**PLAN, "place": "夜校<b>", **wrong})
    assert (answer.status_code, told in answer.text) == (400, True)
    assert 'value="夜校&lt;b&gt;"' in answer.text
    assert activities.listing() == []


def test_what_is_over_is_not_published_and_what_is_gone_is_404(desk_url: str) -> None:
    editor = staffed(desk_url, "sunyan", Role.editor)
    editor.submit(PAGE, **{**PLAN, "starts": f"{local(now() - timedelta(days=7)):%Y-%m-%dT%H:%M}"})
    assert "已经过去的不能发布" in editor.submit(f"{PAGE}/publish", id=str(activities.listing()[0].id)).text
    assert editor.submit(f"{PAGE}/take_back", id="77").status_code == 404


def test_a_counsellor_may_not(desk_url: str) -> None:
    counsellor = staffed(desk_url)
    assert counsellor.get(PAGE).status_code == 403
    assert counsellor.submit(PAGE, **PLAN).status_code == 403
