"""`xinqiao evaluate pipeline` as a command, in the real engine's environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT

WORDS = {"class_a": "闹钟几点响", "class_b": "放一首歌听", "class_c": "明天会下雨吗"}


def evaluate(train: Path, test: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.cli", "evaluate", "pipeline", "--train", str(train), "--test", str(test)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def rows(path: Path, count: int) -> Path:
    lines = (json.dumps({"text": f"{text}{at}", "intent": name}) for at in range(count) for name, text in WORDS.items())
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_it_learns_from_one_file_and_prints_the_accuracy_on_the_other(data_dir: Path, tmp_path: Path) -> None:
    done = evaluate(rows(tmp_path / "train", 8), rows(tmp_path / "test", 3))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "accuracy 1.0000"


def test_a_bad_row_is_named_and_ends_it_with_one(data_dir: Path, tmp_path: Path) -> None:
    train = rows(tmp_path / "train", 8)
    train.write_text(train.read_text(encoding="utf-8") + '\n{"text": "没有意图"}', encoding="utf-8")
    done = evaluate(train, rows(tmp_path / "test", 3))
    assert done.returncode == 1
    assert 'train:25: no string under "intent"' in done.stderr
    assert done.stdout == ""
