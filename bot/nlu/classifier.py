"""The intent classifier: a light linear model over the sentence vector and the character n-grams."""

from __future__ import annotations

import logging
from typing import Any, cast

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack

from bot.nlu import linear
from bot.nlu.encoder import sentence_vector
from bot.nlu.ngrams import ngram_vector

logger = logging.getLogger(__name__)
RANKED = 3
"""How many intents go into the ranking: every one of them is stored with every message."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent):
    """Sets `intent` and `intent_ranking` with calibrated probabilities."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: linear.LinearModel | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: `strength` is the inverse of the regularisation."""
        return {"strength": 10.0}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Return an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Return the classifier as it was trained."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, linear.LinearModel.load(directory))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples and persist the weights."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        vectors = np.stack([sentence_vector(message) for message in examples])
        ngrams = vstack([ngram_vector(message) for message in examples]).tocsr()
        names = [message.get(INTENT) for message in examples]
        self._model = linear.train(vectors, ngrams, names, self._config["strength"])
        logger.info("intents: %d examples, cross-validated %.3f", len(names), self._model.accuracy)
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify each message that has features; a payload is left to Rasa."""
        for message in messages:
            vector, ngrams = sentence_vector(message), ngram_vector(message)
            if vector is not None and ngrams is not None:
                self._classify(message, vector, ngrams)
        return messages

    def _classify(self, message: Message, vector: np.ndarray, ngrams: Any) -> None:
        model = cast(linear.LinearModel, self._model)  # Rasa trains or loads before it processes
        probabilities = model.probabilities(vector, ngrams)
        order = np.argsort(-probabilities)[:RANKED]
        ranking = [{"name": model.labels[i], "confidence": round(float(probabilities[i]), 4)} for i in order]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
