"""Requests to the review inbox and the figures of questions that are accepted."""

from __future__ import annotations

from bot.db.states import Role
from tests.hostile.ground import World, number
from tests.hostile.sample import Make, Sample, in_talk
from tests.knowledge.asking import left_open
from tests.knowledge.ground import good, published


def _group() -> dict[str, str]:
    words = f"第{number()}号樟木箱放哪儿"
    return {"cluster": str(left_open(words, words))}


def _variant(world: World) -> Sample:
    if "faq" not in world.extra:
        author, reviewer = world.id_of(Role.editor), world.id_of(Role.admin)
        world.extra["faq"] = published(good("樟木箱"), author, reviewer)
    return Sample({"faq_id": world.extra["faq"], "wording": "樟木箱放哪儿"}, _group(), role=Role.editor)


COSTLY = {"POST /desk/inbox/{cluster}/variant"}
SAMPLES: dict[str, Make] = {"POST /desk/inbox/{cluster}/variant": _variant}
PLAIN: dict[str, Make] = {
    "POST /desk/inbox/{cluster}/put_away": lambda _: Sample({"state": "dropped"}, _group(), role=Role.editor),
    "GET /desk/inbox": lambda _: Sample({"source": "voted_down"}, role=Role.editor),
    "GET /desk/knowledge": lambda _: Sample({"days": "30"}, role=Role.editor),
    "POST /desk/knowledge/export": lambda _: Sample({"days": "30"}, role=Role.editor),
    "POST /desk/api/c/{conversation_id}/recommend": lambda world: in_talk(world, message=1),
}
