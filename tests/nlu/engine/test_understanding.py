"""Classifier, retrieval and arbiter on a handful of sentences. Runs in the engine's environment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import faq_index, faq_kernel, vector_cache
from bot.nlu.arbiter import Chances, Outcome, Thresholds, decide
from bot.nlu.faq_search import Index
from bot.nlu.replies import candidate_buttons, item_of
from bot.nlu.sentence import load_encoder
from bot.nlu.text import MAX_CHARS, fold, standard
from bot.nlu.tfidf import fit_idf, tfidf_matrix

ROOT = Path(__file__).resolve().parents[3]
CHOSEN = ("wages_iou", "wages_minimum", "leave_marriage_henan", "injury_commute_accident")
LIMITS = Thresholds()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set: four of our FAQs and two of our intents."""
    root = tmp_path_factory.mktemp("data")
    for name in CHOSEN:
        source = next((ROOT / "nlu_data" / "faq").rglob(f"{name}.yml"))
        (root / "faq" / source.parent.name).mkdir(parents=True, exist_ok=True)
        (root / "faq" / source.parent.name / source.name).write_text(source.read_text("utf-8"), "utf-8")
    (root / "intents").mkdir()
    for name in ("greet", "out_of_scope"):
        source = ROOT / "nlu_data" / "intents" / f"{name}.yml"
        (root / "intents" / source.name).write_text(source.read_text("utf-8"), "utf-8")
    return root


def make(data: Path) -> dict[str, object]:
    return faq_index.make(data / "faq", data / "intents", data / "index", data / "vectors.npz")


def search(index: Index, text: str) -> tuple[str, float]:
    query = index.with_e5(index.query(text, load_encoder("use").encode([text])[0]), text)
    found = index.search(query)
    return found.candidates[0].faq, found.score


def test_the_index_finds_a_question_in_other_words_and_nothing_for_small_talk(data: Path) -> None:
    make(data)
    index = Index.load(data / "index")
    assert search(index, "老板给我打了个白条，上面要写清楚哪些东西")[0] == "wages_iou"
    assert search(index, "领证以后能歇几天")[0] == "leave_marriage_henan"
    assert search(index, "今晚的球赛几点开始")[1] < 0.3


def test_a_wording_of_the_index_is_found_letter_for_letter_whatever_its_punctuation(data: Path) -> None:
    make(data)
    index = Index.load(data / "index")
    found = index.lookup(f" {index.faqs[0]['question']}!! ")
    assert found is not None
    assert found.candidates[0].faq == index.faqs[0]["id"]
    assert found.score == 1.0
    assert index.lookup("没有这句话") is None


