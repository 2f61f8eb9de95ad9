"""The classifier's mathematics, what it costs, and the trial of the pipeline. Runs in the engine's environment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix, vstack

from bot.evaluation.engine import trial
from bot.nlu import intent_kernel
from bot.nlu.intent_kernel import IntentModel, Recipe, Sentences
from bot.nlu.sentence import E5Encoder
from bot.nlu.tfidf import fit_idf, tfidf_matrix

ROOT = Path(__file__).resolve().parents[3]
CHEAP = {"KernelIntentClassifier": {"e5": 0.0}}
WORDS = ("你好呀", "再见了", "谢谢你")


def examples(count: int = 30, e5: bool = True) -> tuple[Sentences, list[str]]:
    """Sentences of three classes that differ in their words, and vectors that hardly tell them apart."""
    texts = [f"{WORDS[at % 3]}{at}" for at in range(count)]
    numbers = np.random.default_rng(0).normal(size=(count, 8)) + np.eye(8)[np.arange(count) % 3]
    unit = (numbers / np.linalg.norm(numbers, axis=1, keepdims=True)).astype(np.float32)
    return Sentences(unit, tfidf_matrix(texts, fit_idf(texts)), unit if e5 else None), [
        WORDS[at % 3] for at in range(count)
    ]


def row(sentences: Sentences, at: int) -> Sentences:
    e5 = None if sentences.e5 is None else sentences.e5[at : at + 1]
    return Sentences(sentences.use[at : at + 1], sentences.ngrams[at], e5)


def without(sentences: Sentences, at: int) -> Sentences:
    kept = [number for number in range(len(sentences.use)) if number != at]
    ngrams = csr_matrix(vstack([sentences.ngrams[number] for number in kept]))
    return Sentences(sentences.use[kept], ngrams, None if sentences.e5 is None else sentences.e5[kept])


def test_the_classifier_comes_back_from_its_files_and_holds_no_pickle(tmp_path: Path) -> None:
    known, names = examples()
    model = intent_kernel.train(known, names, Recipe())
    model.save(tmp_path)
    again = IntentModel.load(tmp_path)
    for one in (row(known, 25), row(known, 25).without_e5()):
        chances = again.probabilities(one)
        assert again.labels[int(chances.argmax())] == names[25]
        assert np.allclose(chances, model.probabilities(one), atol=1e-3)
        assert chances.sum() == pytest.approx(1)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["arrays.npz", "facts.json"]


def test_the_accuracy_it_tells_is_that_of_sentences_it_has_not_seen() -> None:
    known, names = examples(e5=False)
    told = intent_kernel.train(known, names, Recipe()).stages["cheap"].accuracy
    hits = []
    for at in range(len(names)):
        model = intent_kernel.train(without(known, at), names[:at] + names[at + 1 :], Recipe())
        hits.append(model.labels[int(model.probabilities(row(known, at)).argmax())] == names[at])
    assert told == pytest.approx(np.mean(hits), abs=0.07)


def test_training_twice_gives_the_same_numbers() -> None:
    known, names = examples()
    first, second = (intent_kernel.train(known, names, Recipe()) for _ in range(2))
    assert np.array_equal(first.stages["full"].weights, second.stages["full"].weights)


class Counting:
    """Stands for the e5 model and counts the sentences it reads."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def query(self, texts: list[str]) -> np.ndarray:
        self.read += texts
        return np.full((len(texts), 384), len(self.read), np.float32)


def test_a_sentence_that_two_components_ask_for_is_read_by_e5_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Counting()
    encoder = E5Encoder.__new__(E5Encoder)
    monkeypatch.setattr(encoder, "_model", model, raising=False)
    monkeypatch.setattr(encoder, "_last", ([], np.zeros((0, 384), np.float32)), raising=False)
    first = encoder.encode(["工资拖了俩月"])
    assert np.array_equal(encoder.encode(["工资拖了俩月"]), first)
    assert not np.array_equal(encoder.encode(["社保没交"]), first)
    assert len(model.read) == 2


def lines(path: Path, count: int) -> Path:
    rows = [{"text": f"{WORDS[at % 3]}，第{at}句", "intent": f"class_{at % 3}"} for at in range(count)]
    path.write_text("\n".join(json.dumps(each) for each in rows), encoding="utf-8")
    return path


def test_a_trial_trains_the_components_of_the_configuration_and_tries_them(tmp_path: Path) -> None:
    train, test = trial.read(lines(tmp_path / "train", 24)), trial.read(lines(tmp_path / "test", 6))
    found = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        parts = trial.components(ROOT / "config.yml", CHEAP, tmp_path / name)
        assert [type(part).__name__ for part in parts][-1] == "KernelIntentClassifier"
        found.append(trial.attempt(parts, train, test))
    assert [intent for intent, _, _ in found[0]["rows"]] == [each["intent"] for each in test]
    assert [each[:2] for each in found[0]["rows"]] == [each[:2] for each in found[1]["rows"]]


def test_e5_is_asked_only_where_the_cheap_stage_is_not_sure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Counting()
    monkeypatch.setattr("bot.nlu.classifier.load_encoder", lambda name: Stub(asked))
    train = trial.read(lines(tmp_path / "train", 24))
    for sure, reads in ((0.0, 0), (1.1, 1)):
        (tmp_path / str(sure)).mkdir()
        parts = trial.components(ROOT / "config.yml", {"KernelIntentClassifier": {"sure": sure}}, tmp_path / str(sure))
        trial.learn(parts, train)
        asked.read.clear()
        trial.understand(parts, "谢谢你，再见")
        assert len(asked.read) == reads


class Stub:
    """An encoder whose vectors say nothing."""

    def __init__(self, model: Counting) -> None:
        self.encode = model.query
