"""The data validator: the real data have no fault, and each kind of fault is named with its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot import validate
from bot.knowledge import faqs
from bot.knowledge.checks import Known


def test_the_data_have_no_fault() -> None:
    assert list(validate.faults()) == []


@pytest.fixture
def good() -> tuple[Path, dict[str, Any]]:
    path, content = next(iter(faqs.files()))
    return path, dict(content)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "other"}, "id and topic"),
        ({"reviewer": ""}, "reviewer"),
        ({"variants": ["一", "一！", "二"]}, "variants: "),
        ({"question": "长" * 26}, "question: "),
        ({"basis": []}, "basis: "),
        ({"region": "火星"}, "region: "),
        ({"valid_from": "someday"}, "valid_from: "),
        ({"related": ["nowhere"]}, "related: "),
        ({"answer": "打 {unknown_fact}"}, "answer: 没有这些本地信息：unknown_fact"),
        ({"answer": "{hotline_psych}"}, "answer: 本地信息都没填"),
    ],
)
def test_a_faulty_faq_is_named(good: tuple[Path, dict[str, Any]], change: dict[str, Any], fault: str) -> None:
    path, content = good
    known = Known(frozenset({content["id"], *content["related"]}))
    found = list(validate._faq_faults(path, {**content, **change}, known))
    assert any(fault in each for each in found)


def test_an_faq_that_lacks_a_key_is_named(good: tuple[Path, dict[str, Any]]) -> None:
    path, content = good
    del content["reviewer"]
    assert list(validate._faq_faults(path, content, Known())) == ["lacks reviewer"]


def test_the_same_sentence_under_two_intents_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "examples", lambda: {"greet": ["你好呀"], "goodbye": ["你好，呀！"]})
    assert any(
        "goodbye.yml: 「你好，呀！」 also stands in nlu_data/intents/greet.yml" in each
        for each in validate._sentences_twice()
    )


def test_a_sentence_that_orders_two_things_and_a_button_that_orders_nothing_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = validate._load

    def load(path: Path) -> Any:
        content = real(path)
        if path == validate.controls.PATH:
            content["sentences"]["stop"].append("删除我的记录！")
        if path == validate.texts.PATH:
            content["texts"]["stop_chat"]["buttons"] = [{"title": "点我", "payload": "/control_fly"}]
        return content

    monkeypatch.setattr(validate, "_load", load)
    found = list(validate._controls())
    assert any("orders both delete and stop" in each for each in found)
    assert any("no control fly" in each for each in found)
