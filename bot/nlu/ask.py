"""What the trained model understands, sentence by sentence, without dialogue:

    python -m bot.nlu.ask --model var/models/current.tar.gz < lines.jsonl

Reads JSON lines {"text", "last_faq"?}, writes {"intent", "confidence", "faq", "faq_score", "candidates", "also"} lines
in order; a line that cannot be read gives {"error"}. `last_faq` is the id of the FAQ that was answered just before.
With `--copies 2` two copies of the process share the work; answers then come in bunches.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.nlu import quiet
from bot.nlu.replies import nlu_block

Reader = Callable[[str, str], dict[str, Any]]
BUNCH = 10  # lines that a copy takes at once
SILENCE = 120.0  # seconds; a bunch takes less than one, on a busy machine a few
_read: Reader  # of this process, and of its copies


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
    parser.add_argument("--copies", type=int, default=1, help="processes that share the work")
    chosen = parser.parse_args(arguments)
    quiet.configure()
    global _read
    _read = load_reader(chosen.model)
    alone = (answer(_read, line) for line in sys.stdin)
    for found in _shared(chosen.copies, iter(sys.stdin)) if chosen.copies > 1 else alone:
        print(json.dumps(found, ensure_ascii=False), flush=True)
    return 0


def _shared(copies: int, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the lines, in order, read by copies of this process: the model is there, loaded once.

    The copies end with this process, however it ends; that one of them was killed shows by its silence: TimeoutError.
    """
    with multiprocessing.get_context("fork").Pool(copies) as pool:
        found = pool.imap(_answers, iter(lambda: list(itertools.islice(lines, BUNCH)), []))
        with contextlib.suppress(StopIteration):
            while True:
                yield from found.next(SILENCE)


def _answers(lines: Iterable[str]) -> list[dict[str, Any]]:
    return [answer(_read, line) for line in lines]


if __name__ == "__main__":
    sys.exit(main())
