"""What the editor of a demo has on the table: a changed answer and an import, both waiting for a second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.db.models import Faq
from bot.db.session import reading
from bot.db.states import RevisionSource
from bot.knowledge import batches, revisions
from bot.knowledge.content import Basis, Content

CHANGED = "union_12351"
_ASKS = ("怎么领", "去哪里办", "要带什么", "丢了怎么补", "几天能拿到", "过期了能用吗", "别人能代办吗", "要花钱吗")


def propose(editor: str) -> None:
    """Hands on a change and two new FAQs about invented things, in the editor's name."""
    with reading() as session:
        before = revisions.live(session.get_one(Faq, CHANGED))
    changed = replace(before, answer=f"{before.answer}\n说不清的，点“找真人”。")
    draft = revisions.save_draft(editor, changed, source=RevisionSource.edit, faq_id=CHANGED)
    revisions.submit(editor, draft)
    batches.save(editor, [_invented("demo_lantern", "灯笼票"), _invented("demo_bridge", "木桥券")])


def _invented(faq_id: str, name: str) -> Content:
    return Content(
        id=faq_id,
        topic="union",
        question=f"{name}是什么？",
        variants=tuple(f"{name}{ask}" for ask in _ASKS),
        answer=f"{name}是演示用的，编的。\n职工热线 {{hotline_union}}。",
        basis=(Basis("工会法", "第六条"),),
        region="平顶山",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
    )
