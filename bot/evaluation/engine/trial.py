"""The featurizers and the classifier of config.yml trained on one file and tried on another, without a Rasa model:

    python -m bot.evaluation.engine.trial --train FILE --test FILE [--set JSON]

Reads JSON lines {"text", "intent"} that are whole; prints one JSON line {"train_seconds", "megabytes", "rows"}, a row
being [intent, confidence, milliseconds] for each test line, in order.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from bot.nlu import quiet

TRIED = ("bot.nlu.encoder.", "bot.nlu.ngrams.", "bot.nlu.classifier.")
"""What is tried of the pipeline: all that comes before the FAQs."""
Row = tuple[str, float, float]


def components(config: Path, changed: dict[str, dict[str, Any]], directory: Path) -> list[Any]:
    """Return the components of the pipeline up to the classifier, as Rasa would create them, keeping what they learn
    in an empty directory; `changed` are other settings by class."""
    pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
    return [_component(entry, changed, directory) for entry in pipeline if entry["name"].startswith(TRIED)]


def _component(entry: dict[str, Any], changed: dict[str, dict[str, Any]], directory: Path) -> Any:
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    module, name = entry["name"].rsplit(".", 1)
    kind = getattr(import_module(module), name)
    settings = {key: value for key, value in entry.items() if key != "name"}
    settings = {**kind.get_default_config(), **settings, **changed.get(name, {})}
    return kind.create(settings, LocalModelStorage(directory), Resource(name), ExecutionContext(GraphSchema({})))


def learn(parts: list[Any], rows: list[dict[str, str]]) -> None:
    """Train the components one after another on rows of "text" and "intent"."""
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    data = TrainingData([Message.build(row["text"], row["intent"]) for row in rows])
    for part in parts:
        if hasattr(part, "train"):
            part.train(data)
        if hasattr(part, "process_training_data"):
            data = part.process_training_data(data)


def understand(parts: list[Any], text: str) -> Row:
    """Return what the components make of one text, and how long they took."""
    from rasa.shared.nlu.training_data.message import Message

    started = time.perf_counter()
    messages = [Message.build(text)]
    for part in parts:
        messages = part.process(messages)
    intent = messages[0].get("intent") or {"name": "", "confidence": 0.0}
    return intent["name"], intent["confidence"], round(1000 * (time.perf_counter() - started), 2)


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def attempt(parts: list[Any], train: list[dict[str, str]], test: list[dict[str, str]]) -> dict[str, Any]:
    """Return what this module prints."""
    started = time.perf_counter()
    learn(parts, train)
    seconds = round(time.perf_counter() - started, 1)
    rows = [understand(parts, row["text"]) for row in test]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"train_seconds": seconds, "megabytes": megabytes, "rows": rows}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="try the pipeline up to the classifier")
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--set", type=json.loads, default={}, help='{"component": {"setting": value}} in JSON')
    chosen = parser.parse_args(arguments)
    quiet.configure()
    with tempfile.TemporaryDirectory() as directory:
        parts = components(chosen.config, chosen.set, Path(directory))
        print(json.dumps(attempt(parts, read(chosen.train), read(chosen.test))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
