"""The statistical model: it only raises, says what it leans on, and comes from our own sentences alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.triage import MODEL, Level, build, live
from bot.triage.encoder import load_encoder
from bot.triage.fit import fit_network
from bot.triage.net import scores_of
from bot.triage.opinion import OPINION
from bot.triage.sentences import FROZEN, TRAINING, Sentence, faults, read_sentences
from bot.triage.train import digest, own_sentences
from bot.triage.weights import PATH, Seen, read_weights, repository_weights

pipeline = build()
training = read_sentences(TRAINING)
frozen = read_sentences(FROZEN)


def levels(texts: list[str]) -> list[Level]:
    return [found.level for found in pipeline.assess_all(texts)]


def test_the_model_may_raise_a_level_and_never_lowers_the_one_of_the_rules() -> None:
    rules = build()
    rules.nlp.get_pipe("xinqiao_model")._weights = replace(  # type: ignore[attr-defined]
        repository_weights(), raises=dict.fromkeys(Level, 2.0)
    )
    texts = [sentence.text for sentence in training[::7]]
    by_rules = [found.level for found in rules.assess_all(texts)]
    with_model = levels(texts)
    assert all(new.rank >= old.rank for new, old in zip(with_model, by_rules, strict=True))
    assert with_model != by_rules


def test_the_model_finds_risk_that_no_rule_names_and_says_so_on_the_why_card() -> None:
    texts = [one.text for one in training if one.level is Level.high and one.way == "indirect"]
    alone = [found for found in pipeline.assess_all(texts) if [one.expression for one in found.reasons] == [MODEL]]
    raised = [found.reasons[0] for found in alone if found.level.is_crisis]
    assert raised
    assert all(reason.note.startswith("概率 0.") or reason.note.startswith("概率 1.") for reason in raised)


def test_the_pieces_on_a_why_card_stand_in_the_message() -> None:
    for sentence in training[:300]:
        doc = pipeline.nlp(pipeline.nlp.tokenizer(sentence.text))
        assert all(piece in live().fold(sentence.text) for piece in doc.user_data[OPINION].pieces)


def test_chances_are_probabilities_whatever_the_text() -> None:
    chances = repository_weights().chances([Seen(text) for text in ("", "啊", "x" * 5000, "想死", "🔪")])
    assert np.allclose(chances.sum(axis=1), 1)
    assert (chances >= 0).all()


def test_weights_are_saved_and_read_back_unchanged(tmp_path: Path) -> None:
    weights = repository_weights()
    weights.save(tmp_path / "one.npz")
    read_weights((tmp_path / "one.npz").read_bytes()).save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_weights_with_code_in_them_are_not_read(tmp_path: Path) -> None:
    with np.load(PATH) as arrays:
        np.savez(tmp_path / "bad.npz", **{**arrays, "facts": np.array([{"labels": []}], dtype=object)})
    with pytest.raises(ValueError, match="pickle"):
        read_weights((tmp_path / "bad.npz").read_bytes())


def test_the_weights_come_from_the_sentences_as_they_stand() -> None:
    assert repository_weights().facts["digest"] == digest(read_sentences(TRAINING)), "run `xinqiao train-triage`"


def test_the_same_sentences_give_the_same_network() -> None:
    some = training[::200]
    targets = np.array([int(sentence.level.is_crisis) for sentence in some])
    pieces = [load_encoder().pieces(live().fold(sentence.text)) for sentence in some]
    one, two = (fit_network(pieces, targets, labels=2) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    learnt = scores_of(one, pieces).argmax(axis=1)
    assert (learnt == targets).mean() > 0.75, "it has learnt nothing"


@pytest.mark.parametrize("directory", [TRAINING, FROZEN])
def test_our_sentences_have_no_fault(directory: Path) -> None:
    assert faults(directory) == []


def test_a_faulty_file_of_sentences_is_told_by_place_and_never_by_its_words(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        "- {level: severe, kind: self_harm, scope: self, way: plain, reviewer: 组, texts: [一句话, 一句话, 3]}\n"
        "- {level: low, kind: distress, scope: self, way: nonsense, texts: []}\n",
        encoding="utf-8",
    )
    found = faults(tmp_path)
    assert found == [
        "a.yml[1]: unknown level severe",
        "a.yml[1]: text 2 stands already in a.yml[1]",
        "a.yml[1]: text 3 is not a string",
        "a.yml[2]: unknown way nonsense",
        "a.yml[2]: reviewer is missing",
        "a.yml[2]: texts is missing",
    ]


def test_there_are_enough_sentences_and_half_of_them_are_hard_negatives() -> None:
    assert len(training) >= 2500
    assert sum(not sentence.level.is_crisis for sentence in training) >= len(training) / 2
    assert len(frozen) >= 1200


def test_no_sentence_of_the_frozen_set_is_in_training() -> None:
    def bare(sentence: Sentence) -> str:
        return "".join(char for char in live().fold(sentence.text) if char.isalnum())

    assert {bare(sentence) for sentence in frozen}.isdisjoint(bare(sentence) for sentence in own_sentences())
