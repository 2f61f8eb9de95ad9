"""What is read off a model's answer, ours or a stock one. Runs in the engine's environment; no model is needed."""

from __future__ import annotations

from typing import Any

import numpy as np

from bot.evaluation.engine import faq_variants
from bot.evaluation.engine.exam import examined


def seen(parsed: dict[str, Any]) -> dict[str, Any]:
    found = examined(lambda text, last_faq: parsed, "工资拖了俩月")
    assert found.pop("ms") >= 0
    return found


def test_of_our_own_model_the_answer_and_the_choices_are_read() -> None:
    candidates = [{"faq": name, "question": "?", "score": 0.5} for name in ("a", "b", "c")]
    search = {"score": 0.9, "candidates": candidates}
    answered = {"intent": {"name": "faq", "confidence": 0.9}, "entities": [{"entity": "faq", "value": "a"}]}
    offered = {"intent": {"name": "faq_candidates", "confidence": 0.4}, "entities": []}
    expected = {"intent": "faq", "confidence": 0.9, "answer": "a", "candidates": ["a", "b", "c"]}
    assert seen({**answered, "faq_search": search}) == expected
    assert seen({**offered, "faq_search": search})["answer"] == ""


def test_of_a_stock_model_the_response_selector_is_read_and_answers_only_where_the_intent_is_its_own() -> None:
    ranking = [{"intent_response_key": f"faq/{name}", "confidence": 0.5} for name in ("a", "b", "c", "d")]
    selector = {"faq": {"response": {"confidence": 0.6}, "ranking": ranking}}
    answered = seen({"intent": {"name": "faq", "confidence": 0.9}, "response_selector": selector})
    assert answered == {"intent": "faq", "confidence": 0.6, "answer": "a", "candidates": ["a", "b", "c"]}
    silent = seen({"intent": {"name": "greet", "confidence": 0.9}, "response_selector": selector})
    assert silent == {"intent": "greet", "confidence": 0.9, "answer": "", "candidates": ["a", "b", "c"]}


def test_a_question_is_as_near_as_its_nearest_wording_and_the_best_few_can_be_ranked_anew() -> None:
    owners = np.array([0, 0, 1, 2, 2])
    first = np.array([[0.1, 0.9, 0.8, 0.2, 0.3]])
    second = np.array([[0.2, 0.1, 0.9, 0.0, 0.5]])
    assert [row.tolist() for row in faq_variants.nearest(first, owners)] == [[0, 1, 2]]
    assert [row.tolist() for row in faq_variants.reranked(first, second, owners)] == [[1, 2, 0]]
