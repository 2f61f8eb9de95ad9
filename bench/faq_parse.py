"""What the trained model makes of sentences, with the time each took. Runs in the engine's environment:

    python -m bench.faq_parse --model model.tar.gz < lines.jsonl

Writes a line {"intent", "faq", "candidates", "ms"} for each line read, then {"megabytes"}: the memory of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from bot.nlu import quiet
from bot.nlu.ask import load_reader

WARM_UP = ("你好", "工资不发咋办", "年假有几天")


def main() -> int:
    """Give 0."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    model = parser.parse_args().model
    quiet.configure()
    read = load_reader(model)
    for text in WARM_UP:
        read(text, "")
    for line in sys.stdin:
        started = time.perf_counter()
        found = read(json.loads(line)["text"], "")
        taken = 1000 * (time.perf_counter() - started)
        candidates = [row["faq"] for row in found["candidates"]]
        print(json.dumps({"intent": found["intent"], "faq": found["faq"], "candidates": candidates, "ms": taken}))
    print(json.dumps({"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
