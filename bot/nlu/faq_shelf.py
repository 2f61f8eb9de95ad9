"""The texts of an index as they stand side by side, and the small neighbourhood in which a question is decided.

A bank of thousands of questions is never looked at as a whole: the means of all questions give the nearest ten, and
among their texts alone (with the nearest texts that are no question of ours) a regression decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu import faq_kernel
from bot.nlu.faq_kernel import Texts
from bot.nlu.faq_metric import Metric

NEAR = 10
"""Questions that the regression decides among."""
OTHERS = 70
"""Examples of intents that stand for what is no question of ours."""
NOISE = 0.3
ANSWER_NOISE = 0.6
"""A line of an answer speaks of the question's matter but is no question: it is trusted half as much."""
TOPIC_SHARE = 0.2
"""How much a text counts for the other questions of its topic."""
LENGTH = 0.25
"""How much the length of a question's mean counts against it: half of what discriminant analysis would say."""


@dataclass(frozen=True)
class Shelf:
    """All texts: question by question, the others (examples of intents) behind them."""

    texts: Texts
    starts: np.ndarray  # (faqs + 1,): question i has the rows starts[i] to starts[i + 1]
    topics: np.ndarray  # (n,): the number of each row's topic, -1 for none
    asks: np.ndarray  # (n,): whether the row is a wording, not a line of an answer
    owners: np.ndarray  # (n,): the question of each row, -1 for none
    means: Texts  # (faqs,): the mean of each question's rows; n-grams by column, as those of the others are
    metric: Metric
    lengths: dict[bool, np.ndarray]  # (faqs,): each mean's nearness to itself, by whether e5 is in it
    others: Texts  # the rows behind the questions


@dataclass(frozen=True)
class Scores:
    """Some questions by number, best first, with their scores; and two more: `asks` is near 1 for all that is about
    our topics (0 for conversation and what lies outside), `precise` for a question (0 where a topic is only named)."""

    faqs: np.ndarray
    scores: np.ndarray
    sides: np.ndarray  # (asks, precise)


def shelve(texts: Texts, starts: np.ndarray, topics: np.ndarray, asks: np.ndarray, metric: Metric) -> Shelf:
    """Return the shelf of these rows (see Shelf)."""
    count, end = len(starts) - 1, int(starts[-1])
    sizes = np.diff(starts).astype(np.float32)
    owners = np.full(len(topics), -1)
    owners[:end] = np.repeat(np.arange(count), np.diff(starts))
    mean = csr_matrix((1 / sizes[owners[:end]], (owners[:end], np.arange(end))), shape=(count, end), dtype=np.float32)
    means = Texts(_means(texts.use, starts), (mean @ texts.ngrams[:end]).tocsc(), _means(texts.e5, starts))
    others, lengths = texts.take(slice(end, None)), _lengths(means, metric)
    others = replace(others, ngrams=others.ngrams.tocsc())
    return Shelf(texts, starts, topics, asks, owners, means, metric, lengths, others)


def measured(shelf: Shelf, metric: Metric) -> Shelf:
    """Return the same texts under another metric."""
    return replace(shelf, metric=metric, lengths=_lengths(shelf.means, metric))


def _lengths(means: Texts, metric: Metric) -> dict[bool, np.ndarray]:
    stages = {False: means.cheap(), True: means}
    return {has_e5: faq_kernel.products(metric.seen(some), some) for has_e5, some in stages.items()}


def _means(vectors: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the mean of each question's vectors; a part at a time, so that little is in memory at once."""
    rows = [slice(starts[number], starts[number + 1]) for number in range(len(starts) - 1)]
    return np.stack([vectors[some].astype(np.float32).mean(axis=0) for some in rows])


def search(shelf: Shelf, query: Texts, excluded: frozenset[int] = frozenset()) -> Scores:
    """Return the nearest questions for one text, without those excluded; by e5 too if the query has it."""
    whole = approach(shelf, query)[0]
    whole[list(excluded)] = -np.inf
    faqs = largest(whole, min(NEAR, len(whole) - len(excluded)))
    return decide(shelf, query, faqs, faq_kernel.similarity(query, shelf.others)[0])


def decide(shelf: Shelf, query: Texts, faqs: np.ndarray, others: np.ndarray, without: int = -1) -> Scores:
    """Return these questions in the order of the regression among their texts and the nearest other ones.

    `others` says how near the query is to each of them. `without` is a row that counts as not being there.
    """
    rows = rows_near(shelf, faqs, others)
    rows = rows[rows != without]
    texts = cheap_if(shelf.texts, query.e5 is None).take(rows)
    among = faq_kernel.similarity(texts, texts)
    targets, noise = targets_of(shelf, rows, faqs), noise_of(shelf, rows)
    scores = faq_kernel.regress(faq_kernel.similarity(query, texts)[0], among, targets, noise)
    order = np.argsort(-scores[:-2])
    return Scores(faqs[order], scores[:-2][order], scores[-2:])


def cheap_if(texts: Texts, is_cheap: bool) -> Texts:
    """Return the texts, without e5 where only the cheap similarity is wanted."""
    return texts.cheap() if is_cheap else texts


def approach(shelf: Shelf, queries: Texts, owners: np.ndarray | None = None) -> np.ndarray:
    """Return how near each text is to each question as a whole; it counts as taken out of its own (-1: of none)."""
    seen, lengths = shelf.metric.seen(queries), shelf.lengths[queries.e5 is not None]
    products = faq_kernel.nearness(seen, shelf.means)
    near = np.asarray(products - LENGTH * lengths)
    if owners is not None:
        at = np.flatnonzero(owners >= 0)
        own, itself = owners[at], faq_kernel.products(seen, queries)[at]
        size, product = shelf.starts[own + 1] - shelf.starts[own], products[at, own]
        length = (size**2 * lengths[own] - 2 * size * product + itself) / (size - 1) ** 2
        near[at, own] = (size * product - itself) / (size - 1) - LENGTH * length
    return near


def largest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the `count` largest values, in no order."""
    count = min(count, len(values))
    return np.argpartition(-values, count - 1)[:count] if count else np.zeros(0, dtype=int)


def _rows_of(shelf: Shelf, faqs: np.ndarray) -> np.ndarray:
    return np.concatenate([np.arange(shelf.starts[i], shelf.starts[i + 1]) for i in faqs])


def rows_near(shelf: Shelf, faqs: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the rows of the questions and those of the other texts that are nearest by `others`."""
    return np.concatenate([_rows_of(shelf, faqs), shelf.starts[-1] + largest(others, OTHERS)])


def targets_of(shelf: Shelf, rows: np.ndarray, faqs: np.ndarray) -> np.ndarray:
    """Return what the regression should give each row: 1 at its question, a share at its topic's others, both sides."""
    owners, topics = shelf.owners[rows], shelf.topics[rows]
    own = (owners[:, None] == faqs[None, :]).astype(np.float32)
    shared = TOPIC_SHARE * (topics[:, None] == shelf.topics[shelf.starts[faqs]][None, :])
    sides = np.stack([topics >= 0, owners >= 0], axis=1)
    return np.hstack([own + shared, sides]).astype(np.float32)


def noise_of(shelf: Shelf, rows: np.ndarray) -> np.ndarray:
    """Return how little each row is trusted."""
    return np.where(shelf.asks[rows], NOISE, ANSWER_NOISE).astype(np.float32)
