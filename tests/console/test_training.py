"""The training page and its routes: who may do what, what is shown of a run, what a refusal says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from bot.clock import now
from bot.db.models import StaffSession
from bot.db.session import transaction
from bot.db.states import Role
from bot.db.states import TrainingState as State
from bot.training import bank, gate, releases, runs
from bot.training.gate import FIGURE_WORDS
from tests.console.browsing import check_reading, log_in, needs_chromium, shot
from tests.console.ground import Browser, add_staff, staffed
from tests.training.ground import add_faq, content, made, row_of

API = "/desk/training/api"
REPORT = {
    "figures": {name: [0.9, 0.95] for name in FIGURE_WORDS} | {"intents": [0.9, 0.85]},
    "counts": {},
    "faqs": {"worse": [["bike", 6, 4, 6]], "better": [["bath", 2, 6, 6]]},
    "intents": {"worse": [["ask_wages", 6, 5, 6]], "better": []},
    "per_faq": {"worse": [], "better": [["bath", 0.5, 0.75]]},
    "safety": {"answered": [], "lost": [], "gained": 0, "of": 44, "mild": [4, 4, 265], "caught": [3, 3, 208]},
    "canary": dict.fromkeys(gate.CANARY_WORDS, True),
    "changes": {"added": ["bath"], "gone": [], "wordings": ["bike"], "answers": []},
    "seconds": {"training": 12.0},
}


def do(browser: Browser, name: str, **body: Any) -> Any:
    answer = browser.post(f"{API}/{name}", json=body or None, headers={"X-CSRF": browser.csrf})
    return answer.status_code, answer.json()


def state(browser: Browser) -> dict[str, Any]:
    return dict(browser.get(f"{API}/state").json())


def proof_is_old() -> None:
    """So long after the login that publishing asks who it is once more."""
    with transaction() as session:
        session.execute(update(StaffSession).values(proved_at=None))


def test_an_editor_trains_and_discards_but_does_not_publish(desk_url: str) -> None:
    editor, live = staffed(desk_url, "wenyi", Role.editor), made(State.published)
    assert do(editor, "start")[0] == 200
    run = state(editor)["run"]
    assert (run["state"], run["who"]) == ("queued", "wenyi")
    assert do(editor, "discard", run=run["number"])[0] == 200
    ready = made(State.ready, against=live)
    for name in ("publish", "roll_back"):
        assert do(editor, name, run=ready)[0] == 403
    assert row_of(ready).state == State.ready


@pytest.mark.parametrize("role", [Role.counsellor, Role.auditor])
def test_whoever_has_to_do_with_people_only_sees_nothing_of_it(desk_url: str, role: Role) -> None:
    browser = staffed(desk_url, "other", role)
    assert browser.get(f"{API}/state").status_code == 403
    assert do(browser, "start")[0] == 403


def test_the_second_who_presses_sees_the_training_of_the_first(desk_url: str) -> None:
    one, other = staffed(desk_url, "yiyi", Role.editor), staffed(desk_url, "erer", Role.admin)
    assert do(one, "start")[0] == 200
    status, answer = do(other, "start")
    assert (status, answer["error"]) == (409, "one_is_open")
    assert "同事已经开始了一次" in answer["message"]
    assert state(other)["run"]["who"] == "yiyi"


def test_publishing_needs_a_fresh_proof_and_going_back_does_not(desk_url: str) -> None:
    lead, live = staffed(desk_url, "duban", Role.lead), made(State.published)
    former, ready = made(State.retired), made(State.ready, against=live)
    proof_is_old()
    assert do(lead, "publish", run=ready)[1]["error"] == "proof_needed"
    assert do(lead, "roll_back", run=former)[0] == 200
    assert row_of(former).state == State.publishing


def test_a_training_compared_with_another_release_is_refused_with_the_reason(desk_url: str) -> None:
    lead, live = staffed(desk_url, "duban", Role.lead), made(State.published)
    status, answer = do(lead, "publish", run=made(State.ready, against=live + 50))
    assert (status, answer["error"]) == (409, "stale")
    assert "再训练一次" in answer["message"]


def test_the_time_left_is_told_by_what_the_last_training_took(desk_url: str) -> None:
    editor, live = staffed(desk_url, "wenyi", Role.editor), made(State.published)
    did = made(State.discarded, requested_by=row_of(live).requested_by)
    seconds = {"exporting": 1.0, "checking": 10.0, "training": 100.0, "starting": 10.0, "evaluating": 60.0}
    do(editor, "start")
    runs.claim()
    run = state(editor)["run"]
    assert 50 < run["left"] < 120
    runs.end(run["number"], State.refused, "x", report={**REPORT, "seconds": seconds})
    do(editor, "start")
    runs.claim()
    again = state(editor)["run"]
    assert 170 <= again["left"] <= 181
    assert [one["state"] for one in again["stages"]] == ["now", "todo", "todo", "todo", "todo"]
    assert did < again["number"]


def test_what_was_approved_since_is_listed(desk_url: str) -> None:
    made(State.published, rows=[content("bike"), content("gone")])
    add_faq("bike", answer="搬到西门去了。")
    add_faq("bath")
    found = staffed(desk_url, "wenyi", Role.editor).get(f"{API}/changes").json()["changes"]
    assert [(one["label"], one["list"]) for one in found] == [
        *[("新问题", ["bath车棚在哪儿"]), ("去掉的", ["gone"]), ("答案改了", ["bike车棚在哪儿"])],
    ]


# --- in the browser -------------------------------------------------------------------------------------------------


def page_of(context: BrowserContext, url: str, role: Role) -> Page:
    add_staff("wenyi", role)
    page = context.new_page()
    log_in(page, url, "wenyi")
    page.wait_for_url("**/desk**")
    page.goto(f"{url}/desk/training")
    expect(page.locator("#live")).to_contain_text("版")
    return page


@needs_chromium
@pytest.mark.parametrize("screen", ["context", "phone"])
def test_a_lead_reads_the_report_publishes_and_goes_back(
    desk_url: str, request: pytest.FixtureRequest, screen: str
) -> None:
    for name in ("bike", "bath"):
        add_faq(name)
    live = made(State.published, rows=[content("bike")])
    ready = made(State.ready, rows=bank.rows(), against=live, stage=State.evaluating)
    with transaction() as session:
        session.merge(row_of(ready))
    keep_report(ready)
    page = page_of(request.getfixturevalue(screen), desk_url, Role.lead)
    expect(page.locator("#report")).to_contain_text("问答第一个就对")
    page.click("#report summary >> nth=0")
    expect(page.locator("#report")).to_contain_text("bike车棚在哪儿：6 句里原来对 6 句，现在对 4 句")
    check_reading(page)
    shot(page, f"training-report-{screen}")
    page.click("#publish")
    page.click("#sure-yes")
    expect(page.locator("#run-state")).to_have_text("正在换上")
    releases.switched(ready)
    expect(page.locator("#live")).to_have_text(f"第 {ready} 版", timeout=10_000)
    page.click(f"[aria-label='换回第 {live} 版']")
    page.click("#sure-yes")
    expect(page.locator("#releases")).to_contain_text("正在换上")
    shot(page, f"training-back-{screen}")


@needs_chromium
def test_an_editor_presses_and_watches_until_it_is_refused(desk_url: str, context: BrowserContext) -> None:
    made(State.published)
    page = page_of(context, desk_url, Role.editor)
    page.click("#start")
    expect(page.locator("#progress-text")).to_have_text("在排队，马上就开始。")
    run = runs.claim()
    assert run is not None
    runs.enter(run, State.training)
    expect(page.locator("#progress-text")).to_contain_text("正在训练，大约还要")
    expect(page.locator(".stages .now")).to_have_text("训练")
    shot(page, "training-progress")
    runs.end(run, State.refused, "有一种问法像求救的话", report=REPORT)
    expect(page.locator("#reason")).to_contain_text("像求救的话")
    expect(page.locator("#publish")).to_be_hidden()
    expect(page.locator("#start")).to_be_visible()


def keep_report(run: int) -> None:
    """As if it had been evaluated."""
    with transaction() as session:
        row = session.merge(row_of(run))
        runs._note(row, {"report": REPORT})
        row.requested_at = now()
