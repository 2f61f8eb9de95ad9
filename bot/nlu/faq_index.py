"""Builds the FAQ index: what the retriever searches. It is separate from Rasa's model, versioned by its content.

    python -m bot.nlu.faq_index --faq nlu_data/faq --out var/faq_index

Vectors are cached by text, so a build after a change encodes only the new texts. The examples of the intents
serve as what is *not* a question we answer. The figures printed are held-out: each text is scored by a fit
that has not seen it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.nlu import faq_kernel
from bot.nlu.faq_kernel import Texts
from bot.nlu.text import fold
from bot.nlu.tfidf import fit_idf, tfidf_matrix
from bot.nlu.vector_cache import VectorCache

FORMAT = 3
NOISE = 0.3
ANSWER_NOISE = 0.6
"""A line of an answer speaks of the question's matter but is no question: it is trusted half as much."""
TOPIC_SHARE = 0.2
"""How much a text counts for the other questions of its topic."""
MIN_LINE = 6
_SENTENCE_END = re.compile(r"[\n。；]")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True)
class Faq:
    """One question as the index needs it."""

    id: str
    topic: str
    question: str
    variants: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One text of the index: `faq` its number (None: of no FAQ), `topic` the topic it belongs to, if any."""

    text: str
    faq: int | None
    topic: str | None
    asks: bool
    """True for a wording a person may use; False for a line of an answer."""


def read_faqs(directory: Path) -> list[Faq]:
    """Return the FAQs under the directory, or of a JSON file, by id; raise ValueError naming what cannot be read."""
    if directory.is_file():
        return sorted((_faq_of(row) for row in json.loads(directory.read_text("utf-8"))), key=lambda faq: faq.id)
    return sorted((_read_faq(path) for path in sorted(directory.rglob("*.yml"))), key=lambda faq: faq.id)


def _read_faq(path: Path) -> Faq:
    try:
        return _faq_of(_yaml(path))
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {type(error).__name__}") from error


def _faq_of(row: dict[str, Any]) -> Faq:
    lines = _SENTENCE_END.split(_PLACEHOLDER.sub("", row["answer"]))
    kept = tuple(line.strip() for line in lines if len(line.strip()) >= MIN_LINE)
    return Faq(row["id"], row["topic"], row["question"], tuple(row["variants"]), kept)


def _yaml(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where it is built in: ten times faster
    return yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # both are safe loaders


def read_intents(directory: Path) -> list[tuple[str, str]]:
    """Return (intent, example) of every intent file; nothing where there is no directory."""
    return [pair for path in sorted(directory.glob("*.yml")) for pair in _examples(path)]


def _examples(path: Path) -> Iterator[tuple[str, str]]:
    for block in _yaml(path)["nlu"]:
        for line in block["examples"].splitlines():
            if line.strip().startswith("- "):
                yield block["intent"], line.strip()[2:].strip()


def rows_of(faqs: list[Faq], intents: list[tuple[str, str]]) -> list[Row]:
    """Return all texts of the index: questions and variants first, then answer lines, then intent examples."""
    asked = [Row(text, i, faq.topic, True) for i, faq in enumerate(faqs) for text in (faq.question, *faq.variants)]
    told = [Row(text, i, faq.topic, False) for i, faq in enumerate(faqs) for text in faq.lines]
    other = [Row(text, None, name[4:] if name.startswith("ask_") else None, True) for name, text in intents]
    return asked + told + other


def targets_of(rows: list[Row], faqs: list[Faq]) -> np.ndarray:
    """Return what the regression should give each row: 1 at its FAQ and a share at its topic's others.

    Two more columns tell questions from the rest: `asks` is 1 for all that is about our topics (0 for conversation
    and what lies outside), `precise` is 1 for a question (0 also where a topic is only named).
    """
    topics = np.array([faq.topic for faq in faqs])
    sides = np.array([[row.topic is not None, row.faq is not None] for row in rows], dtype=float)
    targets = np.hstack([np.stack([TOPIC_SHARE * (topics == row.topic) for row in rows]), sides])
    for number, row in enumerate(rows):
        if row.faq is not None:
            targets[number, row.faq] += 1
    return targets


def calibrate(rows: list[Row], held_out: np.ndarray) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Return the weights that turn scores into chances (see faq_search), and the held-out figures.

    `first`: that the best FAQ is right; `asks` and `precise`: see targets_of().
    """
    from sklearn.linear_model import LogisticRegression  # a second to import: not for an index that is up to date

    asked = np.array([row.asks for row in rows])
    right = np.array([-1 if row.faq is None else row.faq for row in rows])[asked]
    scores, sides = held_out[asked, :-2], held_out[asked, -2:]
    order = np.argsort(-scores, axis=1)[:, :3]
    hit = order[:, 0] == right
    best = np.take_along_axis(scores, order[:, :2], axis=1)
    first = LogisticRegression(C=100).fit(np.hstack([best[:, :1], best[:, :1] - best[:, 1:], sides]), hit)
    asks = LogisticRegression(C=100).fit(sides[:, :1], [row.topic is not None for row in rows if row.asks])
    precise = LogisticRegression(C=100).fit(sides[:, 1:], right >= 0)
    models = {"first": first, "asks": asks, "precise": precise}
    weights = {name: [*map(float, model.coef_[0]), float(model.intercept_[0])] for name, model in models.items()}
    of_faq = right >= 0
    figures = {
        "top1": round(float(hit[of_faq].mean()), 3),
        "top3": round(float((order == right[:, None]).any(1)[of_faq].mean()), 3),
    }
    return weights, figures


