"""The part of the walk that goes through the pages of FAQs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.console import trail
from bot.db.states import Role
from bot.knowledge import batches, exporting, revisions
from bot.knowledge.columns import COLUMNS, cells
from bot.knowledge.content import named
from bot.knowledge.exporting import Format
from tests.console.ground import staff_id_of, staffed
from tests.knowledge.ground import good

if TYPE_CHECKING:
    from tests.console.trail_walk import Walk
WORDS = "樟木箱子"


def faq_pages(url: str, walk: Walk) -> None:
    """An FAQ from its draft to its end, and two imports."""
    one, two = staffed(url, "wordone", Role.editor), staffed(url, "wordtwo", Role.editor)
    typed = {**dict(zip(COLUMNS, cells(good()), strict=True)), "topic": "union"}
    draft = f"{trail.FAQS}/draft/{{revision_id}}"
    first, second = {"revision_id": "1"}, {"revision_id": "2"}
    walk.step(one, "POST", f"{trail.FAQS}/save", form=typed)
    walk.step(one, "POST", f"{draft}/submit", **first)
    walk.step(two, "POST", f"{draft}/send_back", form={"comment": WORDS}, **first)
    walk.step(one, "POST", f"{draft}/submit", **first)
    walk.step(two, "POST", f"{draft}/approve", **first)
    faq = {"faq_id": revisions.get(1).faq_id}
    for act in ("retire", "reinstate"):
        walk.step(one, "POST", f"{trail.FAQ}/{act}", **faq)
    walk.step(one, "POST", f"{trail.FAQ}/restore", form={"revision": "1"}, **faq)
    walk.step(one, "POST", f"{draft}/discard", **second)
    walk.step(one, "POST", f"{trail.FAQS}/export", form={"text": WORDS})
    walk.skip()
    file = exporting.written([good("木桥券")], Format.csv)
    headers = {"X-CSRF": one.csrf}
    assert one.post(f"{trail.FAQS}/api/import", content=file, headers=headers).status_code == 200
    walk.note("POST", f"{trail.FAQS}/api/import")
    for act, name in (("approve", "纸鸢证"), ("discard", "竹筏卡")):
        batch = batches.save(staff_id_of("wordone"), [named(good(name))])
        walk.step(two, "POST", f"{trail.FAQS}/batch/{{batch_id}}/{act}", batch_id=batch)
