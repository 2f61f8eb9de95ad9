"""Searches a built FAQ index: a cheap similarity first, the better and dearer one where that is not sure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.faq_kernel import Texts, centre, similarity
from bot.nlu.sentence import Encoder, load_encoder
from bot.nlu.text import fold
from bot.nlu.tfidf import BUCKETS, tfidf_matrix

CANDIDATES = 3


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
    """A loaded index. Texts are the landmarks; the weights turn similarities into scores of FAQs."""

    version: str
    faqs: tuple[dict[str, str], ...]
    exact: dict[str, int]
    texts: Texts
    e5_mean: np.ndarray
    idf: np.ndarray
    weights: dict[str, np.ndarray]  # stage → (landmarks, faqs)
    calibration: dict[str, dict[str, list[float]]]  # stage → see chance()

    @classmethod
    def load(cls, directory: Path) -> Index:
        """Read an index that faq_index wrote; raise OSError, KeyError or ValueError for anything else."""
        facts = json.loads((directory / "index.json").read_text(encoding="utf-8"))
        with np.load(directory / "index.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return cls(
            facts["version"], tuple(facts["faqs"]), facts["exact"], _texts(arrays), arrays["e5_mean"], arrays["idf"],
            {stage: arrays[stage] for stage in ("cheap", "full")},
            {stage: facts[f"{stage}_calibration"] for stage in ("cheap", "full")},
        )  # fmt: skip

    def query(self, text: str, use: np.ndarray) -> Texts:
        """Return a question, with its USE vector (512,) already known, ready for the cheap stage."""
        return Texts(use[None, :], tfidf_matrix([text], self.idf), None)

    def with_e5(self, query: Texts, text: str, encoder: Encoder | None = None) -> Texts:
        """Return the question ready for the full stage: this is what costs 8–30 ms."""
        vector = (encoder or load_encoder("e5")).encode([text])
        return Texts(query.use, query.ngrams, centre(vector, self.e5_mean))

    def search(self, query: Texts) -> Found:
        """Return the best three FAQs; by the full stage if the query has its e5 vector."""
        stage = "cheap" if query.e5 is None else "full"
        scores = (similarity(query, self.texts) @ self.weights[stage])[0]
        sides, order = scores[-2:], np.argsort(-scores[:-2])[:CANDIDATES]
        chances = first_chances(scores[order], sides, self.calibration[stage]["first"])
        candidates = [self._candidate(i, float(p)) for i, p in zip(order, chances, strict=True)]
        return Found(tuple(candidates), *side_chances(sides, self.calibration[stage]))

    def lookup(self, text: str) -> Found | None:
        """Return the FAQ of which the text is a wording, letter for letter."""
        number = self.exact.get(fold(text))
        return None if number is None else Found((self._candidate(number, 1.0),), 1.0, 1.0)

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


def _texts(arrays: dict[str, Any]) -> Texts:
    ngrams = csr_matrix(
        (arrays["ngrams_data"], arrays["ngrams_indices"], arrays["ngrams_indptr"]),
        shape=(len(arrays["use"]), BUCKETS),
    )
    e5 = centre(arrays["e5"].astype(np.float32), arrays["e5_mean"])
    return Texts(arrays["use"].astype(np.float32), ngrams, e5)
