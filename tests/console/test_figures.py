"""The page of figures and its file, and the list of talks."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.clock import local, now
from bot.console.sheets import Sheet, workbook
from bot.db.models import Staff, StaffSession
from bot.db.rating_models import Debrief
from bot.db.session import reading, transaction
from bot.db.states import Role
from bot.level import Level
from tests.care.figures_ground import case
from tests.console.ground import Browser, staff_id_of, staffed

PAGE, TALKS = "/desk/figures", "/desk/debrief"
FORMULA = "=HYPERLINK(1)"


def a_month(by: str) -> None:
    """Eleven high cases, of which two are still open; six imminent ones."""
    with transaction() as session:
        for number in range(11):
            state = "closed" if number > 1 else "in_care"
            case(session, now() - timedelta(days=2), Level.high, seen=60, replied=90, by=by, state=state)
        for _ in range(6):
            case(session, now() - timedelta(days=3), Level.imminent, seen=30, replied=70, by=by, state="closed")


def export(lead: Browser, **fields: str) -> openpyxl.Workbook:
    answer = lead.post(f"{PAGE}/export", data={"csrf": lead.csrf, **fields})
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def test_page_and_file_show_the_same_numbers_and_hide_the_same(desk_url: str) -> None:
    lead = staffed(desk_url, "wangqiang", Role.lead)
    a_month(staff_id_of("wangqiang"))
    page = lead.get(f"{PAGE}?days=7").text
    states = re.search(r'<h2 id="states-title">.*?</section>', page, re.S)
    assert states
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', states[0])
    shown = {name: re.findall(r"<td[^>]*>(.*?)</td>", cells) for name, cells in rows}
    assert shown["陪谈中"] == ["0", "不列", "0", "0", "不列"]
    assert shown["已结案"] == ["6", "不列", "0", "0", "不列"]
    assert shown["合计"] == ["6", "11", "0", "0", "17"]
    sheet = export(lead, days="7")["办到哪一步"]
    in_file = {str(row[0]): [str(value) for value in row[1:]] for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert in_file == shown


def test_the_file_needs_a_fresh_proof_and_leads_back_to_the_page(desk_url: str) -> None:
    lead = staffed(desk_url, "wangqiang", Role.lead)
    with transaction() as session:
        session.execute(update(StaffSession).values(proved_at=now() - timedelta(minutes=6)))
    answer = lead.post(f"{PAGE}/export", data={"csrf": lead.csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/prove?back={PAGE}")
    assert "验证身份" in lead.get(PAGE).text


def test_a_name_that_looks_like_a_formula_is_a_text_in_the_file(desk_url: str) -> None:
    lead = staffed(desk_url, "wangqiang", Role.lead)
    with transaction() as session:
        session.execute(update(Staff).values(display_name=FORMULA))
    a_month(staff_id_of("wangqiang"))
    cell = export(lead)["各人接了多少"]["A4"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (FORMULA, "s", True)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40))
@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", ""])
def test_no_text_becomes_a_formula(first: str, text: str) -> None:
    made = workbook([Sheet("一", "", ["甲"], [[first + text, first + text]])])
    page = openpyxl.load_workbook(io.BytesIO(made))["一"]
    assert page["A4"].data_type in ("s", "n")  # n: empty
    assert page["A4"].data_type != "f"
    assert page["B4"].data_type in ("s", "n")
    if page["B4"].data_type == "n" and page["B4"].value is not None:
        assert (first + text).isdigit()


@pytest.mark.parametrize(
    "odd", ["days=1", "days=x", "from=2026-01-01", "from=2026-02-01&to=2026-01-01", "from=2020-01-01&to=2026-01-01"]
)
def test_an_odd_time_is_refused(desk_url: str, odd: str) -> None:
    lead = staffed(desk_url, "wangqiang", Role.lead)
    assert lead.get(f"{PAGE}?{odd}").status_code == 400


def test_charts_have_words_for_those_who_do_not_see_them_and_nothing_the_policy_forbids(desk_url: str) -> None:
    lead = staffed(desk_url, "wangqiang", Role.lead)
    a_month(staff_id_of("wangqiang"))
    page = lead.get(PAGE).text
    charts = re.findall(r"<svg class=.chart.*?</svg>", page, re.S)
    assert len(charts) >= 12
    assert all("<title" in chart and "<desc" in chart for chart in charts)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for inline in ("<style", "style=", "<script", "onclick"):
        assert inline not in page


def test_counsellors_and_editors_see_neither(desk_url: str) -> None:
    for login, role in (("lifang", Role.counsellor), ("ed", Role.editor)):
        browser = staffed(desk_url, login, role)
        assert [browser.get(path).status_code for path in (PAGE, TALKS)] == [403, 403]
    assert PAGE not in staffed(desk_url, "lin2").get("/desk").text


def test_a_lead_ticks_a_talk_and_only_they_read_their_note(desk_url: str) -> None:
    lead, other = staffed(desk_url, "wangqiang", Role.lead), staffed(desk_url, "lead2", Role.lead)
    staffed(desk_url, "lifang")
    a_month(staff_id_of("lifang"))
    assert "还没谈" in lead.get(TALKS).text
    today = local(now()).date()
    path = f"{TALKS}/{staff_id_of('lifang')}"
    assert lead.submit(path, held_on=f"{today}", note="歇两天").status_code == 303
    assert "还没谈" not in lead.get(TALKS).text
    assert ("歇两天" in lead.get(TALKS).text, "歇两天" in other.get(TALKS).text) == (True, False)
    assert "王强 谈的" in other.get(TALKS).text
    assert lead.submit(path, held_on=f"{today + timedelta(days=1)}").status_code == 400
    assert lead.submit(f"{TALKS}/{staff_id_of('wangqiang')}", held_on=f"{today}").status_code == 400
    assert lead.submit(f"{TALKS}/{'0' * 32}", held_on=f"{today}").status_code == 404
    with reading() as session:
        assert len(session.execute(select(Debrief.id)).all()) == 1
