"""The FAQ index: reading, building, remembering, searching. Runs in the engine's environment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import faq_data, faq_heldout, faq_index, faq_kernel, faq_metric, faq_shelf, vector_cache
from bot.nlu.encoders import load_encoder
from bot.nlu.faq_search import Index
from bot.nlu.tfidf import fit_idf, tfidf_matrix
from bot.nlu.vector_cache import Records

ROOT = Path(__file__).resolve().parents[3]
CHOSEN = ("wages_iou", "wages_minimum", "leave_marriage_henan", "injury_commute_accident")


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
    return faq_index.make(data / "faq", data / "intents", data / "index", data / "vectors.bin")


def search(index: Index, text: str, excluded: frozenset[str] = frozenset()) -> tuple[str, float]:
    query = index.with_e5(index.query(text, load_encoder("use").encode([text])[0]), text)
    found = index.search(query, excluded)
    return found.candidates[0].faq, found.score


def test_the_index_finds_a_question_in_other_words_and_nothing_for_small_talk(data: Path) -> None:
    make(data)
    index = Index.load(data / "index")
    assert search(index, "老板给我打了个白条，上面要写清楚哪些东西")[0] == "wages_iou"
    assert search(index, "领证以后能歇几天")[0] == "leave_marriage_henan"
    assert search(index, "领证以后能歇几天", frozenset({"leave_marriage_henan"}))[0] != "leave_marriage_henan"
    assert search(index, "今晚的球赛几点开始")[1] < 0.3


def test_a_wording_of_the_index_is_found_letter_for_letter_whatever_its_punctuation(data: Path) -> None:
    make(data)
    index = Index.load(data / "index")
    found = index.lookup(f" {index.faqs[0]['question']}!! ")
    assert found is not None
    assert found.candidates[0].faq == index.faqs[0]["id"]
    assert found.score == 1.0
    assert index.lookup("没有这句话") is None


def test_a_wording_that_two_questions_share_is_nobodys() -> None:
    rows = [
        faq_data.Row("同一句", 0, "a", True),
        faq_data.Row("同一句！", 1, "a", True),
        faq_data.Row("另一句", 1, "a", True),
    ]
    assert faq_index.exact_of(rows) == {"另一句": 1}


def test_an_index_is_built_again_only_if_its_data_changed_and_encodes_only_new_texts(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(data)
    encoded: list[str] = []
    real = vector_cache._encode

    def counting(pairs: list[tuple[bytes, str]]) -> np.ndarray:
        encoded.extend(text for _, text in pairs)
        return real(pairs)

    monkeypatch.setattr(vector_cache, "_encode", counting)
    assert make(data)["version"] == first["version"]
    assert encoded == []
    path = next((data / "faq").rglob("wages_iou.yml"))
    path.write_text(path.read_text("utf-8").replace("variants:", "variants:\n  - 新添的一句问法", 1), "utf-8")
    assert make(data)["version"] != first["version"]
    assert encoded == ["新添的一句问法"]


def test_a_bank_in_one_file_gives_the_same_index_as_its_files(data: Path) -> None:
    faqs = faq_data.read_faqs(data / "faq")
    rows = [faq_data._yaml(path) for path in sorted((data / "faq").rglob("*.yml"))]
    bank = data / "bank.json"
    bank.write_text(json.dumps(rows, ensure_ascii=False, default=str), "utf-8")
    assert faq_data.read_faqs(bank) == faqs


@pytest.mark.parametrize("content", ["{", "{}", '[{"id": "x"}]', "[3]"])
def test_a_bank_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    bank = tmp_path / "bank.json"
    bank.write_text(content, "utf-8")
    with pytest.raises(ValueError, match=r"bank\.json"):
        faq_data.read_faqs(bank)


def test_an_id_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    row = {"id": "x", "topic": "t", "question": "q", "variants": [], "answer": "a"}
    bank = tmp_path / "bank.json"
    bank.write_text(json.dumps([row, row]), "utf-8")
    with pytest.raises(ValueError, match="x is there twice"):
        faq_data.read_faqs(bank)


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


def test_the_check_says_for_each_question_how_often_it_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = ["--faq", str(data / "faq"), "--out", str(data / "index"), "--cache", str(data / "vectors.bin")]
    assert faq_index.main([*paths, "--check"]) == 0
    shares = json.loads(capsys.readouterr().out)["per_faq"]
    assert sorted(shares) == sorted(CHOSEN)
    assert all(0 <= share <= 1 for share in shares.values())
    assert max(shares.values()) > 0.5


def random_texts(count: int, seed: int) -> faq_kernel.Texts:
    numbers = np.random.default_rng(seed).normal(size=(count, 8))
    unit = (numbers / np.linalg.norm(numbers, axis=1, keepdims=True)).astype(np.float32)
    words = [f"第{number}句不同的话" for number in range(count)]
    return faq_kernel.Texts(unit, tfidf_matrix(words, fit_idf(words)), unit)


def random_shelf(faqs: int, each: int, others: int) -> faq_shelf.Shelf:
    """Questions with `each` wordings, their last row a line of an answer, and others behind them."""
    count = faqs * each + others
    asks = np.array([number % each < each - 1 or number >= faqs * each for number in range(count)])
    topics = np.where(np.arange(count) < faqs * each, np.arange(count) // (2 * each), -1)
    texts, owners = random_texts(count, 3), np.repeat(np.arange(faqs), each)
    metric = faq_metric.fit(texts.use[: faqs * each], texts.e5[: faqs * each], owners)
    return faq_shelf.shelve(texts, np.arange(faqs + 1) * each, topics, asks, metric)


def test_where_wordings_of_one_question_differ_a_difference_counts_little() -> None:
    owners, number = np.repeat(np.arange(50), 8), np.random.default_rng(2)
    told, matter = number.normal(size=(400, 1)), np.repeat(number.normal(size=(50, 3)), 8, axis=0)
    vectors = np.hstack([3 * told, matter + 0.1 * number.normal(size=(400, 3))]).astype(np.float32)
    metric = faq_metric.fit(vectors, vectors, owners)
    assert metric.use[0, 0] < 0.5 * metric.use.diagonal()[1:].min()
    assert np.isclose(((vectors @ metric.use) * vectors).sum(axis=1).mean(), 1, atol=1e-3)


def test_of_many_questions_the_metric_is_learnt_from_the_same_ones_when_another_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faq_metric, "ENOUGH", 100)
    vectors, owners = random_texts(400, 4).use, np.repeat(np.arange(50), 8)
    all_of_them = faq_metric.fit(vectors, vectors, owners).use
    same = [
        np.allclose(
            faq_metric.fit(vectors[owners != one], vectors[owners != one], owners[owners != one]).use, all_of_them
        )
        for one in range(50)
    ]
    assert 25 <= sum(same) <= 45, "a question that is not drawn changes nothing, one that is drawn does"


def test_a_wording_held_out_is_searched_under_a_metric_that_does_not_know_its_question() -> None:
    shelf = random_shelf(faqs=9, each=4, others=6)
    folds = faq_heldout.folds(shelf, faq_heldout.lots(shelf))
    rows = np.flatnonzero(shelf.asks & (shelf.owners >= 0) & (folds != folds[4 * 5]))
    assert not np.isin(5, shelf.owners[rows])
    expected = faq_metric.fit(shelf.texts.use[rows], shelf.texts.e5[rows], shelf.owners[rows])
    assert np.allclose(faq_heldout.apart(shelf, folds)[folds[4 * 5]].metric.use, expected.use)


def test_what_is_drawn_of_a_bank_stays_drawn_when_a_question_comes_before_it() -> None:
    grown = random_shelf(faqs=9, each=4, others=6)
    texts = grown.texts.take(slice(4, None))
    before = faq_shelf.shelve(texts, grown.starts[1:] - 4, grown.topics[4:], grown.asks[4:], grown.metric)
    lots, lots_before = faq_heldout.lots(grown), faq_heldout.lots(before)
    assert np.array_equal(lots[4:], lots_before)
    assert np.array_equal(faq_heldout.folds(grown, lots)[4:], faq_heldout.folds(before, lots_before))


def test_held_out_scores_are_those_of_a_fit_without_the_text() -> None:
    texts, noise = random_texts(12, 1), np.full(12, 0.3)
    targets = np.eye(3)[np.arange(12) % 3]
    rest = np.arange(1, 12)
    among = faq_kernel.similarity(texts, texts)
    scores = faq_kernel.regress(among[0, 1:], among[1:, 1:], targets[rest], noise[rest])
    assert np.allclose(faq_kernel.held_out(among, targets, noise)[0], scores, atol=1e-4)


def test_a_row_held_out_is_searched_as_if_the_index_had_never_had_it() -> None:
    shelf = random_shelf(faqs=4, each=4, others=6)
    query, kept = shelf.texts.take(np.array([5])), np.delete(np.arange(22), 5)
    starts = np.array([0, 4, 7, 11, 15])
    without = faq_shelf.shelve(shelf.texts.take(kept), starts, shelf.topics[kept], shelf.asks[kept], shelf.metric)
    (held_out, _), never = faq_heldout.searches(shelf, np.array([5, 18]), "full"), faq_shelf.search(without, query)
    assert held_out.faqs.tolist() == never.faqs.tolist()
    assert np.allclose(held_out.scores, never.scores, atol=1e-4)


def test_in_a_large_bank_only_the_nearest_questions_are_decided_among(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = random_shelf(faqs=60, each=3, others=10)
    monkeypatch.setattr(faq_shelf, "NEAR", 10)
    found = [faq_shelf.search(shelf, shelf.texts.take(np.array([row]))) for row in range(0, 180, 3)]
    assert {len(one.faqs) for one in found} == {10}
    assert np.mean([one.faqs[0] == number for number, one in enumerate(found)]) > 0.9


def test_results_of_questions_whose_neighbours_stayed_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, memory = random_shelf(faqs=30, each=4, others=10), Records(tmp_path / "heldout.bin", faq_heldout.PLACE)
    ids, looked_at = [str(number) for number in range(130)], []
    real = faq_heldout._hold_out
    monkeypatch.setattr(faq_heldout, "NEAR", 4)
    monkeypatch.setattr(faq_heldout, "_hold_out", lambda *all: looked_at.append(all) or real(*all))
    rows, place = faq_heldout.places(shelf, ids, memory)
    assert len(looked_at) == 30
    assert rows.tolist() == [row for row in range(120) if row % 4 < 3]
    assert faq_heldout.places(shelf, ids, memory)[1].tolist() == place.tolist()
    assert len(looked_at) == 30
    faq_heldout.places(shelf, ["changed", *ids[1:]], memory)
    assert 30 < len(looked_at) < 60


def test_records_survive_a_crash_in_the_middle_of_one(tmp_path: Path) -> None:
    memory = Records(tmp_path / "memory.bin", faq_heldout.PLACE)
    record = np.zeros(1, faq_heldout.PLACE)
    record["key"], record["place"] = vector_cache.digest("a"), 7
    memory.add(record)
    with (tmp_path / "memory.bin").open("ab") as file:
        file.write(b"torn")
    record["key"] = vector_cache.digest("b")
    memory.add(record)
    found, there = memory.find([vector_cache.digest(text) for text in "abc"])
    assert there.tolist() == [True, True, False]
    assert found["place"].tolist() == [7, 7, 0]
