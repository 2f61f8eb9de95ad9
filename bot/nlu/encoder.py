"""The Rasa featurizer that adds one sentence vector to a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoders import load_encoder
from bot.nlu.sentence import Encoder
from bot.nlu.text import is_payload

ORIGIN = "sentence_encoder"


def sentence_vector(message: Message) -> np.ndarray | None:
    """Return the message's sentence vector (d,) if the featurizer has set one."""
    _, sentence = message.get_dense_features(TEXT, [ORIGIN])
    return None if sentence is None else np.asarray(sentence.features[0])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(GraphComponent):
    """Adds one dense sentence feature to every message that is a sentence."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: which encoder."""
        return {"encoder": "use"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        """Return the featurizer with its encoder loaded."""
        return cls(load_encoder(config["encoder"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Encode each message once."""
        sentences = [message for message in messages if _is_sentence(message)]
        if sentences:
            self._attach(sentences, self._encoder.encode([message.get(TEXT) for message in sentences]))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode every different training text once."""
        messages = [message for message in training_data.training_examples if _is_sentence(message)]
        texts = sorted({message.get(TEXT) for message in messages})
        vectors = dict(zip(texts, self._encoder.encode(texts), strict=True)) if texts else {}
        self._attach(messages, [vectors[message.get(TEXT)] for message in messages])
        return training_data

    @staticmethod
    def _attach(messages: Sequence[Message], vectors: Sequence[np.ndarray] | np.ndarray) -> None:
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(np.atleast_2d(vector), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))


def _is_sentence(message: Message) -> bool:
    text = message.get(TEXT)
    return bool(text) and not is_payload(text)
