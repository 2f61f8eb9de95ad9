"""Trains Rasa's model of intents and rules: what `rasa train` does, without its command line's imports.

    python -m bot.nlu.train --out var/models --name candidate

Prints one JSON line {"model", "seconds"}; exit code 1 and one sentence on a fault in the data.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from bot.nlu import quiet
from bot.nlu.encoders import VECTORS_VARIABLE

os.environ.setdefault("RASA_MAX_CACHE_SIZE", "0")  # a training takes seconds: its cache would only cost disk
DATA = ("nlu_data/intents", "nlu_data/dialogue")


def train(root: Path, out: Path, name: str) -> Path:
    """Return the path of the trained model archive; raise RasaException for unusable data."""
    from rasa.model_training import train as rasa_train
    from rasa.shared.exceptions import RasaException

    result = rasa_train(
        domain=str(root / "domain.yml"),
        config=str(root / "config.yml"),
        training_files=[str(root / part) for part in DATA],
        output=str(out),
        fixed_model_name=name,
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        raise RasaException(f"training ended with code {result.code}")
    return Path(result.model)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="train the model of intents and rules")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="where config.yml and nlu_data are")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default=None)
    parser.add_argument("--vectors", default="", help="file of remembered vectors; the FAQ index has the same")
    chosen = parser.parse_args(arguments)
    if chosen.vectors:
        os.environ[VECTORS_VARIABLE] = chosen.vectors
    started = time.monotonic()
    from rasa.shared.exceptions import RasaException

    quiet.configure()
    try:
        model = train(chosen.root, chosen.out, chosen.name or time.strftime("%Y%m%d-%H%M%S"))
    except RasaException as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"model": str(model), "seconds": round(time.monotonic() - started, 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
