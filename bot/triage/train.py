"""Training of the statistical model from our own sentences: `xinqiao train-triage`. Only training needs scikit-learn.

The same sentences and the same encoder give the same weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.level import Level
from bot.triage.encoder import Floats, load_encoder
from bot.triage.fold import fold
from bot.triage.levels import Kind
from bot.triage.ngrams import BUCKETS, Grams, grams_of
from bot.triage.sentences import TRAINING, Sentence, read_sentences
from bot.triage.weights import Weights, gram_values

FOLDS = 5
STRENGTH = 4.0
GRAM_SHARE = 1.2
SEEN = 2  # an n-gram counts from this many sentences on
SCALES = np.geomspace(0.5, 8, 49)
# The chance from which on the model raises, set so that in cross-validation at most this share of the sentences of a
# lower level would be raised: a needless alarm costs more where nobody is distressed.
RAISED = {
    Level.low: {Level.none: 0.02},
    Level.high: {Level.none: 0.002, Level.low: 0.03},
    Level.imminent: {Level.none: 0.002, Level.low: 0.005, Level.high: 0.05},
}
_OWN_LIFE = (Kind.self_harm, Kind.wage_threat)
_MILD = (Kind.distress, Kind.debt, Kind.grief)


@dataclass(frozen=True)
class Features:
    """Folded texts with their sentence vectors and n-grams, one row each."""

    vectors: Floats
    grams: tuple[Grams, ...]

    def matrix(self, idf: Floats, rows: NDArray[np.int64]) -> csr_matrix:
        """Sentence vector and weighted n-grams side by side, shape (len(rows), 512 + BUCKETS)."""
        values = [gram_values(self.grams[row], idf, GRAM_SHARE) for row in rows]
        buckets = [self.grams[row].buckets for row in rows]
        ends = np.cumsum([0, *(len(one) for one in buckets)])
        sparse = csr_matrix((np.concatenate(values), np.concatenate(buckets), ends), shape=(len(rows), BUCKETS))
        return hstack([csr_matrix(self.vectors[rows]), sparse], format="csr")


def train() -> Weights:
    """The weights of the sentences in nlu_data/triage/sentences."""
    sentences = read_sentences(TRAINING)
    names = np.array([label_of(sentence) for sentence in sentences])
    labels, targets = np.unique(names, return_inverse=True)
    features = features_of([sentence.text for sentence in sentences])
    held_out = _cross_validated(features, targets, len(labels))
    scale = _best_scale(held_out, targets)
    chances = _softmax(scale * held_out)
    everything = np.arange(len(targets))
    idf = _idf(features, everything)
    fitted = _fit(features.matrix(idf, everything), targets)
    return Weights(
        labels=tuple(str(label) for label in labels),
        dense=fitted.coef_[:, : features.vectors.shape[1]].T.astype(np.float32),
        sparse=fitted.coef_[:, features.vectors.shape[1] :].T.astype(np.float32),
        idf=idf,
        bias=fitted.intercept_.astype(np.float32),
        scale=scale,
        gram_share=GRAM_SHARE,
        raises={level: _threshold(chances, labels, targets, level) for level in RAISED},
        facts={"sentences": len(sentences), **_figures(chances, labels, targets)},
    )


def label_of(sentence: Sentence) -> str:
    """The class that a sentence stands for: its level and what it is about, wage threats with the writer's own life."""
    if sentence.level is Level.none or sentence.kind is None:
        return f"{Level.none}:{Kind.distress}"
    if sentence.level is Level.low:
        return f"{Level.low}:{sentence.kind if sentence.kind in _MILD else Kind.distress}"
    if sentence.kind in _OWN_LIFE:
        return f"{sentence.level}:{Kind.self_harm}"
    return f"{Level.high}:{sentence.kind}"


def features_of(texts: Sequence[str]) -> Features:
    """Texts folded as the pipeline folds them, with their features."""
    folded = [fold(text) for text in texts]
    vectors = np.concatenate([load_encoder()(folded[at : at + 64]) for at in range(0, len(folded), 64)])
    return Features(vectors, tuple(grams_of(text) for text in folded))


def _idf(features: Features, rows: NDArray[np.int64]) -> Floats:
    """Inverse document frequency of each bucket; nothing for what too few sentences have."""
    seen = np.zeros(BUCKETS)
    for row in rows:
        seen[features.grams[row].buckets] += 1
    return np.where(seen >= SEEN, np.log((1 + len(rows)) / (1 + seen)) + 1, 0).astype(np.float32)


def _fit(matrix: csr_matrix, targets: NDArray[np.int64]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=400).fit(matrix, targets)


def _cross_validated(features: Features, targets: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """The scores (n, classes) that each sentence gets from a model that has not seen it."""
    scores = np.zeros((len(targets), classes))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(targets, targets):
        idf = _idf(features, seen)
        fitted = _fit(features.matrix(idf, seen), targets[seen])
        scores[np.ix_(unseen, fitted.classes_)] = fitted.decision_function(features.matrix(idf, unseen))
    return scores


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def _best_scale(scores: NDArray[np.float64], targets: NDArray[np.int64]) -> float:
    """The factor under which the chances of unseen sentences are most honest (least log loss)."""

    def loss(scale: float) -> float:
        right = _softmax(scale * scores)[np.arange(len(targets)), targets]
        return float(-np.log(right + 1e-9).mean())

    return float(min(SCALES, key=loss))


def _reaches(labels: NDArray[np.str_], level: Level) -> NDArray[np.bool_]:
    return np.array([Level(str(label).partition(":")[0]).rank >= level.rank for label in labels])


def _threshold(
    chances: NDArray[np.float64], labels: NDArray[np.str_], targets: NDArray[np.int64], level: Level
) -> float:
    reach = chances[:, _reaches(labels, level)].sum(axis=1)
    levels = np.array([str(label).partition(":")[0] for label in labels])[targets]
    return round(max(_exceeded_by(reach[levels == lower], share) for lower, share in RAISED[level].items()), 4)


def _exceeded_by(values: NDArray[np.float64], share: float) -> float:
    """The value that this share of the values exceeds."""
    return float(np.sort(values)[::-1][int(len(values) * share)])


def _figures(chances: NDArray[np.float64], labels: NDArray[np.str_], targets: NDArray[np.int64]) -> dict[str, float]:
    """What cross-validation says: recall of each level at its threshold."""
    figures = {}
    for level in RAISED:
        reaches = _reaches(labels, level)
        found = chances[:, reaches].sum(axis=1) >= _threshold(chances, labels, targets, level)
        figures[f"recall_{level}"] = round(float(found[reaches[targets]].mean()), 4)
    return figures