def build(faqs: list[Faq], intents: list[tuple[str, str]], cache: VectorCache) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays and the facts of the index."""
    rows = rows_of(faqs, intents)
    use, e5 = cache.vectors([row.text for row in rows])
    idf, mean = fit_idf([row.text for row in rows]), e5.mean(axis=0)
    ngrams = tfidf_matrix([row.text for row in rows], idf)
    targets = targets_of(rows, faqs)
    noise = np.array([NOISE if row.asks else ANSWER_NOISE for row in rows])
    cheap = faq_kernel.fit(Texts(use, ngrams, None), targets, noise)
    full = faq_kernel.fit(Texts(use, ngrams, faq_kernel.centre(e5, mean)), targets, noise)
    kept = faq_kernel.landmarks_of(len(rows))
    arrays = {
        "use": use[kept].astype(np.float16), "e5": e5[kept].astype(np.float16), "e5_mean": mean, "idf": idf,
        "ngrams_data": ngrams[kept].data, "ngrams_indices": ngrams[kept].indices,
        "ngrams_indptr": ngrams[kept].indptr,
        "cheap": cheap.weights.astype(np.float32), "full": full.weights.astype(np.float32),
    }  # fmt: skip
    facts = {"format": FORMAT, "version": version_of(faqs, intents), "texts": len(rows)}
    for name, fitted in (("cheap", cheap), ("full", full)):
        facts[f"{name}_calibration"], facts[f"{name}_figures"] = calibrate(rows, fitted.held_out)
    facts["faqs"] = [{"id": faq.id, "topic": faq.topic, "question": faq.question} for faq in faqs]
    facts["exact"] = {fold(row.text): row.faq for row in rows if row.asks and row.faq is not None}
    return arrays, facts


def version_of(faqs: list[Faq], intents: list[tuple[str, str]]) -> str:
    """Return the version: a digest of everything the index is made of."""
    content = json.dumps([FORMAT, [vars(faq) for faq in faqs], intents], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def save(arrays: dict[str, Any], facts: dict[str, Any], out: Path) -> None:
    """Write index.npz and index.json; the directory appears whole or stays as it was."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=out.parent, prefix=".faq-"))
    np.savez(fresh / "index.npz", **arrays)
    (fresh / "index.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    if out.exists():
        shutil.rmtree(out)
    fresh.rename(out)


def up_to_date(out: Path, version: str) -> dict[str, Any] | None:
    """Return the facts of the index that lies there, if it is of this version."""
    try:
        facts = json.loads((out / "index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return dict(facts) if facts.get("version") == version and (out / "index.npz").exists() else None


def make(faq: Path, intents: Path, out: Path, cache: Path) -> dict[str, Any]:
    """Build the index unless it is up to date; return its facts; raise ValueError for data that cannot be read."""
    faqs, examples = read_faqs(faq), read_intents(intents)
    if len(faqs) < 2:
        raise ValueError(f"{faq}: fewer than two FAQs")
    facts = up_to_date(out, version_of(faqs, examples))
    if facts is None:
        arrays, facts = build(faqs, examples, VectorCache(cache))
        save(arrays, facts, out)
    return {key: value for key, value in facts.items() if key not in ("faqs", "exact")}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; print one JSON line of figures."""
    parser = argparse.ArgumentParser(description="build the FAQ index")
    parser.add_argument("--faq", type=Path, required=True, help="directory of FAQ files, or one JSON file")
    parser.add_argument("--out", type=Path, required=True, help="directory of the index")
    parser.add_argument("--intents", type=Path, help="directory of intent files; default: beside the FAQs")
    parser.add_argument("--cache", type=Path, help="file of remembered vectors; default: beside the index")
    chosen = parser.parse_args(arguments)
    os.environ["OMP_NUM_THREADS"] = str(os.cpu_count() or 1)  # a build is no server: it may use all cores
    intents = chosen.intents or chosen.faq.parent / "intents"
    try:
        facts = make(chosen.faq, intents, chosen.out, chosen.cache or chosen.out.parent / "faq_vectors.npz")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
