"""Requests to the pages of FAQs that are accepted."""

from __future__ import annotations

from bot.db.states import RevisionSource, Role
from bot.knowledge import revisions
from bot.knowledge.columns import COLUMNS, cells
from tests.hostile.ground import World, number
from tests.hostile.sample import Make, Sample
from tests.knowledge.ground import good


def _typed() -> dict[str, str]:
    words = dict(zip(COLUMNS, cells(good(f"第{number()}号灯笼")), strict=True))
    return {**words, "topic": "union", "faq_id": ""}


def _asked(_: World) -> Sample:
    return Sample({"text": "工资", "topic": "", "status": "all", "page": "1"}, role=Role.editor)


def _waiting(world: World) -> Sample:
    """A draft of the editor that waits for the admin."""
    author = world.id_of(Role.editor)
    draft = revisions.save_draft(author, good(f"第{number()}号灯笼"), source=RevisionSource.edit)
    revisions.submit(author, draft)
    return Sample({"comment": "写上地址"}, {"revision_id": str(draft)})


SAMPLES: dict[str, Make] = {
    "POST /desk/faqs": _asked,
    "POST /desk/faqs/export": lambda _: Sample({"text": "工资", "topic": "", "status": "all", "format": "csv"}),
    "POST /desk/faqs/save": lambda _: Sample({**_typed(), "act": "save"}, role=Role.editor),
    "POST /desk/faqs/api/check": lambda _: Sample(_typed(), role=Role.editor),
    "POST /desk/faqs/draft/{revision_id}/send_back": _waiting,
}
COSTLY = {"POST /desk/faqs/draft/{revision_id}/send_back"}
PLAIN: dict[str, Make] = {
    "POST /desk/faqs/one/{faq_id}/restore": lambda _: Sample({"revision": "0"}, {"faq_id": "none_such"}),
}
