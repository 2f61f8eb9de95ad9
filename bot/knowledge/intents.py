"""What the intents are learnt from: nlu_data/intents, a file for each."""

from __future__ import annotations

from pathlib import Path

import yaml


def examples(folder: Path) -> dict[str, list[str]]:
    """Gives intent → its training sentences."""
    found = {}
    for path in sorted(folder.glob("*.yml")):
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"][0]
        found[rows["intent"]] = [line[2:].strip() for line in rows["examples"].splitlines() if line.startswith("- ")]
    return found
