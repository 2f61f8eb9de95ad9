"""The pages of FAQs: found, written, approved by another, taken back, imported whole or not at all."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from bot.clock import local, now
from bot.console import faq_import
from bot.db.faq_models import FaqRevision
from bot.db.models import Faq
from bot.db.session import reading, transaction
from bot.db.states import RevisionSource, RevisionState, Role
from bot.knowledge import exporting, faqs, listing, revisions, similar
from bot.knowledge.columns import COLUMNS, cells
from bot.knowledge.content import Content
from bot.knowledge.exporting import Format
from bot.knowledge.listing import Status
from tests.console.ground import Browser, staff_id_of, staffed
from tests.knowledge.ground import good, published

HOME = "/desk/faqs"


def typed(content: Content, **more: str) -> dict[str, str]:
    """The fields of the editor."""
    return {**dict(zip(COLUMNS, cells(content), strict=True)), "topic": content.topic, **more}


def two(url: str) -> tuple[Browser, Browser]:
    """Two editors."""
    return staffed(url, "wordone", Role.editor), staffed(url, "wordtwo", Role.editor)


def upload(browser: Browser, file: bytes, receipt: str = "") -> dict[str, object]:
    path = f"{HOME}/api/import?receipt={receipt}"
    answer = browser.post(path, content=file, headers={"X-CSRF": browser.csrf}, timeout=240)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_editor_starts_at_the_faqs_and_finds_them_by_any_of_their_words(desk_url: str) -> None:
    faqs.seed()
    browser = staffed(desk_url, "wordone", Role.editor)
    page = browser.get(HOME)
    assert "第 1 页" in page.text
    found = browser.submit(HOME, text="寻了短见", topic="injury").text
    assert "找到 1 条" in found
    assert "injury_suicide_work_injury" in found
    assert "找到 0 条" in browser.submit(HOME, text="寻了短见", status="retired").text
    second = browser.submit(HOME, page="2").text
    assert "第 2 页" in second
    assert second != page.text


def test_a_wording_is_written_by_one_and_approved_by_another(desk_url: str) -> None:
    one, other = two(desk_url)
    draft = one.submit(f"{HOME}/save", **typed(good(), faq_id="", act="submit")).headers["location"]
    assert "等另一位同事来审" in one.get(draft).text
    refused = one.submit(f"{draft}/approve")
    assert (refused.status_code, "另一位同事" in refused.text) == (403, True)
    assert "灯笼票是什么" in other.get(f"{HOME}/review").text
    assert other.submit(f"{draft}/approve").status_code == 303
    faq_id = revisions.get(1).faq_id
    shown = other.get(f"{HOME}/one/{faq_id}").text
    assert "wordtwo" in shown
    assert "依据：《工会法》" in shown


def test_a_draft_with_faults_is_kept_and_told_what_is_wrong(desk_url: str) -> None:
    one, _ = two(desk_url)
    cry = replace(good(), variants=(*good().variants, "我不想活了，今晚就走"))
    answer = one.submit(f"{HOME}/save", **typed(cry, faq_id="", act="submit"))
    assert answer.status_code == 400
    assert "先被当成求救" in answer.text
    assert "灯笼票怎么领" in answer.text
    again = one.submit(f"{HOME}/save", **typed(good(), faq_id=revisions.get(1).faq_id, act="submit"))
    assert again.status_code == 303
    assert revisions.get(1).state == RevisionState.in_review


def test_the_editor_hears_of_faults_of_near_wordings_and_sees_the_answer(desk_url: str) -> None:
    faqs.seed()
    one, _ = two(desk_url)
    with reading() as session:
        row = session.execute(select(Faq).where(Faq.id == "union_12351")).scalar_one()
        taken, near = row.question, row.variants[0] + "呢请问"
    asked = typed(good(question=taken, variants=(*good().variants, near)), faq_id="")
    found = one.post(f"{HOME}/api/check", json=asked, headers={"X-CSRF": one.csrf}).json()
    assert ["question", "union_12351"] in [
        [one["field"], one["words"].split("（")[1].split("）")[0]] for one in found["faults"]
    ]
    assert "union_12351" in [one["faq"] for one in found["near"]]
    assert "依据：《工会法》第六条（全国，2022-01-01 起" in found["preview"]["lines"][-1]
    assert any("职工热线" in line for line in found["preview"]["lines"])
    assert not any("职工热线" in line for line in found["preview_empty"]["lines"])
    assert found["preview"]["buttons"] == ["有用", "没用"]


def test_history_shows_what_changed_and_brings_a_former_wording_back(desk_url: str) -> None:
    faqs.seed()
    one, other = two(desk_url)
    with reading() as session:
        before = revisions.live(session.get_one(Faq, "union_12351"))
    published(replace(before, answer="改过的说法。"), staff_id_of("wordone"), staff_id_of("wordtwo"), "union_12351")
    page = one.get(f"{HOME}/one/union_12351").text
    assert '<li class="added">＋ 改过的说法。</li>' in page
    draft = one.submit(f"{HOME}/one/union_12351/restore", revision="0").headers["location"]
    assert one.submit(f"{draft}/submit").status_code == 303
    assert other.submit(f"{draft}/approve").status_code == 303
    assert "改过的说法" not in faqs.render("union_12351").text


def test_what_is_sent_back_comes_back_with_its_reason(desk_url: str) -> None:
    one, other = two(desk_url)
    draft = one.submit(f"{HOME}/save", **typed(good(), faq_id="", act="submit")).headers["location"]
    assert "写明原因" in other.submit(f"{draft}/send_back", comment=" ").text
    other.submit(f"{draft}/send_back", comment="地址写上")
    assert "退回：地址写上" in one.get(draft).text
    assert "退回的原因：地址写上" in one.get(f"{HOME}/one/{revisions.get(1).faq_id}/edit").text


def test_a_retired_answer_is_taken_back_at_once(desk_url: str) -> None:
    faqs.seed()
    one, _ = two(desk_url)
    one.submit(f"{HOME}/one/union_12351/retire")
    assert "已经收回" in faqs.render("union_12351").text
    assert "已收回" in one.get(f"{HOME}/one/union_12351").text
    one.submit(f"{HOME}/one/union_12351/reinstate")
    assert "已经收回" not in faqs.render("union_12351").text


def test_a_file_with_faults_is_told_row_by_row_and_a_good_one_waits_for_a_second_person(desk_url: str) -> None:
    one, other = two(desk_url)
    bad = exporting.written([good(), good("木桥券", answer=""), good("纸鸢证", topic="astrology")], Format.xlsx)
    found = upload(one, bad)
    assert [fault[:2] for fault in found["faults"]] == [[3, "回答"], [4, "主题"]]  # type: ignore[union-attr]
    assert found["receipt"] == ""
    file = exporting.written([good(), good("木桥券")], Format.xlsx)
    checked = upload(one, file)
    assert (checked["new"], checked["faults"]) == (2, [])
    assert upload(other, file, str(checked["receipt"]))["moved"] is True  # another's check is none
    batch = str(upload(one, file, str(checked["receipt"]))["batch"])
    assert "等另一位同事来审" in one.get(batch).text
    assert one.submit(f"{batch}/approve").status_code == 403
    assert other.submit(f"{batch}/approve").status_code == 303
    with reading() as session:
        assert session.execute(select(func.count(Faq.id))).scalar() == 2


def test_a_file_that_is_too_large_or_none_is_refused(desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = two(desk_url)
    headers = {"X-CSRF": one.csrf}
    assert one.post(f"{HOME}/api/import", content=b"x" * 20, headers=headers).status_code == 400
    monkeypatch.setattr(faq_import.importing, "MAX_FILE", 100)
    assert one.post(f"{HOME}/api/import", content=b"x" * 200, headers=headers).status_code == 400


def test_an_export_can_be_filtered_and_is_named_as_a_file(desk_url: str) -> None:
    faqs.seed()
    one, _ = two(desk_url)
    answer = one.submit(f"{HOME}/export", topic="union", format="csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="xinqiao-faq.csv"'
    assert "union_12351" in answer.text
    assert "injury" not in answer.text


def test_the_list_the_search_and_the_near_wordings_are_quick_with_5000(database: object) -> None:
    rows = [good(f"第{number}号灯笼", id=f"lamp_{number}").plain() for number in range(5000)]
    day = local(now()).date()
    with transaction() as session:
        facts = {"reviewer": "x", "reviewed_on": day, "source_digest": "", "valid_from": day, "valid_to": None}
        session.execute(insert(Faq), [{**row, **facts} for row in rows])
    started = time.process_time()
    assert len(listing.find("第77号", status=Status.unused)) == 1
    assert time.process_time() - started < 2
    asked = good("第78号灯")
    similar.nearest(asked)
    started = time.process_time()
    assert similar.nearest(asked) != []
    assert time.process_time() - started < 1


def test_what_is_near_its_end_is_found(database: object) -> None:
    faqs.seed()
    day = local(now()).date()
    with transaction() as session:
        session.get_one(Faq, "union_12351").valid_to = day
        session.get_one(Faq, "union_boss_blocks_joining").valid_to = day.replace(year=day.year - 1)
    assert [row.id for row in listing.find(status=Status.expiring)] == ["union_12351"]
    assert [row.id for row in listing.find(status=Status.expired)] == ["union_boss_blocks_joining"]
    assert listing.expiring() == (1, 1)


def test_a_proposed_wording_lies_encrypted_in_the_database(database: object) -> None:
    from tests.knowledge.ground import person

    revisions.save_draft(person("anna"), good(), source=RevisionSource.inbox)
    with reading() as session:
        raw = session.connection().exec_driver_sql("SELECT content FROM faq_revision").scalar_one()
        assert "灯笼票".encode() not in bytes(raw)
        assert session.execute(select(func.count(FaqRevision.id))).scalar() == 1
