"""A file in, a file out: every fault is told with its row and column, and nothing is half imported."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
from sqlalchemy import func, select

from bot.db.faq_models import FaqRevision
from bot.db.models import Faq
from bot.db.session import reading
from bot.db.states import RevisionState
from bot.errors import BadInput, NotFound
from bot.knowledge import batches, exporting, faqs, importing, revisions
from bot.knowledge.columns import COLUMNS, cells
from bot.knowledge.content import Content
from bot.knowledge.exporting import Format
from bot.knowledge.importing import Found, Report
from tests.knowledge.ground import good, person, published

HEAD = list(COLUMNS.values())


def workbook(*rows: list[object], change: Callable[[object], None] | None = None) -> bytes:
    """An XLSX file with our headings and these rows."""
    book = openpyxl.Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)  # type: ignore[union-attr]
    if change:
        change(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def row_of(content: Content, **changes: object) -> list[object]:
    """The cells of a content, some of them others."""
    values: dict[str, object] = dict(zip(COLUMNS, cells(content), strict=True))
    return list({**values, **changes}.values())


def places(report: Report) -> set[tuple[int, str]]:
    return {(fault.row, fault.column) for fault in report.faults}


def refused(file: bytes) -> str:
    """Why a file as a whole is not read."""
    [fault] = importing.examine(file).faults
    assert fault.row == 0
    return fault.words


@pytest.mark.parametrize("as_", list(Format))
def test_what_was_exported_and_is_imported_again_changes_nothing(database: object, as_: Format) -> None:
    faqs.seed()
    one, two = person("anna"), person("berta")
    published(
        good(variants=(*good().variants, "=灯笼票()", "'=单引号", "-减号灯笼票"), valid_to=date(2030, 1, 1)), one, two
    )
    with reading() as session:
        contents = [revisions.live(row) for row in session.execute(select(Faq)).scalars()]
    report = importing.examine(exporting.written(contents, as_))
    assert report == Report(rows=len(contents), same=len(contents))


def test_every_fault_is_told_with_its_row_and_its_column(database: object) -> None:
    published(good("石磨表", id="stone"), person("anna"), person("berta"))
    file = workbook(
        row_of(good()),
        row_of(good("木桥券"), topic="占星", question="长" * 30, valid_from="明年"),
        [None] * 10,
        row_of(good("纸鸢证"), variants="一句", answer="", basis=""),
        row_of(good("竹筏卡"), id="twice"),
        row_of(good("铜铃单"), id="twice"),
        row_of(good("瓦罐帖"), related="nowhere", question="石磨表怎么领"),
        row_of(good("草帽函"), variants="\n".join((*good("草帽函").variants, "我不想活了，今晚就走"))),
    )
    assert places(importing.examine(file)) == {
        *((3, "主题"), (3, "问题"), (3, "生效日期")),
        *((5, "问法"), (5, "回答"), (5, "依据")),
        *((6, "编号"), (7, "编号")),
        *((8, "相关问题"), (8, "问题"), (9, "问法")),
    }


def test_two_rows_with_the_same_wording_are_told(database: object) -> None:
    report = importing.examine(workbook(row_of(good()), row_of(good("木桥券", question="灯笼票怎么领？"))))
    assert places(report) == {(3, "问题")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_any_encoding(database: object, encoding: str) -> None:
    text = exporting.written([good(id="lantern")], Format.csv).decode("utf-8-sig")
    report = importing.examine(text.encode(encoding))
    assert (report.new, report.faults) == (1, ())
    assert importing.parse(report.contents[0]) == good(id="lantern")


def test_dates_of_excel_and_numbers_are_read_as_what_they_are(database: object) -> None:
    row = row_of(good(id="lantern"), valid_from=datetime(2022, 1, 1), valid_to=date(2030, 1, 1))
    [content] = importing.examine(workbook(row)).contents
    assert (content["valid_from"], content["valid_to"]) == ("2022-01-01", "2030-01-01")


def test_a_new_row_needs_no_id_and_a_topic_may_stand_there_in_its_own_words(database: object) -> None:
    [content] = importing.examine(workbook(row_of(good(), id=None, topic="union"))).contents
    assert content["id"].startswith("union_")


def test_formulas_are_no_text_and_merged_cells_are_told(database: object) -> None:
    report = importing.examine(workbook(row_of(good(), answer='=HYPERLINK("http://127.0.0.1/","x")')))
    assert Found(2, "回答", "这一格是公式或者出错的公式，请改成文字") in report.faults
    merged = workbook(row_of(good()), row_of(good("木桥券")), change=lambda sheet: sheet.merge_cells("A2:A3"))  # type: ignore[attr-defined]
    assert "A2:A3" in refused(merged)


def test_a_file_that_is_none_is_refused_with_the_reason(database: object) -> None:
    assert "空的" in refused(b" \n")
    assert ".xls" in refused(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert "打不开" in refused(b"PK\x03\x04" + bytes(600))
    assert "列" in refused("问题,回答\n一,二\n".encode())
    assert "没有内容" in refused((",".join(HEAD) + "\n").encode())
    assert "引号" in refused((",".join(HEAD) + '\n"一\n').encode())
    assert "编码" in refused(b"\xff\xfe\x00\xd8" + b"\x00\xdc\x80")
    assert "写法" in refused(b"- a: [1\n")
    assert "引用" in refused(b"- &a {id: x}\n- *a\n")
    assert "写法" in refused(b"- !!python/object/apply:os.system ['id']\n")
    assert "列名" in refused(b"- 1\n- 2\n")
    assert "最多" in refused((",".join(HEAD) + "\n" + "x,\n" * 5001).encode())


def test_a_zip_that_unpacks_to_very_much_is_refused_unopened(database: object) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for number in range(9):
            parts.writestr(f"xl/{number}.xml", bytes(10 * 1024 * 1024))
    assert len(file.getvalue()) < importing.MAX_FILE
    assert "太大" in refused(file.getvalue())


def test_an_import_waits_as_one_for_a_second_person_who_makes_all_of_it_live(any_database: str) -> None:
    one, two = person("anna"), person("berta")
    report = importing.examine(workbook(row_of(good(id="lantern")), row_of(good("木桥券"))))
    batch = importing.keep(one, report)
    assert [(row.id, row.author_id, row.count) for row in batches.listing()] == [(batch, one, 2)]
    with reading() as session:
        assert session.execute(select(func.count(Faq.id))).scalar() == 0
    with pytest.raises(revisions.OwnWork):
        batches.approve(one, batch)
    assert batches.approve(two, batch) == 2
    assert "身份证" in faqs.render("lantern").text
    assert batches.listing() == []
    with pytest.raises(NotFound):
        batches.approve(two, batch)


def test_a_batch_is_live_whole_or_not_at_all(any_database: str) -> None:
    one, two = person("anna"), person("berta")
    batch = importing.keep(one, importing.examine(workbook(row_of(good(id="lantern")), row_of(good("木桥券")))))
    published(good("木桥券"), two, one)  # meanwhile somebody wrote the same by hand
    with pytest.raises(revisions.BadContent):
        batches.approve(two, batch)
    with pytest.raises(NotFound):
        faqs.render("lantern")
    batches.discard(two, batch)
    with reading() as session:
        states = session.execute(select(FaqRevision.state).where(FaqRevision.batch == batch)).scalars().all()
    assert set(states) == {RevisionState.discarded}


def test_a_file_with_a_fault_imports_nothing(database: object) -> None:
    report = importing.examine(workbook(row_of(good()), row_of(good("木桥券"), answer="")))
    assert (len(report.faults), report.contents) == (1, ())
    with pytest.raises(BadInput):
        importing.keep(person("anna"), report)


def test_the_dry_run_in_its_own_process_finds_the_same(database: object) -> None:
    file = workbook(row_of(good(id="lantern")), row_of(good("木桥券", id="bridge"), answer=""))
    assert asyncio.run(importing.examine_apart(file)) == importing.examine(file)


def test_many_rows_are_shared_among_processes_and_judged_the_same(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "TOGETHER", 2)
    contents = [good(f"第{number}号", question="不想活了" if number == 3 else "是啥") for number in range(7)]
    assert [len(own) for own in importing.crying(contents)] == [0, 0, 0, 1, 0, 0, 0]
