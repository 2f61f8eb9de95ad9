"""What the trained model understands, sentence by sentence, without dialogue:

    python -m bot.nlu.ask --model var/models/current.tar.gz < lines.jsonl

Reads JSON lines {"text", "last_faq"?}, writes {"intent", "confidence", "faq", "faq_score", "candidates", "also"} lines
in order; a line that cannot be read gives {"error"}. `last_faq` is the id of the FAQ that was answered just before.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.nlu import quiet
from bot.nlu.replies import nlu_block

Reader = Callable[[str, str], dict[str, Any]]


def load_reader(model: Path) -> Reader:
    """Return a function from a sentence and the FAQ before it to what we say; raise RasaException for a bad model."""
    parse = load_parser(model)
    return lambda text, last_faq: nlu_block(parse(text, last_faq))


def load_parser(model: Path) -> Reader:
    """Return the same, but to all that Rasa's NLU makes of it."""
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.engine.loader import load_predict_graph_runner
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.shared.core.trackers import DialogueStateTracker

    with tempfile.TemporaryDirectory() as unpacked:
        metadata, runner = load_predict_graph_runner(Path(unpacked), model, LocalModelStorage, DaskGraphRunner)
    tracker = DialogueStateTracker.from_events("ask", [])

    def parse(text: str, last_faq: str) -> dict[str, Any]:
        said = UserMessage(text, metadata={"last_faq": last_faq})
        inputs = {PLACEHOLDER_MESSAGE: [said], PLACEHOLDER_TRACKER: tracker}
        message = runner.run(inputs=inputs, targets=[metadata.nlu_target])[metadata.nlu_target][0]
        return dict(message.as_dict(only_output_properties=True))

    return parse


def answer(read: Reader, line: str) -> dict[str, Any]:
    """Return the row for one line of input."""
    try:
        row = json.loads(line)
        text, last_faq = row["text"], str(row.get("last_faq") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"error": "bad_line"}
    # a person's slash is no command: the gateway takes it away, and so does this
    sentence = text.strip().lstrip("/") if isinstance(text, str) else ""
    return read(sentence, last_faq) if sentence else {"error": "no_text"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="what the model understands")
    parser.add_argument("--model", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    quiet.configure()
    read = load_reader(chosen.model)
    for line in sys.stdin:
        print(json.dumps(answer(read, line), ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
