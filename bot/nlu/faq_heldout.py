"""What a wording would find if it were not in the index: what the chances rest on, and the figures of each question.

A sample of wordings is searched for just as a person's words are, and gives the chances. The figures need all
wordings: those of one question are held out one after another among the questions nearest to it, where one inverse
gives them all. They are remembered by what they were made of, so after a change only questions with a changed
neighbour are looked at again.

The sample is searched under metrics that its questions have had no part in: otherwise it would seem nearer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np

from bot.nlu import faq_kernel, faq_metric, faq_shelf
from bot.nlu.faq_shelf import NEAR, Shelf, cheap_if
from bot.nlu.vector_cache import Records, digest

PLACE = np.dtype([("key", "S32"), ("place", "<i4")])
"""`place` is that of the right question, from 0; BEYOND: not among the nearest."""
BEYOND = 99
SAMPLE = (1200, 800)
"""How many wordings of questions, and of other texts, the chances are learnt from: of fewer they come out by luck."""
FOLDS = 4
STAGES = ("cheap", "full")
_BATCH = 256
Result = TypeVar("Result")


def lots(shelf: Shelf) -> np.ndarray:
    """Return the lot of each row (n,)."""
    return faq_metric.lots(shelf.texts.use)


def folds(shelf: Shelf, drawn: np.ndarray) -> np.ndarray:
    """Return the fold of each row (n,), one for all rows of a question."""
    return drawn[np.where(shelf.owners < 0, np.arange(len(drawn)), shelf.starts[shelf.owners])] % FOLDS


def apart(shelf: Shelf, fold_of: np.ndarray) -> list[Shelf]:
    """Return the shelf FOLDS times, each under a metric learnt without the questions of one fold."""
    wordings = np.flatnonzero(shelf.asks & (shelf.owners >= 0))
    return [_without(shelf, wordings[fold_of[wordings] != fold]) for fold in range(FOLDS)]


def _without(shelf: Shelf, rows: np.ndarray) -> Shelf:
    return faq_shelf.measured(shelf, faq_metric.fit(shelf.texts.use[rows], shelf.texts.e5[rows], shelf.owners[rows]))


@dataclass(frozen=True)
class Sample:
    """Held-out searches: the best score, its lead and both sides (n, 4), whether the best was right (n,), whether the
    text is about our topics (n,), whether it is a question (n,)."""

    facts: np.ndarray
    right: np.ndarray
    about_us: np.ndarray
    precise: np.ndarray


def samples(shelf: Shelf) -> dict[str, Sample]:
    """Return for each stage searches for wordings drawn by lot, each under a metric that does not know its question."""
    drawn = lots(shelf)
    fold_of = folds(shelf, drawn)
    shelves = apart(shelf, fold_of)
    ours, others = np.flatnonzero(shelf.asks & (shelf.owners >= 0)), np.flatnonzero(shelf.owners < 0)
    rows = np.concatenate(
        [some[np.argsort(drawn[some])[:count]] for some, count in zip((ours, others), SAMPLE, strict=True)]
    )
    parts = [rows[fold_of[rows] == fold] for fold in range(FOLDS)]
    return {stage: _sample(shelves, parts, stage) for stage in STAGES}


def _sample(shelves: list[Shelf], parts: list[np.ndarray], stage: str) -> Sample:
    shelf, rows = shelves[0], np.concatenate(parts)
    found = [one for under, part in zip(shelves, parts, strict=True) for one in searches(under, part, stage)]
    facts = np.stack([[*(one.scores[0], one.scores[0] - one.scores[1]), *one.sides] for one in found])
    right = np.array([one.faqs[0] for one in found]) == shelf.owners[rows]
    return Sample(facts, right, shelf.topics[rows] >= 0, shelf.owners[rows] >= 0)


def searches(shelf: Shelf, rows: np.ndarray, stage: str) -> list[faq_shelf.Scores]:
    """Return what faq_shelf.search() would find for each row if it were not there; what it can, for all at once."""
    queries = cheap_if(shelf.texts, stage == "cheap").take(rows)
    near = faq_shelf.approach(shelf, queries, shelf.owners[rows])
    others = faq_kernel.similarity(queries, shelf.others)

    def search(at: int) -> faq_shelf.Scores:
        query, faqs = queries.take(slice(at, at + 1)), faq_shelf.largest(near[at], NEAR)
        return faq_shelf.decide(shelf, query, faqs, others[at], int(rows[at]))

    return _on_all_cores(search, len(rows))


def _on_all_cores(work: Callable[[int], Result], count: int) -> list[Result]:
    """Return the work's results for 0 to `count`."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, range(count)))


@dataclass(frozen=True)
class Group:
    """The wordings of a question (rows), the questions they are decided among, and all rows of these."""

    own: np.ndarray
    faqs: np.ndarray
    rows: np.ndarray


def places(shelf: Shelf, ids: list[str], memory: Records) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of all questions' wordings and, beside them, the place of the right question in the full stage.

    `ids` (n,) says what each row is, for the memory of results.
    """
    groups = _groups(shelf)
    keys = [_keys(group, ids) for group in groups]
    found, there = memory.find([key for part in keys for key in part])
    ends = np.cumsum([len(part) for part in keys])
    fresh = [at for at, part in enumerate(keys) if not there[ends[at] - len(part) : ends[at]].all()]
    results = _on_all_cores(lambda number: _hold_out(shelf, groups[fresh[number]]), len(fresh))
    for at, place in zip(fresh, results, strict=True):
        rows = slice(ends[at] - len(keys[at]), ends[at])
        found["place"][rows], found["key"][rows] = place, keys[at]
    memory.add(found[~there])
    return np.concatenate([group.own for group in groups]), found["place"]


def _keys(group: Group, ids: list[str]) -> list[bytes]:
    around = digest(*(ids[row] for row in group.rows)).decode()
    return [digest(around, ids[row]) for row in group.own]


def _hold_out(shelf: Shelf, group: Group) -> np.ndarray:
    texts = shelf.texts.take(group.rows)
    targets, noise = faq_shelf.targets_of(shelf, group.rows, group.faqs), faq_shelf.noise_of(shelf, group.rows)
    all_scores = faq_kernel.held_out(faq_kernel.similarity(texts, texts), targets, noise)
    order = np.argsort(-all_scores[np.isin(group.rows, group.own), :-2], axis=1)
    right = group.faqs[order] == shelf.owners[group.own][:, None]
    return np.asarray(np.where(right.any(axis=1), right.argmax(axis=1), BEYOND))


def _groups(shelf: Shelf) -> list[Group]:
    """Return each question with its neighbourhood."""
    count = len(shelf.starts) - 1
    parts = [np.arange(start, min(start + _BATCH, count)) for start in range(0, count, _BATCH)]
    return list(chain.from_iterable(_on_all_cores(lambda at: _groups_of(shelf, parts[at]), len(parts))))


def _groups_of(shelf: Shelf, numbers: np.ndarray) -> list[Group]:
    some = shelf.means.take(numbers)
    nearest, others = faq_shelf.approach(shelf, some), faq_kernel.nearness(some, shelf.others)
    groups = []
    for number, near, other in zip(numbers, nearest, others, strict=True):
        near[number] = np.inf
        own = np.arange(shelf.starts[number], shelf.starts[number + 1])
        faqs = np.sort(faq_shelf.largest(near, NEAR))
        groups.append(Group(own[shelf.asks[own]], faqs, np.sort(faq_shelf.rows_near(shelf, faqs, other))))
    return groups
