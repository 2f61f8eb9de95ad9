"""FAQs: read from nlu_data/faq, kept in the database, rendered with their basis, region and validity."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import texts
from bot.clock import local, now
from bot.db.models import Faq
from bot.db.session import reading, transaction
from bot.db.states import FaqOrigin
from bot.errors import NotFound
from bot.knowledge import next_steps
from bot.settings import ROOT
from bot.texts import Button

DIRECTORY = ROOT / "nlu_data" / "faq"
RELATED_SHOWN = 2
MENU_SHOWN = 6
_FILE_NAME = re.compile(r"[a-z0-9_]{1,80}")
THUMBS = (Button("有用", '/feedback{"value": "up"}'), Button("没用", '/feedback{"value": "down"}'))
TOPICS = {
    "contract": "劳动合同",
    "probation": "试用期",
    "dismissal": "解除与补偿",
    "wages": "工资与欠薪",
    "overtime": "工时加班",
    "leave": "休假",
    "injury": "工伤",
    "safety": "安全与职业病",
    "insurance": "社保公积金",
    "women_minors": "女职工与未成年工",
    "new_work": "外卖、网约车等新就业",
    "retirement": "退休与超龄",
    "dispute": "争议与法律援助",
    "union": "工会与帮扶",
    "study": "学习培训",
    "programme": "活动与教育",
    "support": "心理支持与保密",
}


@dataclass(frozen=True)
class Rendered:
    """An answer as a worker reads it, and the buttons under it."""

    faq_id: str
    topic: str
    text: str
    buttons: tuple[Button, ...]


def files(directory: Path = DIRECTORY) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Gives every FAQ file with its content, in a fixed order."""
    for path in sorted(directory.glob("*/*.yml")):
        yield path, yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def file_of(faq_id: str, directory: Path = DIRECTORY) -> dict[str, Any] | None:
    """Gives the content of an FAQ's file; None for one that was made at the desk."""
    path = next(iter(directory.glob(f"*/{faq_id}.yml")), None) if _FILE_NAME.fullmatch(faq_id) else None
    return None if path is None else dict(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))


def seed(directory: Path = DIRECTORY) -> int:
    """Brings the FAQs that come from files in line with them; gives how many rows changed.

    What the desk has made or changed stays as it is, and what it has retired stays retired.
    """
    rows = [(_digest(content), content) for _, content in files(directory)]
    with transaction() as session:
        kept = session.execute(select(Faq.id, Faq.source_digest, Faq.origin)).all()
        desk = {row.id for row in kept if row.origin == FaqOrigin.desk}
        digests = {row.id: row.source_digest for row in kept if row.id not in desk}
        files_rows = {content["id"]: (digest, content) for digest, content in rows if content["id"] not in desk}
        changed = [pair for faq_id, pair in files_rows.items() if digests.get(faq_id) != pair[0]]
        for digest, content in changed:
            session.merge(_row(digest, content))
        gone = digests.keys() - files_rows.keys()
        session.execute(delete(Faq).where(Faq.id.in_(gone)))
    return len(changed) + len(gone)


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _row(digest: str, content: dict[str, Any]) -> Faq:
    fields = ("id", "topic", "question", "variants", "answer", "basis", "region", "valid_from", "valid_to")
    values = {name: content.get(name) for name in (*fields, "related", "reviewer", "reviewed_on")}
    return Faq(**{**values, "related": values["related"] or []}, source_digest=digest)


def render(faq_id: str) -> Rendered:
    """Gives the full answer of an FAQ; of one that was retired it says so and offers a person. Raises NotFound."""
    with reading() as session:
        faq = session.get(Faq, faq_id)
        if faq is None:
            raise NotFound("no such FAQ")
        if faq.retired_at is not None:
            withdrawn = texts.get("faq_withdrawn")
            return Rendered(faq.id, faq.topic, withdrawn.text, withdrawn.buttons)
        return shown(session, faq)


def shown(session: Session, faq: Faq, facts: dict[str, str] | None = None) -> Rendered:
    """Gives the answer of a row, stored or not; `facts` stand for the local facts that are set."""
    related = _buttons(session, faq.related[:RELATED_SHOWN])
    return Rendered(faq.id, faq.topic, answer_text(faq, facts), (*next_steps.buttons(faq.id), *related, *THUMBS))


def answer_text(faq: Faq, facts: dict[str, str] | None = None) -> str:
    """Gives the answer with its legal basis; behind its date it says that it must be confirmed."""
    parts = [texts.fill(faq.answer, facts), basis_line(faq)]
    if is_expired(faq, local(now()).date()):
        parts.insert(0, texts.get("faq_expired").text)
    return "\n\n".join(parts)


def is_expired(faq: Faq, today: date) -> bool:
    """True when the answer's validity has ended or not begun."""
    return today < faq.valid_from or (faq.valid_to is not None and today > faq.valid_to)


def basis_line(faq: Faq) -> str:
    """Gives the line that names law and article, region and dates."""
    laws = "；".join(f"{_law(row['law'])}{row.get('article') or ''}" for row in faq.basis)
    until = f"至 {faq.valid_to.isoformat()} 止" if faq.valid_to else "起"
    return f"依据：{laws}（{faq.region}，{faq.valid_from.isoformat()} {until}；{faq.reviewed_on.isoformat()} 核对）"


def _law(name: str) -> str:
    return name if name.startswith("《") or "工作安排" in name else f"《{name}》"


def _buttons(session: Session, ids: list[str]) -> list[Button]:
    rows = session.execute(select(Faq.id, Faq.question).where(Faq.id.in_(ids), Faq.retired_at.is_(None)))
    questions = {row.id: row.question for row in rows}
    return [faq_button(faq_id, questions[faq_id]) for faq_id in ids if faq_id in questions]


def faq_button(faq_id: str, question: str) -> Button:
    """Gives the button that asks this FAQ."""
    return Button(question, f'/faq{{"faq": "{faq_id}"}}')


def menu(topic: str) -> Rendered:
    """Gives the questions of one topic as buttons. Raises NotFound for an unknown topic."""
    if topic not in TOPICS:
        raise NotFound("no such topic")
    with reading() as session:
        rows = session.execute(
            select(Faq.id, Faq.question)
            .where(Faq.topic == topic, Faq.retired_at.is_(None))
            .order_by(Faq.id)
            .limit(MENU_SHOWN)
        )
        buttons = tuple(faq_button(row.id, row.question) for row in rows)
    return Rendered("", topic, f"【{TOPICS[topic]}】{texts.get('topic_menu').text}", (*buttons, texts.ASK_PERSON))