def test_an_index_is_built_again_only_if_its_data_changed_and_encodes_only_new_texts(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(data)
    encoded: list[str] = []
    real = vector_cache._encode

    def counting(texts: dict[str, str]) -> dict[str, tuple[np.ndarray, ...]]:
        encoded.extend(texts.values())
        return real(texts)

    monkeypatch.setattr(vector_cache, "_encode", counting)
    assert make(data)["version"] == first["version"]
    assert encoded == []
    path = next((data / "faq").rglob("wages_iou.yml"))
    path.write_text(path.read_text("utf-8").replace("variants:", "variants:\n  - 新添的一句问法", 1), "utf-8")
    assert make(data)["version"] != first["version"]
    assert encoded == ["新添的一句问法"]


def test_a_broken_faq_file_is_named_and_leaves_the_old_index(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(data)
    broken = data / "faq" / "broken.yml"
    broken.write_text("id: x\n", "utf-8")
    try:
        assert faq_index.main(["--faq", str(data / "faq"), "--out", str(data / "index")]) == 1
    finally:
        broken.unlink()
    assert "broken.yml" in capsys.readouterr().err
    assert Index.load(data / "index").faqs


def random_texts(count: int, seed: int) -> faq_kernel.Texts:
    numbers = np.random.default_rng(seed).normal(size=(count, 8))
    unit = (numbers / np.linalg.norm(numbers, axis=1, keepdims=True)).astype(np.float32)
    words = [f"第{number}句不同的话" for number in range(count)]
    return faq_kernel.Texts(unit, tfidf_matrix(words, fit_idf(words)), unit)


def test_held_out_scores_are_those_of_a_fit_without_the_text() -> None:
    texts, noise = random_texts(12, 1), np.full(12, 0.3)
    targets = np.eye(3)[np.arange(12) % 3]
    fitted = faq_kernel.fit(texts, targets, noise)
    rest = np.arange(1, 12)
    without = faq_kernel.fit(texts.take(rest), targets[rest], noise[rest])
    scores = faq_kernel.similarity(texts.take(np.array([0])), texts.take(rest)) @ without.weights
    assert np.allclose(fitted.held_out[0], scores[0], atol=1e-4)


def test_a_large_index_on_a_sample_of_landmarks_still_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, noise = random_texts(40, 2), np.full(40, 0.3)
    targets = np.eye(4)[np.arange(40) % 4]
    monkeypatch.setattr(faq_kernel, "MAX_LANDMARKS", 30)
    fitted = faq_kernel.fit(texts, targets, noise)
    scores = faq_kernel.similarity(texts, texts.take(faq_kernel.landmarks_of(40))) @ fitted.weights
    assert fitted.weights.shape == (30, 4)
    assert (scores.argmax(1) == targets.argmax(1)).mean() > 0.7


@pytest.mark.parametrize(
    ("intent", "confidence", "found", "outcome"),
    [
        ("ask_wages", 0.9, Chances(0.9, 0.5, 1.0, 1.0), Outcome.FAQ),
        ("ask_wages", 0.9, Chances(0.9, 0.05, 1.0, 1.0), Outcome.CANDIDATES),
        ("ask_wages", 0.9, Chances(0.5, 0.3, 1.0, 0.9), Outcome.CANDIDATES),
        ("ask_wages", 0.9, Chances(0.4, 0.3, 1.0, 0.1), Outcome.INTENT),
        ("request_human", 0.8, Chances(0.7, 0.6, 0.6, 0.9), Outcome.INTENT),
        ("express_distress", 0.5, Chances(0.45, 0.3, 0.7, 0.5), Outcome.INTENT),
        ("greet", 0.9, Chances(0.85, 0.7, 0.9, 0.9), Outcome.FAQ),
        ("out_of_scope", 0.9, Chances(0.3, 0.2, 0.2, 0.1), Outcome.INTENT),
        ("out_of_scope", 0.3, Chances(0.05, 0.0, 0.2, 0.1), Outcome.FALLBACK),
        ("deny", 0.2, Chances(0.3, 0.1, 0.2, 0.4), Outcome.CANDIDATES),
    ],
)
def test_the_arbiter_lets_the_safer_side_win(intent: str, confidence: float, found: Chances, outcome: Outcome) -> None:
    assert decide(intent, confidence, found, LIMITS) is outcome


def test_henan_words_read_as_common_ones_and_a_long_text_keeps_its_two_ends() -> None:
    assert standard("俺们的工钱  咋弄") == "我们的工资 怎么办"
    assert fold("工资！ＡＢＣ，怎么 办？") == "工资abc怎么办"
    long = standard("头" * 300 + "尾" * 300)
    assert len(long) == MAX_CHARS
    assert long.startswith("头")
    assert long.endswith("尾")


def test_candidates_become_buttons_and_the_last_answer_can_be_repeated() -> None:
    parsed = {"faq_search": {"score": 0.3, "candidates": [{"faq": "wages_iou", "question": "欠条该咋写？"}]}}
    item = item_of({"custom": {"text": "did_you_mean", "candidates": True}}, parsed)
    assert [button["title"] for button in item["buttons"]] == ["欠条该咋写？", "都不是"]
    assert json.loads(item["buttons"][0]["payload"].removeprefix("/faq")) == {"faq": "wages_iou"}
    assert candidate_buttons({})[-1]["payload"] == "/out_of_scope"
    assert item_of({"custom": {"repeat": "wages_iou"}}, {}) == {"custom": {"faq": "wages_iou"}}
    assert item_of({"custom": {"repeat": "None"}}, {}) == {"custom": {"text": "repeat_unavailable"}}
