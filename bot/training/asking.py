"""Asking a release what it understands, without an engine around it: a reader of its model and index, on all cores."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import engine_env
from bot.training import work
from bot.training.releases import Files

SILENT = "评测里有的句子没有得到回答，停下了。细节在日志 training.log 里，请让技术人员看看。"


@dataclass(frozen=True)
class Asked:
    """A reader at work on so many sentences; its answers come into the file."""

    process: work.Process
    answers: Path
    count: int

    def rows(self, alive: Callable[[float], None]) -> list[dict[str, Any]]:
        """Waits, and gives what was understood of each sentence (see bot.nlu.replies.nlu_block).

        `alive` hears the share that is done. Raises Failed.
        """
        work.finish(self.process, lambda: alive(self.answers.read_bytes().count(b"\n") / self.count))
        found = [json.loads(line) for line in self.answers.read_text(encoding="utf-8").splitlines()]
        if len(found) != self.count or any("error" in row for row in found):
            raise work.Failed(SILENT)
        return found


@contextlib.contextmanager
def asked(files: Files, texts: Sequence[str], scratch: Path) -> Iterator[Asked]:
    """A reader of these files while the block lasts: it begins at once, and remembers the vectors of the sentences."""
    environment = {**engine_env.environment(index=files.index), "XINQIAO_VECTORS": str(engine_env.vectors())}
    with tempfile.TemporaryDirectory(prefix=".asked-", dir=scratch) as folder:
        source, answers = Path(folder, "texts"), Path(folder, "answers")
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        with work.started(engine_env.exam_command(files.model), environment, source, answers) as process:
            yield Asked(process, answers, len(texts))
