"""Files that people take away: no cell is a formula, whatever somebody is called, and browsers guess nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest

from bot.care import desk, speaking
from bot.clock import now
from bot.db.session import transaction
from bot.db.states import Role, UnitKind
from tests.care.figures_ground import case
from tests.care.org_ground import a_unit
from tests.hostile import payloads
from tests.hostile.ground import World, key, world
from tests.hostile.sample import conversation_of

NAMES = {
    Role.counsellor: payloads.CELLS["formula"],
    Role.lead: payloads.CELLS["formula-plus"],
    Role.admin: payloads.CELLS["formula-minus"],
    Role.auditor: payloads.CELLS["formula-at"],
    Role.editor: payloads.MARKUP["script"],
}
RISKY = tuple("=+-@\t\r|%")
SAFE_NAME = re.compile(r'attachment; filename="[\w.-]{1,60}"', re.ASCII)


@pytest.fixture
def here(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(monkeypatch, NAMES) as found:
        for role in Role:
            found.staff(role)
        for text in payloads.CELLS.values():
            a_unit(text[:60], UnitKind.city)
        yield found


def checked(answer: httpx.Response, kind: str) -> bytes:
    """The content, if the headers say what they must."""
    assert answer.status_code == 200, answer.text[:200]
    assert answer.headers["content-type"] == kind
    assert SAFE_NAME.fullmatch(answer.headers["content-disposition"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    return answer.content


def test_the_audit_as_a_file_has_no_formula(here: World) -> None:
    for text in (*payloads.CELLS.values(), *payloads.FEW.values()):
        here.staff(Role.admin).act("search", {"text": text.encode("utf-8", "replace").decode()})
    auditor = here.staff(Role.auditor)
    content = checked(auditor.submit("/desk/audit/export"), "text/csv; charset=utf-8").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert any("SUM(1+1)" in cell for cell in cells), "the auditor's name is in it"
    assert [cell for cell in cells if cell.startswith(RISKY)] == []


def test_the_figures_as_a_file_have_no_formula_and_no_link(here: World) -> None:
    with transaction() as session:
        for role in (Role.counsellor, Role.lead, Role.admin):
            for _ in range(6):
                facts = {"by": here.id_of(role), "state": "closed"}
                case(session, now() - timedelta(days=2), seen=60, replied=90, **facts)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    content = checked(here.staff(Role.lead).submit("/desk/figures/export", days="7"), kind)
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row]
    assert {NAMES[role] for role in (Role.counsellor, Role.lead, Role.admin)} <= {cell.value for cell in cells}
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    parts = zipfile.ZipFile(io.BytesIO(content))
    assert not any(b"<f>" in parts.read(name) or b"TargetMode" in parts.read(name) for name in parts.namelist())


@pytest.mark.parametrize(("form", "kind"), [("json", "application/json"), ("text", "text/plain; charset=utf-8")])
def test_a_workers_records_as_a_file_hold_the_words_as_words(here: World, form: str, kind: str) -> None:
    worker = here.worker()
    said = [*payloads.MARKUP.values(), *payloads.CELLS.values(), *payloads.LETTERS.values()]
    for text in [text for text in said if len(text) < 400] + ["找真人"]:
        body = json.dumps({"client_id": key(), "text": text})
        worker.post("/api/chat/messages", content=body, headers={"Content-Type": "application/json"})
    here.settle()
    conversation, admin = conversation_of(worker), here.id_of(Role.admin)
    desk.claim(conversation, admin, confirmed=True)
    for text in payloads.MARKUP.values():
        speaking.reply(conversation, admin, text)
    desk.hand_back(conversation, admin)
    worker.post("/api/chat/messages", json={"client_id": key(), "text": "导出我的记录"})
    here.settle()
    content = checked(worker.get("/api/chat/export", params={"format": form}), kind).decode()
    if form == "json":
        content = "\n".join(strings(json.loads(content)))
    for text in (payloads.MARKUP["script"], payloads.CELLS["formula"], payloads.MARKUP["closes-title"]):
        assert text in content


def strings(value: object) -> list[str]:
    """All texts inside of JSON."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in strings(one)]
