"""A trained Rasa model, ours or a stock one, on sentences whose truth somebody else knows:

    python -m bot.evaluation.engine.exam --model model.tar.gz --texts texts.jsonl

Reads JSON lines {"text"} that are whole; prints one JSON line {"megabytes", "rows"}, a row being {"intent",
"confidence", "answer", "candidates", "ms"} for each text, in order. `answer` is the question answered outright or "".
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bot.nlu import quiet
from bot.nlu.ask import Reader, load_parser
from bot.nlu.replies import nlu_block

WARM_UP = "你好"
RANKED = 3


def examined(parse: Reader, text: str) -> dict[str, Any]:
    """Return the row of one text."""
    started = time.perf_counter()
    parsed = parse(text, "")
    taken = round(1000 * (time.perf_counter() - started), 2)
    return {**(_selected(parsed) if "response_selector" in parsed else _searched(parsed)), "ms": taken}


def _searched(parsed: dict[str, Any]) -> dict[str, Any]:
    """Return what our own retriever found."""
    found = nlu_block(parsed)
    candidates = [row["faq"] for row in found["candidates"]][:RANKED]
    named = {name: found[name] for name in ("intent", "confidence")}
    return {**named, "answer": found["faq"] or "", "candidates": candidates}


def _selected(parsed: dict[str, Any]) -> dict[str, Any]:
    """Return what Rasa's response selector found; it answers wherever the intent is its own."""
    intent, selector = parsed["intent"], parsed["response_selector"]["faq"]
    ranked = [row["intent_response_key"].split("/", 1)[-1] for row in selector["ranking"]][:RANKED]
    answers = intent["name"] == "faq" and ranked
    confidence = min(intent["confidence"], selector["response"]["confidence"]) if answers else intent["confidence"]
    found = {"intent": intent["name"] or "", "confidence": float(confidence or 0.0)}
    return {**found, "answer": ranked[0] if answers else "", "candidates": ranked}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="what a model makes of sentences, with times and memory")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--index", default="", help="directory of the FAQ index, for a model of ours")
    chosen = parser.parse_args(arguments)
    os.environ["XINQIAO_FAQ_INDEX"] = chosen.index
    quiet.configure()
    parse = load_parser(chosen.model)
    parse(WARM_UP, "")
    rows = [examined(parse, json.loads(line)["text"]) for line in chosen.texts.open(encoding="utf-8")]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"megabytes": megabytes, "rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
