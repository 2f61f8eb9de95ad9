"""The reader of many sentences: its copies give what one process gives, end with it, and are missed when killed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot import engine_env
from bot.settings import ROOT
from tests.nlu.ground import trained_model
from tests.waiting import until

QUICK = "from bot.nlu import ask; ask.SILENCE = 15.0; raise SystemExit(ask.main())"
pytestmark = pytest.mark.usefixtures("trained")
SENTENCES = ["工资拖了两个月该找谁", "你好", "年假有几天", "心里堵得慌", "工伤咋认定", "想学电工，哪有课"]


class Reader:
    """A reader at work on the sentences, again and again."""

    def __init__(self, folder: Path, rounds: int, *arguments: str) -> None:
        folder.mkdir(exist_ok=True)
        self.answers, source = folder / "answers", folder / "texts"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in SENTENCES * rounds), encoding="utf-8")
        command = [str(engine_env.require_python()), "-c", QUICK, "--model", str(trained_model()), *arguments]
        with source.open() as reads, self.answers.open("w") as writes:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=engine_env.environment(), stdin=reads, stdout=writes, stderr=subprocess.DEVNULL
            )

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.answers.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def copies(self) -> list[psutil.Process]:
        """The copies, once they are at work."""
        until(lambda: len(self.rows()) > 0, 120)
        return psutil.Process(self.process.pid).children()


def test_copies_give_the_same_answers_in_the_same_order(tmp_path: Path) -> None:
    one, three = Reader(tmp_path / "one", 7), Reader(tmp_path / "three", 7, "--copies", "3")
    assert (one.process.wait(120), three.process.wait(120)) == (0, 0)
    assert len(one.rows()) == 7 * len(SENTENCES)
    assert three.rows() == one.rows()


def test_copies_end_with_the_process_they_are_of(tmp_path: Path) -> None:
    reader = Reader(tmp_path, 400, "--copies", "2")
    copies = reader.copies()
    assert len(copies) == 2
    reader.process.kill()
    reader.process.wait()
    until(lambda: not any(copy.is_running() for copy in copies), 10)


def test_a_copy_that_is_killed_is_no_silent_loss(tmp_path: Path) -> None:
    reader = Reader(tmp_path, 400, "--copies", "2")
    reader.copies()[0].kill()
    assert reader.process.wait(120) != 0
    assert len(reader.rows()) < 400 * len(SENTENCES)
