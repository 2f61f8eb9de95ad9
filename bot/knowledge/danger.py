"""No cry for help becomes the wording of an FAQ: every sentence is held against triage.

Triage comes first in life: whoever writes what it grades `high` or `imminent` gets help and a counsellor, never this
answer. Such a wording is useless at best, and at worst it teaches the bot that a cry for help asks for a policy. So it
is a fault, unless the danger is what the topic is about: then it helps to recognise milder words for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot import triage
from bot.knowledge.checks import MAX_VARIANT, Fault
from bot.knowledge.content import Content
from bot.level import Level
from bot.triage import Kind

_MATTER: dict[str, frozenset[Kind]] = {  # what a topic's questions may be about at `high`
    "support": frozenset(Kind),
    "injury": frozenset({Kind.medical}),
    "safety": frozenset({Kind.medical}),
    "women_minors": frozenset({Kind.harassment, Kind.violence}),
}
Found = tuple[Level, Kind | None]


def faults(content: Content) -> list[Fault]:
    """Gives the wordings that are, for triage, a cry for help."""
    return list(_faults(content, map(_of_sentence, content.sentences)))


def many(contents: list[Content]) -> Iterator[list[Fault]]:
    """The same for many FAQs, in order, several times as fast."""
    found = triage.live().assess_all(one for content in contents for one in content.sentences)
    for content in contents:
        graded = ((one.level, one.kind) for _, one in zip(content.sentences, found, strict=False))
        yield list(_faults(content, graded))


def mild(content: Content) -> list[str]:
    """Gives the wordings of trouble without danger: the reviewer should see that the answer fits them."""
    return [one for one in content.sentences if one and _of_sentence(one)[0] == Level.low]


def _faults(content: Content, graded: Iterable[Found]) -> Iterator[Fault]:
    allowed = _MATTER.get(content.topic, frozenset())
    for at, ((level, kind), one) in enumerate(zip(graded, content.sentences, strict=True)):
        if level == Level.imminent or (level == Level.high and kind not in allowed):
            place = "variants" if at else "question"
            yield Fault(place, f"「{one[:MAX_VARIANT]}」会先被当成求救来处理，职工问不到这条回答，请换个说法")


def _of_sentence(sentence: str) -> Found:
    return _graded(sentence, triage.live().version)


@lru_cache(maxsize=4096)
def _graded(sentence: str, version: str) -> Found:
    found = triage.assess(sentence)
    return found.level, found.kind
