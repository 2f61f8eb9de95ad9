"""`xinqiao triage` and `xinqiao ask`: many texts at once, without a running gateway."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict
from queue import SimpleQueue
from typing import IO, Any

from bot import engine_env, jsonlines, texts, triage
from bot.conversation.commands import neutralise
from bot.conversation.intents import answer_for
from bot.errors import ConfigError
from bot.settings import ROOT


def triage_lines(source: IO[str]) -> None:
    """Writes the assessment of each text."""
    for number, text, fault in jsonlines.read_texts(source):
        if text is None:
            jsonlines.write({"error": fault, "line": number})
            continue
        found = triage.assess(text)
        reasons = [asdict(reason) for reason in found.reasons]
        jsonlines.write({"text": text, "level": found.level, "score": round(found.score, 4), "reasons": reasons})
    sys.stdout.flush()


def ask_lines(source: IO[str]) -> None:
    """Writes for each text what the trained model understands and the full answer a worker would read."""
    order: SimpleQueue[tuple[int, str | None, str] | None] = SimpleQueue()
    process = _reader()
    feeder = threading.Thread(target=_feed, args=(source, process, order), daemon=True)
    feeder.start()
    for number, text, fault in iter(order.get, None):
        if text is None:
            jsonlines.write({"error": fault, "line": number})
            continue
        jsonlines.write(_answered(text, _read_row(process)))
    process.wait()
    sys.stdout.flush()


def _reader() -> subprocess.Popen[str]:
    command = engine_env.ask_command(engine_env.model_path())
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, env=engine_env.environment(), stdin=pipe, stdout=pipe, text=True, encoding="utf-8"
    )


def _feed(
    source: IO[str], process: subprocess.Popen[str], order: SimpleQueue[tuple[int, str | None, str] | None]
) -> None:
    assert process.stdin is not None
    for row in jsonlines.read_texts(source):
        if row[1] is not None:
            process.stdin.write(json.dumps({"text": neutralise(row[1])}) + "\n")
        order.put(row)
    process.stdin.close()
    order.put(None)


def _read_row(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise ConfigError("the engine's reader stopped; see the lines above")
    return dict(json.loads(line))


def _answered(text: str, nlu: dict[str, Any]) -> dict[str, Any]:
    found = triage.assess(text)
    crisis = found.level.is_crisis
    answer = texts.crisis(found.level, found.kind).text if crisis else answer_for(nlu)
    fields = ("intent", "confidence", "faq", "faq_score")
    return {
        "text": text,
        **{name: nlu.get(name) for name in fields},
        "answer": answer,
        "candidates": nlu.get("candidates") or [],
    }
