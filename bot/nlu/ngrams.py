"""The Rasa featurizer that adds one sparse row of character n-grams to a message."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.nlu.text import is_payload
from bot.nlu.tfidf import fit_idf, tfidf_matrix

ORIGIN = "character_ngrams"


def ngram_vector(message: Message) -> csr_matrix | None:
    """Return the message's n-gram row (1, BUCKETS) if the featurizer has set one."""
    _, sentence = message.get_sparse_features(TEXT, [ORIGIN])
    return None if sentence is None else sentence.features


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CharacterNgramFeaturizer(GraphComponent):
    """Adds one sparse TF-IDF feature to every message; persisted as one plain array."""

    def __init__(self, storage: ModelStorage, resource: Resource, idf: np.ndarray | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._idf = idf

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CharacterNgramFeaturizer:
        """Return an untrained featurizer."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CharacterNgramFeaturizer:
        """Return the featurizer as it was trained."""
        with model_storage.read_from(resource) as directory:
            idf = np.load(directory / "idf.npy", allow_pickle=False)
        return cls(model_storage, resource, idf)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the document frequencies and persist them."""
        self._idf = fit_idf([message.get(TEXT) for message in training_data.nlu_examples if message.get(TEXT)])
        with self._storage.write_to(self._resource) as directory:
            np.save(directory / "idf.npy", self._idf, allow_pickle=False)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the n-gram feature to each message."""
        for message in messages:
            text = message.get(TEXT)
            if text and not is_payload(text):
                self._attach(message, text)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the n-gram feature to each training example."""
        self.process(training_data.training_examples)
        return training_data

    def _attach(self, message: Message, text: str) -> None:
        idf = cast(np.ndarray, self._idf)  # Rasa trains or loads before it processes
        message.add_features(Features(tfidf_matrix([text], idf), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
