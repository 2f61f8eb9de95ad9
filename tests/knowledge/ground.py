"""Invented FAQs and people who write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from bot.db.models import Staff
from bot.db.session import reading
from bot.db.states import RevisionSource, Role
from bot.knowledge import revisions
from bot.knowledge.content import Basis, Content
from bot.staff import accounts

_WORDS = ("灯笼票", "木桥券", "纸鸢证", "竹筏卡", "铜铃单", "瓦罐帖", "草帽函", "石磨表", "风车册")


def good(name: str = "灯笼票", **changes: object) -> Content:
    """An FAQ without a fault, about an invented matter."""
    asks = (
        "怎么领",
        "去哪里办",
        "要带什么东西",
        "丢了怎么补",
        "几天能拿到",
        "过期了还能用吗",
        "别人能代办吗",
        "要花钱吗",
    )
    content = Content(
        topic="union",
        question=f"{name}是什么？",
        variants=tuple(f"{name}{ask}" for ask in asks),
        answer=f"{name}在服务大厅领，带上身份证。\n职工热线 {{hotline_union}}。",
        basis=(Basis("工会法", "第六条"),),
        valid_from=date(2022, 1, 1),
    )
    return replace(content, **changes)  # type: ignore[arg-type]


def person(login: str, role: Role = Role.editor) -> str:
    """The id of a new member of staff."""
    accounts.add(login, login, role)
    with reading() as session:
        return session.execute(select(Staff.id).where(Staff.login == login)).scalar_one()


def published(content: Content, author: str, reviewer: str, faq_id: str | None = None) -> str:
    """Takes a content all the way; gives the FAQ's id."""
    draft = revisions.save_draft(author, content, source=RevisionSource.edit, faq_id=faq_id)
    revisions.submit(author, draft)
    revisions.approve(reviewer, draft)
    return revisions.get(draft).faq_id
