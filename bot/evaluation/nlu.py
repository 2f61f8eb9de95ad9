"""`xinqiao evaluate nlu`: our pipeline, its variants and Rasa's stock Chinese one on the same held-out sentences."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import engine_env
from bot.evaluation import confusion, heldout, pipeline, report, stock, variants
from bot.evaluation.heldout import Sentence
from bot.evaluation.measured import Measured
from bot.evaluation.verdicts import figures, pairs, verdicts
from bot.knowledge import faqs, intents
from bot.settings import ROOT

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What is measured besides what is live: the stock pipeline, with how many epochs, and variants."""

    stock: bool = True
    epochs: int = 100  # as `rasa init` sets
    variants: bool = True


def run(out: Path, options: Options, say: Say) -> None:
    """Measures everything, says the table and writes report.md, report.json and confusion.svg into a directory."""
    sentences = heldout.read()
    say(f"{len(sentences)} held-out sentences; {report.machine()}")
    with tempfile.TemporaryDirectory(prefix="evaluate-") as name:
        work = Path(name)
        texts = heldout.write(work / "texts.jsonl", [(row.wanted, row.text) for row in sentences])
        found = [_ours(work, texts, sentences, say)]
        if options.stock:
            found.append(_stock(options.epochs, texts, sentences, say))
        tried = _variants(work, sentences, say) if options.variants else []
    out.mkdir(parents=True, exist_ok=True)
    _write(out, found, tried)
    say("\n" + report.tables(found, tried))
    say(f"written: {out / 'report.md'}, report.json, confusion.svg")


def _ours(work: Path, texts: Path, sentences: Sequence[Sentence], say: Say) -> Measured:
    say("ours: index and model from nothing")
    index, started = work / "index", time.monotonic()
    vectors = ("--cache", str(work / "vectors"))
    engine_env.run_module("bot.nlu.faq_index", "--faq", str(faqs.DIRECTORY), "--out", str(index), *vectors, quiet=True)
    built = time.monotonic()
    engine_env.run_module("bot.nlu.train", "--out", str(work), "--name", "ours", "--vectors", vectors[1], quiet=True)
    seconds = {"train": time.monotonic() - started, "index": built - started}
    return _examined("ours", work / "ours.tar.gz", texts, sentences, seconds, "--index", str(index))


def _stock(epochs: int, texts: Path, sentences: Sequence[Sentence], say: Say) -> Measured:
    say(f"Rasa's stock Chinese pipeline, {epochs} epochs; the first time this takes many minutes")
    kept = stock.trained(epochs)
    name = f"stock ({epochs} epochs, trained {kept.day})"
    return _examined(name, kept.model, texts, sentences, {"train": kept.seconds})


def _examined(
    name: str, model: Path, texts: Path, sentences: Sequence[Sentence], seconds: dict[str, float], *more: str
) -> Measured:
    printed = engine_env.output_of("bot.evaluation.engine.exam", "--model", str(model), "--texts", str(texts), *more)
    found = json.loads(printed.splitlines()[-1])
    rows = verdicts(sentences, found["rows"])
    return Measured(name, {**figures(rows), **seconds, "megabytes": found["megabytes"]}, rows)


def _variants(work: Path, sentences: Sequence[Sentence], say: Say) -> list[Measured]:
    known = intents.examples(ROOT / "nlu_data" / "intents")
    train = heldout.write(work / "train.jsonl", ((name, text) for name, texts in known.items() for text in texts))
    own = [row for row in sentences if row.intent]
    test = heldout.write(work / "test.jsonl", [(row.intent, row.text) for row in own])
    found = []
    for name, changed in variants.INTENTS.items():
        say(f"classifier alone: {name}")
        tried = pipeline.attempt(train, test, changed)
        found.append(Measured(name, pipeline.figures([row.intent for row in own], tried)))
    return found


def _write(out: Path, found: Sequence[Measured], tried: Sequence[Measured]) -> None:
    ours = found[0]
    of_intents = [(row.sentence.intent, report.column(row)) for row in ours.rows if row.sentence.intent]
    (out / "confusion.svg").write_text(confusion.svg(of_intents, "intents: truth and what was understood"), "utf-8")
    text = report.document(found, tried, pairs(ours.rows).most_common(report.WORST))
    (out / "report.md").write_text(text, encoding="utf-8")
    content = {"about": report.machine(), "figures": {each.name: each.figures for each in (*found, *tried)}}
    (out / "report.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
