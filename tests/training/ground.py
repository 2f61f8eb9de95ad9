"""What the tests of training stand on: invented questions in the table, releases with small files, people."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from bot import engine_env
from bot.clock import now
from bot.db.models import Faq, Staff
from bot.db.session import reading, transaction
from bot.db.states import TrainingState as State
from bot.db.training_models import Training
from bot.settings import settings
from bot.training import bank, releases
from bot.training.releases import Files


def somebody(login: str = "editor", role: str = "editor") -> str:
    """The id of a new member of staff."""
    with transaction() as session:
        row = Staff(login=login, display_name=login, role=role)
        session.add(row)
        session.flush()
        return row.id


def content(name: str = "bike", **more: Any) -> dict[str, Any]:
    """One question as the bank has it."""
    forms = ("{}车棚在哪里呀", "{}车子停哪儿", "哪儿能停{}车", "想找{}车棚")
    forms += ("{}车棚怎么走", "停{}车去哪", "{}车往哪放", "有{}车棚没")
    variants = [form.format(name) for form in forms]
    usual = {"id": name, "topic": "union", "question": f"{name}车棚在哪儿", "variants": variants}
    return {**usual, "answer": "在东门里边。", **more}


def add_faq(name: str = "bike", **more: Any) -> None:
    """The same, approved, in the table."""
    today = date(2026, 11, 1)
    law = [{"law": "工会法", "article": "第一条"}]
    plain = {"basis": law, "region": "全国", "valid_from": today, "related": [], "reviewer": "试", "reviewed_on": today}
    with transaction() as session:
        session.merge(Faq(**content(name, **more), **plain, source_digest=""))


def row_of(run: int) -> Training:
    """The row as it is now."""
    with reading() as session:
        return session.get_one(Training, run)


def made(state: State, rows: list[bank.Row] | None = None, **facts: Any) -> int:
    """A training in that state, with files of a few bytes; one that was in use says so."""
    was_used = state in (State.published, State.retired)
    with transaction() as session:
        row = Training(state=state, published_at=now() if was_used else None, **facts)
        session.add(row)
        session.flush()
        run = row.id
    folder = releases.folder(run)
    bank.write(rows or [], folder)
    for name, value in _files(folder).items():
        facts.setdefault(name, value)
    with transaction() as session:
        row = session.get_one(Training, run)
        for name, value in facts.items():
            setattr(row, name, value)
    return run


def _files(folder: Path) -> dict[str, str]:
    model, index = folder / "model.tar.gz", folder / "index"
    model.write_text(f"model {folder.name}")
    engine_env.note_model(model)
    index.mkdir()
    (index / "index.json").write_text("{}")
    assert settings().data_dir in folder.parents
    return releases.facts_of(Files(model, index), "m")
