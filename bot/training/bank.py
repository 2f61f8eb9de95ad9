"""The questions as they are trained on: taken from the database, written to a file, made an index of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import engine_env
from bot.db.models import Faq
from bot.db.session import reading
from bot.settings import ROOT

FILE = "bank.json"
INTENTS = ROOT / "nlu_data" / "intents"

Row = dict[str, Any]  # id, topic, question, variants, answer


def rows() -> list[Row]:
    """All questions of the database that are in use, by id."""
    with reading() as session:
        columns = (Faq.id, Faq.topic, Faq.question, Faq.variants, Faq.answer)
        in_use = select(*columns).where(Faq.retired_at.is_(None)).order_by(Faq.id)
        return [dict(row) for row in session.execute(in_use).mappings()]


def digest(found: list[Row]) -> str:
    """Names the content (64 hex digits)."""
    return hashlib.sha256(_text(found).encode("utf-8", "surrogatepass")).hexdigest()


def write(found: list[Row], folder: Path) -> Path:
    """Writes them into the folder and gives the file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(_text(found), encoding="utf-8", errors="surrogatepass")
    return path


def read(folder: Path) -> list[Row] | None:
    """What was written there; None if it is gone."""
    try:
        found: list[Row] = json.loads((folder / FILE).read_text(encoding="utf-8", errors="surrogatepass"))
    except (OSError, ValueError):
        return None
    return found


def _text(found: list[Row]) -> str:
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def index_command(folder: Path, out: Path) -> list[str]:
    """The command line that builds the index of the questions in the folder."""
    places = ("--faq", str(folder / FILE), "--intents", str(INTENTS), "--out", str(out))
    return [str(engine_env.require_python()), "-m", "bot.nlu.faq_index", *places, "--cache", str(engine_env.vectors())]


def build_index(folder: Path, out: Path) -> None:
    """Builds it and waits. Raises ConfigError."""
    engine_env.run_module(*index_command(folder, out)[2:], quiet=True)


def wordings(row: Row) -> list[str]:
    """Question and variants."""
    return [row["question"], *row["variants"]]


def changes(before: Iterable[Row], after: Iterable[Row]) -> dict[str, list[str]]:
    """What differs, as ids: added, gone, wordings changed, answers changed."""
    old, new = ({row["id"]: row for row in some} for some in (before, after))
    both = sorted(old.keys() & new.keys())
    return {
        "added": sorted(new.keys() - old.keys()),
        "gone": sorted(old.keys() - new.keys()),
        "wordings": [key for key in both if wordings(old[key]) != wordings(new[key])],
        "answers": [key for key in both if old[key]["answer"] != new[key]["answer"]],
    }
