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
from bot.evaluation.figures import share
from bot.evaluation.heldout import Sentence
from bot.evaluation.measured import Measured
from bot.evaluation.verdicts import figures, pairs, verdicts
from bot.knowledge import faqs
from bot.knowledge.wordings import examples
from bot.settings import ROOT

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What is measured besides what is live: the stock pipeline, with how many epochs, and variants; other FAQs than
    ours (a folder or a bank.json), and a file of remembered vectors, with which training does not encode anew."""

    stock: bool = True
    epochs: int = 100  # as `rasa init` sets
    variants: bool = True
    bank: Path = faqs.DIRECTORY
    vectors: Path | None = None


@dataclass(frozen=True)
class Place:
    """Where the files of one run lie."""

    work: Path
    bank: Path
    vectors: Path
    texts: Path

    @property
    def index(self) -> Path:
        """The FAQ index of this run."""
        return self.work / "index"


def run(out: Path, options: Options, say: Say) -> None:
    """Measures everything, says the table and writes report.md, report.json and confusion.svg into a directory."""
    sentences = heldout.read()
    say(f"{len(sentences)} held-out sentences; {report.machine()}")
    with tempfile.TemporaryDirectory(prefix="evaluate-") as name:
        work = Path(name)
        texts = heldout.write(work / "texts.jsonl", [(row.wanted, row.text) for row in sentences])
        vectors = options.vectors or work / "vectors"
        place = Place(work, options.bank.resolve(), vectors.resolve(), texts)
        found = [_ours(place, sentences, say)]
        if options.stock:
            found.append(_stock(options.epochs, place, sentences, say))
        tried = _variants(place, sentences, say) if options.variants else []
    out.mkdir(parents=True, exist_ok=True)
    _write(out, found, tried)
    say("\n" + report.tables(found, tried))
    say(f"written: {out / 'report.md'}, report.json, confusion.svg")


def _ours(place: Place, sentences: Sequence[Sentence], say: Say) -> Measured:
    say("ours: index and model from nothing")
    started, intents_of_ours = time.monotonic(), str(ROOT / "nlu_data" / "intents")
    files = ("--faq", str(place.bank), "--intents", intents_of_ours, "--out", str(place.index))
    engine_env.run_module("bot.nlu.faq_index", *files, "--cache", str(place.vectors), quiet=True)
    built = time.monotonic()
    model = ("--out", str(place.work), "--name", "ours", "--vectors", str(place.vectors))
    engine_env.run_module("bot.nlu.train", *model, quiet=True)
    seconds = {"train": time.monotonic() - started, "index": built - started}
    return _examined("ours", place.work / "ours.tar.gz", place, sentences, seconds)


def _stock(epochs: int, place: Place, sentences: Sequence[Sentence], say: Say) -> Measured:
    say(f"Rasa's stock Chinese pipeline, {epochs} epochs; the first time this takes many minutes")
    kept = stock.trained(epochs)
    name = f"stock ({epochs} epochs, trained {kept.day})"
    return _examined(name, kept.model, place, sentences, {"train": kept.seconds})


def _examined(
    name: str, model: Path, place: Place, sentences: Sequence[Sentence], seconds: dict[str, float]
) -> Measured:
    files = ("--model", str(model), "--texts", str(place.texts), "--index", str(place.index))
    found = json.loads(engine_env.output_of("bot.evaluation.engine.exam", *files).splitlines()[-1])
    rows = verdicts(sentences, found["rows"])
    return Measured(name, {**figures(rows), **seconds, "megabytes": found["megabytes"]}, rows)


def _variants(place: Place, sentences: Sequence[Sentence], say: Say) -> list[Measured]:
    return [*_searches(place, sentences, say), *_classifiers(place, sentences, say)]


def _searches(place: Place, sentences: Sequence[Sentence], say: Say) -> list[Measured]:
    """Gives the figures of other ways to find the question."""
    say("ways to find the question")
    asked = [row for row in sentences if row.faq]
    texts = heldout.write(place.work / "asked.jsonl", [(row.faq, row.text) for row in asked])
    files = ("--faq", str(place.bank), "--index", str(place.index), "--cache", str(place.vectors))
    printed = engine_env.output_of("bot.evaluation.engine.faq_variants", *files, "--texts", str(texts))
    ways: dict[str, list[list[str]]] = json.loads(printed.splitlines()[-1])
    return [Measured(f"question: {way}", _places(asked, rows)) for way, rows in ways.items()]


def _places(asked: Sequence[Sentence], rows: Sequence[Sequence[str]]) -> dict[str, float]:
    pairs_of = list(zip(asked, rows, strict=True))
    first = share([sentence.faq in found[:1] for sentence, found in pairs_of])
    return {"top1": first, "top3": share([sentence.faq in found for sentence, found in pairs_of])}


def _classifiers(place: Place, sentences: Sequence[Sentence], say: Say) -> list[Measured]:
    """Gives the figures of the classifier alone, by other recipes."""
    known, own = examples(), [row for row in sentences if row.intent]
    pairs_of = ((name, text) for name, texts in known.items() for text in texts)
    train = heldout.write(place.work / "train.jsonl", pairs_of)
    test = heldout.write(place.work / "test.jsonl", [(row.intent, row.text) for row in own])
    found = []
    for name, changed in variants.INTENTS.items():
        say(f"classifier alone: {name}")
        tried = pipeline.attempt(train, test, changed)
        found.append(Measured(f"classifier: {name}", pipeline.figures([row.intent for row in own], tried)))
    return found


def _write(out: Path, found: Sequence[Measured], tried: Sequence[Measured]) -> None:
    ours = found[0]
    of_intents = [(row.sentence.intent, report.column(row)) for row in ours.rows if row.sentence.intent]
    (out / "confusion.svg").write_text(confusion.svg(of_intents, "intents: truth and what was understood"), "utf-8")
    text = report.document(found, tried, pairs(ours.rows).most_common(report.WORST))
    (out / "report.md").write_text(text, encoding="utf-8")
    content = {"about": report.machine(), "figures": {each.name: each.figures for each in (*found, *tried)}}
    (out / "report.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
