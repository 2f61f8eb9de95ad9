"""The intent classifier: a kernel machine over sentence vector, character n-grams and, where needed, e5."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any, Optional, cast

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack

from bot.nlu import intent_kernel
from bot.nlu.encoder import sentence_vector
from bot.nlu.encoders import load_encoder
from bot.nlu.intent_kernel import IntentModel, Recipe, Sentences
from bot.nlu.ngrams import ngram_vector

logger = logging.getLogger(__name__)
RANKED = 3
"""How many intents go into the ranking: every one of them is stored with every message."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KernelIntentClassifier(GraphComponent):
    """Sets `intent` and `intent_ranking` with calibrated probabilities."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Optional[IntentModel] = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: the recipe, and the probability from which the cheap stage is `sure`."""
        return {**dataclasses.asdict(Recipe()), "sure": 0.9}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KernelIntentClassifier:
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
    ) -> KernelIntentClassifier:
        """Return the classifier as it was trained."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, IntentModel.load(directory))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples and persist what was learnt."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        recipe = Recipe(**{field.name: self._config[field.name] for field in dataclasses.fields(Recipe)})
        names = [message.get(INTENT) for message in examples]
        self._model = intent_kernel.train(_encoded(examples, recipe), names, recipe)
        for name, stage in self._model.stages.items():
            logger.info("intents, %s: %d examples, each held out %.3f", name, len(names), stage.accuracy)
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify each message that has features; a payload is left to Rasa."""
        for message in messages:
            vector, ngrams = sentence_vector(message), ngram_vector(message)
            if vector is not None and ngrams is not None:
                self._classify(message, Sentences(vector[None, :], ngrams))
        return messages

    def _classify(self, message: Message, sentence: Sentences) -> None:
        model = cast(IntentModel, self._model)  # Rasa trains or loads before it processes
        probabilities = model.probabilities(sentence)
        if probabilities.max() < self._config["sure"] and "full" in model.stages:
            e5 = load_encoder("e5").encode([message.get(TEXT)])
            probabilities = model.probabilities(Sentences(sentence.use, sentence.ngrams, e5))
        order = np.argsort(-probabilities)[:RANKED]
        ranking = [{"name": model.labels[i], "confidence": round(float(probabilities[i]), 4)} for i in order]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)


def _encoded(examples: list[Message], recipe: Recipe) -> Sentences:
    vectors = np.stack([sentence_vector(message) for message in examples])
    ngrams = vstack([ngram_vector(message) for message in examples]).tocsr()
    texts = [message.get(TEXT) for message in examples]
    return Sentences(vectors, ngrams, load_encoder("e5").encode(texts) if recipe.e5 else None)
