"""Training of the statistical model from our own sentences: `xinqiao train-triage`.

What the thresholds rest on is cross-validation by file: a sentence is judged by a model that has seen no sentence of
the same file, so that it is told apart by what it says and not by who wrote it.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.level import Level
from bot.triage.encoder import Floats, load_encoder
from bot.triage.fit import Targets, fit_network
from bot.triage.levels import Kind
from bot.triage.lexicon import read_raw
from bot.triage.net import scores_of
from bot.triage.ngrams import BUCKETS, MARKS, grams_of, marks_of
from bot.triage.opinion import seen_in
from bot.triage.pipeline import RULES, assembled
from bot.triage.sentences import ORDINARY, TRAINING, Sentence, read_ordinary, read_sentences
from bot.triage.weights import GRAM_PART, MARK, Seen, Weights, gram_values, ranks_of, softmax

FOLDS = 3
STRENGTH = 8.0
TWICE = 2  # an n-gram counts from this many sentences on
SCALES = np.geomspace(0.5, 8, 49)
# The chance from which on the model raises. Set by hand, with the totals of docs/evaluation.md in view: lower bars find
# more risk and alarm at more ordinary messages. Training prints what cross-validation says of them.
BARS = {Level.low: 0.85, Level.high: 0.9, Level.imminent: 0.5}
_OWN_LIFE = (Kind.self_harm, Kind.wage_threat)
_MILD = (Kind.distress, Kind.debt, Kind.grief)
Scores = NDArray[np.float64]


def train(say: Callable[[str], None]) -> Weights:
    """The weights of our own sentences, under the lexicon as it is; up to an hour."""
    sentences = own_sentences()
    names = [label_of(sentence) for sentence in sentences]
    labels = sorted(set(names))
    targets = np.array([labels.index(name) for name in names])
    seen = seen_by_model([sentence.text for sentence in sentences])
    held_out = _cross_validated(seen, targets, _folds(sentences), len(labels), say)
    scale = _best_scale(held_out, targets)
    chances = softmax(scale * held_out)
    _tell(sentences, labels, chances, say)
    say("all sentences")
    network, (sparse, idf, bias) = _fit(seen, targets, len(labels))
    facts = {"sentences": len(sentences), "digest": digest(read_sentences(TRAINING))}
    return Weights(tuple(labels), network, sparse, idf, bias, scale, BARS, facts)


def own_sentences() -> list[Sentence]:
    """All that the model learns from: sentences written for it, and what people ask on any day."""
    written = read_sentences(TRAINING)
    known = {sentence.text for sentence in written}
    return [*written, *(sentence for sentence in read_ordinary() if sentence.text not in known)]


def digest(sentences: Sequence[Sentence]) -> str:
    """Names the sentences and what is said of them. Weights carry the one of those that were written for them; what
    people ask on any day grows with every FAQ, and no FAQ is worth an hour of training."""
    whole = hashlib.sha256()
    for one in sorted(sentences, key=lambda one: one.text):
        whole.update(f"{one.text}\t{label_of(one)}\n".encode())
    return whole.hexdigest()[:16]


def label_of(sentence: Sentence) -> str:
    """The class that a sentence stands for: its level and what it is about, wage threats with the writer's own life."""
    if sentence.level is Level.none or sentence.kind is None:
        return f"{Level.none}:{Kind.distress}"
    if sentence.level is Level.low:
        return f"{Level.low}:{sentence.kind if sentence.kind in _MILD else Kind.distress}"
    if sentence.kind in _OWN_LIFE:
        return f"{sentence.level}:{Kind.self_harm}"
    return f"{sentence.level}:{sentence.kind}"


def seen_by_model(texts: Sequence[str]) -> list[Seen]:
    """What the model gets to see of each text."""
    rules = assembled(read_raw(), RULES)
    return [seen_in(doc) for doc in rules.pipe(rules.tokenizer(text) for text in texts)]


def _folds(sentences: Sequence[Sentence]) -> Targets:
    sources = sorted({sentence.source for sentence in sentences})
    return np.array([sources.index(sentence.source) % FOLDS for sentence in sentences])


def _cross_validated(
    seen: Sequence[Seen], targets: Targets, folds: Targets, labels: int, say: Callable[[str], None]
) -> Scores:
    """The scores (n, labels) that each sentence gets from a model that has not seen its file."""
    scores = np.zeros((len(seen), labels))
    for fold in range(FOLDS):
        say(f"cross-validation, part {fold + 1} of {FOLDS}")
        known, unknown = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        network, (sparse, idf, bias) = _fit(_of(seen, known), targets[known], labels)
        asked = _of(seen, unknown)
        part = scores_of(network, [load_encoder().pieces(one.text) for one in asked])
        scores[unknown] = part + GRAM_PART * (_features(asked, idf) @ sparse + bias)
    return scores


def _of(seen: Sequence[Seen], rows: Targets) -> list[Seen]:
    return [seen[int(at)] for at in rows]


def _fit(
    seen: Sequence[Seen], targets: Targets, labels: int
) -> tuple[dict[str, Floats], tuple[Floats, Floats, Floats]]:
    """The layers of the network; coefficients, inverse document frequencies and bias of the regression."""
    network = fit_network([load_encoder().pieces(one.text) for one in seen], targets, labels)
    idf = _idf(seen)
    fitted = LogisticRegression(C=STRENGTH, max_iter=400).fit(_features(seen, idf), targets)
    sparse = np.zeros((BUCKETS + MARKS, labels), dtype=np.float32)
    bias = np.full(labels, fitted.intercept_.min(), dtype=np.float32)
    sparse[:, fitted.classes_], bias[fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return network, (sparse, idf, bias)


def _idf(seen: Sequence[Seen]) -> Floats:
    """Inverse document frequency of each bucket; nothing for what too few sentences have."""
    count = np.zeros(BUCKETS)
    for one in seen:
        count[grams_of(one.text).buckets] += 1
    return np.where(count >= TWICE, np.log((1 + len(seen)) / (1 + count)) + 1, 0).astype(np.float32)


def _features(seen: Sequence[Seen], idf: Floats) -> csr_matrix:
    """Weighted n-grams and marks, shape (n, BUCKETS + MARKS)."""
    values, columns, ends = [], [], [0]
    for one in seen:
        grams, marks = grams_of(one.text), marks_of(one.marks)
        values += [gram_values(grams, idf), np.full(len(marks), MARK, dtype=np.float32)]
        columns += [grams.buckets, marks]
        ends.append(ends[-1] + len(grams.buckets) + len(marks))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=(len(seen), BUCKETS + MARKS))


def _best_scale(scores: Scores, targets: Targets) -> float:
    """The factor under which the chances of unseen sentences are most honest (least log loss)."""

    def loss(scale: float) -> float:
        right = softmax(scale * scores)[np.arange(len(targets)), targets]
        return float(-np.log(right + 1e-9).mean())

    return float(min(SCALES, key=loss))


def _tell(sentences: Sequence[Sentence], labels: Sequence[str], chances: Scores, say: Callable[[str], None]) -> None:
    """Prints which share of each kind of sentence cross-validation would raise to each level."""
    strata = np.array([ORDINARY if sentence.way == ORDINARY else sentence.level for sentence in sentences])
    for level, bar in BARS.items():
        raised = chances[:, ranks_of(labels) >= level.rank].sum(axis=1) >= bar
        shares = " ".join(f"{name} {raised[strata == name].mean():.4f}" for name in (ORDINARY, *Level))
        say(f"raised to {level} from {bar} on: {shares}")
