"""Searches a built FAQ index: a cheap similarity first, the better and dearer one where that is not sure."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu import faq_shelf
from bot.nlu.encoders import load_encoder
from bot.nlu.faq_kernel import Texts, centre
from bot.nlu.faq_metric import Metric
from bot.nlu.faq_shelf import Shelf
from bot.nlu.sentence import Encoder
from bot.nlu.text import fold
from bot.nlu.tfidf import BUCKETS, tfidf_matrix

CANDIDATES = 3
ARRAYS = (
    "use", "e5", "ngrams_data", "ngrams_indices", "ngrams_indptr", "e5_mean", "idf", "use_metric", "e5_metric",
    "starts", "topics", "asks",
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """One FAQ that may be meant; `score` is the chance that it is."""

    faq: str
    question: str
    topic: str
    score: float


@dataclass(frozen=True)
class Found:
    """The candidates, best first; the chances that the text is about our topics at all, and that it is a question
    rather than the mere name of a topic."""

    candidates: tuple[Candidate, ...]
    asks: float
    precise: float

    @property
    def score(self) -> float:
        """The chance of the best candidate."""
        return self.candidates[0].score

    @property
    def lead(self) -> float:
        """How much likelier the best candidate is than the next."""
        return self.score - (self.candidates[1].score if len(self.candidates) > 1 else 0.0)


@dataclass(frozen=True)
class Index:
    """A loaded index. Its texts stay on the disk; what is looked at often is in memory."""

    version: str
    faqs: tuple[dict[str, str], ...]
    exact: dict[str, int]
    shelf: Shelf
    e5_mean: np.ndarray
    idf: np.ndarray
    calibration: dict[str, dict[str, list[float]]]  # stage → see first_chances() and side_chances()

    @classmethod
    def load(cls, directory: Path) -> Index:
        """Read an index that faq_index wrote; raise OSError, KeyError or ValueError for anything else."""
        facts = json.loads((directory / "index.json").read_text(encoding="utf-8"))
        arrays = {name: np.load(directory / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS}
        parts = [np.asarray(arrays[f"ngrams_{part}"]) for part in ("data", "indices", "indptr")]
        ngrams = csr_matrix(tuple(parts), shape=(len(arrays["use"]), BUCKETS))
        texts = Texts(arrays["use"], ngrams, arrays["e5"])
        metric = Metric(np.array(arrays["use_metric"]), np.array(arrays["e5_metric"]))
        shelf = faq_shelf.shelve(texts, *(np.array(arrays[name]) for name in ("starts", "topics", "asks")), metric)
        stages = {stage: facts[f"{stage}_calibration"] for stage in ("cheap", "full")}
        mean, idf = np.array(arrays["e5_mean"]), np.array(arrays["idf"])
        return cls(facts["version"], tuple(facts["faqs"]), facts["exact"], shelf, mean, idf, stages)

    def query(self, text: str, use: np.ndarray | None = None) -> Texts:
        """Return a question ready for the cheap stage; its USE vector (512,) may be known already."""
        vector = load_encoder("use").encode([text]) if use is None else use[None, :]
        return Texts(vector, tfidf_matrix([text], self.idf), None)

    def with_e5(self, query: Texts, text: str, encoder: Encoder | None = None) -> Texts:
        """Return the question ready for the full stage: this is what costs 8–30 ms."""
        vector = (encoder or load_encoder("e5")).encode([text])
        return Texts(query.use, query.ngrams, centre(vector, self.e5_mean))

    def look(self, text: str, excluded: Collection[str] = ()) -> Found:
        """Return what the full stage finds for a text of which nothing is known yet."""
        return self.search(self.with_e5(self.query(text), text), excluded)

    def search(self, query: Texts, excluded: Collection[str] = ()) -> Found:
        """Return the best three FAQs but those excluded; by the full stage if the query has its e5 vector."""
        weights = self.calibration["cheap" if query.e5 is None else "full"]
        numbers = [number for number, faq in enumerate(self.faqs) if faq["id"] in excluded] if excluded else []
        found = faq_shelf.search(self.shelf, query, frozenset(numbers))
        chances = first_chances(found.scores[:CANDIDATES], found.sides, weights["first"])
        candidates = [self._candidate(i, float(p)) for i, p in zip(found.faqs[:CANDIDATES], chances, strict=True)]
        return Found(tuple(candidates), *side_chances(found.sides, weights))

    def lookup(self, text: str) -> Found | None:
        """Return the FAQ of which the text is a wording, letter for letter."""
        number = self.exact.get(fold(text))
        return None if number is None else Found((self._candidate(number, 1.0),), 1.0, 1.0)

    def faq(self, faq_id: str) -> dict[str, str] | None:
        """Return id, topic and question of a FAQ, if it is in the index."""
        return next((faq for faq in self.faqs if faq["id"] == faq_id), None)

    def outside(self, topic: str) -> frozenset[str]:
        """Return the ids of all FAQs that are not of this topic."""
        return frozenset(faq["id"] for faq in self.faqs if faq["topic"] != topic)

    def _candidate(self, number: int, score: float) -> Candidate:
        faq = self.faqs[number]
        return Candidate(faq["id"], faq["question"], faq["topic"], round(score, 4))


def first_chances(ordered: np.ndarray, sides: np.ndarray, weights: list[float]) -> np.ndarray:
    """Return the chance of each of some scores, best first, to be the right one: by score, lead and both sides."""
    rivals = np.concatenate([ordered[1:2], np.repeat(ordered[:1], len(ordered) - 1)])
    facts = np.stack([ordered, ordered - rivals], axis=1)
    return sigmoid(facts @ np.array(weights[:2]) + float(sides @ np.array(weights[2:4])) + weights[4])


def side_chances(sides: np.ndarray, weights: dict[str, list[float]]) -> tuple[float, float]:
    """Return `asks` and `precise` as chances."""
    lines = np.array([weights["asks"], weights["precise"]])
    asks, precise = sigmoid(sides * lines[:, 0] + lines[:, 1])
    return round(float(asks), 4), round(float(precise), 4)


def sigmoid(value: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + e^-value)."""
    return np.asarray(1 / (1 + np.exp(-value)))
