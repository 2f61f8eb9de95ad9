"""Finds the FAQ that a message asks for and decides between it and the classifier's intent.

The index is no part of Rasa's model: its directory is named by the environment variable XINQIAO_FAQ_INDEX, so
that publishing a question needs no training. The better encoder (e5) runs only where it can change the outcome.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.arbiter import Outcome, Thresholds
from bot.nlu.encoder import sentence_vector
from bot.nlu.encoders import load_encoder
from bot.nlu.faq_search import Index
from bot.nlu.faq_turn import Mind, Said, Understood

INDEX_VARIABLE = "XINQIAO_FAQ_INDEX"
PROPERTY = "faq_search"
"""The message property that carries the score and the candidates to the channel and to the fallback action."""


class FaqIndexMissing(RasaException):
    """The FAQ index named by XINQIAO_FAQ_INDEX cannot be read."""


def load_index() -> Index:
    """Return the index the environment names; raise FaqIndexMissing with the reason."""
    directory = os.environ.get(INDEX_VARIABLE, "")
    if not directory:
        raise FaqIndexMissing(f"{INDEX_VARIABLE} is not set")
    try:
        return Index.load(Path(directory))
    except (OSError, KeyError, ValueError) as error:
        raise FaqIndexMissing(f"{INDEX_VARIABLE}={directory}: {type(error).__name__}") from error


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FaqRetriever(GraphComponent):
    """Sets intent `faq` with entity `faq`, `faq_candidates` or `nlu_fallback`, or leaves the classifier's intent."""

    def __init__(self, index: Index, limits: Thresholds) -> None:
        self._mind = Mind(index, limits)
        self._warm_up()

    def _warm_up(self) -> None:
        """Load encoders and map the index now, not in the first worker's turn."""
        text = "工资拖了两个月该找谁"
        self._mind.read(Said(text, load_encoder("use").encode([text])[0], "", 0.0))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the default thresholds."""
        return dataclasses.asdict(Thresholds())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FaqRetriever:
        """Return the retriever with its index loaded."""
        names = {field.name for field in dataclasses.fields(Thresholds)}
        return cls(load_index(), Thresholds(**{name: config[name] for name in names}))

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide on each message that is a sentence; a payload has no vector and is left to Rasa."""
        for message in messages:
            vector = sentence_vector(message)
            if vector is not None:
                self._decide(message, vector)
        return messages

    def _decide(self, message: Message, vector: np.ndarray) -> None:
        intent, text = message.get(INTENT) or {"name": "", "confidence": 0.0}, message.get(TEXT)
        name, confidence = str(intent["name"]), float(intent["confidence"])
        last = str((message.get(METADATA) or {}).get("last_faq") or "") or None
        understood = self._mind.read(Said(text, vector, name, confidence, last))
        found, outcome = understood.found, understood.outcome
        message.set(PROPERTY, _facts(understood), add_to_output=True)
        if outcome is Outcome.INTENT:
            return
        score = found.score if outcome is not Outcome.FALLBACK else 1 - max(found.score, confidence)
        message.set(INTENT, {"name": outcome.value, "confidence": round(score, 4)}, add_to_output=True)
        if outcome is Outcome.FAQ:
            message.set(ENTITIES, [_entity(text, found.candidates[0].faq)], add_to_output=True)


def _facts(understood: Understood) -> dict[str, Any]:
    found, also = understood.found, list(understood.also)
    return {"score": found.score, "candidates": [dataclasses.asdict(row) for row in found.candidates], "also": also}


def _entity(text: str, faq: str) -> dict[str, Any]:
    return {"entity": "faq", "value": faq, "start": 0, "end": len(text), "extractor": "FaqRetriever"}
