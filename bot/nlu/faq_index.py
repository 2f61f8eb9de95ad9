"""Builds the FAQ index: what the retriever searches. It is separate from Rasa's model, versioned by its content.

    python -m bot.nlu.faq_index --faq nlu_data/faq --out var/faq_index
    python -m bot.nlu.faq_index --faq bank.json --intents nlu_data/intents --out var/faq_index --check

Vectors and held-out results are remembered, so a build after a change works out only what is new or has a changed
neighbour. The examples of the intents serve as what is *not* a question we answer. The figures printed are held-out:
each wording is scored without itself; --check adds them for each FAQ.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu import faq_heldout, faq_kernel, faq_metric, faq_shelf
from bot.nlu.faq_data import Faq, Row, read_faqs, read_intents, rows_of
from bot.nlu.faq_heldout import Sample
from bot.nlu.faq_shelf import Shelf
from bot.nlu.text import fold
from bot.nlu.tfidf import counted, idf_of, weighed
from bot.nlu.vector_cache import Records, VectorCache

FORMAT = 5
HELD_OUT_FILE = "faq_heldout.bin"
"""Lies beside the file of vectors."""
Arrays = dict[str, np.ndarray]
Facts = dict[str, Any]


def build(faqs: list[Faq], intents: list[tuple[str, str]], cache: Path) -> tuple[Arrays, Facts]:
    """Return the arrays and the facts of the index."""
    rows = rows_of(faqs, intents)
    arrays = _arrays(rows, VectorCache(cache))
    facts: Facts = {"format": FORMAT, "version": version_of(faqs, intents), "texts": len(rows)}
    facts.update(_figures(rows, faqs, _shelf(arrays), Records(cache.with_name(HELD_OUT_FILE), faq_heldout.PLACE)))
    facts["faqs"] = [{"id": faq.id, "topic": faq.topic, "question": faq.question} for faq in faqs]
    facts["exact"] = exact_of(rows)
    return arrays, facts


def _arrays(rows: list[Row], cache: VectorCache) -> Arrays:
    texts = [row.text for row in rows]
    use, e5 = cache.vectors(texts)
    counts = counted(texts)
    idf, mean = idf_of(counts), e5.mean(axis=0, dtype=np.float32)
    ngrams = weighed(counts, idf)
    sizes = Counter(row.faq for row in rows if row.faq is not None)
    topics = {topic: number for number, topic in enumerate(sorted({row.topic for row in rows if row.topic}))}
    centred = faq_kernel.centre(e5.astype(np.float32), mean).astype(np.float16)
    owners = np.array([row.faq if row.faq is not None and row.asks else -1 for row in rows])
    metric = faq_metric.fit(use[owners >= 0], centred[owners >= 0], owners[owners >= 0])
    return {
        "use": use, "e5": centred, "e5_mean": mean, "use_metric": metric.use, "e5_metric": metric.e5,
        "idf": idf, "ngrams_data": ngrams.data, "ngrams_indices": ngrams.indices, "ngrams_indptr": ngrams.indptr,
        "starts": np.cumsum([0] + [sizes[number] for number in range(len(sizes))]),
        "topics": np.array([topics.get(row.topic or "", -1) for row in rows]),
        "asks": np.array([row.asks for row in rows]),
    }  # fmt: skip


def _shelf(arrays: Arrays) -> Shelf:
    parts = tuple(arrays[f"ngrams_{part}"] for part in ("data", "indices", "indptr"))
    ngrams = faq_kernel.csr_matrix(parts, shape=(len(arrays["use"]), len(arrays["idf"])))
    texts = faq_kernel.Texts(arrays["use"], ngrams, arrays["e5"])
    metric = faq_metric.Metric(arrays["use_metric"], arrays["e5_metric"])
    return faq_shelf.shelve(texts, arrays["starts"], arrays["topics"], arrays["asks"], metric)


def exact_of(rows: list[Row]) -> dict[str, int]:
    """Return the FAQ of each wording, folded; what two FAQs share is left out."""
    owners: dict[str, set[int]] = {}
    for row in rows:
        if row.asks and row.faq is not None:
            owners.setdefault(fold(row.text), set()).add(row.faq)
    return {text: min(faqs) for text, faqs in owners.items() if len(faqs) == 1}


def _figures(rows: list[Row], faqs: list[Faq], shelf: Shelf, memory: Records) -> Facts:
    ids = [f"{faqs[row.faq].id if row.faq is not None else ''}|{row.topic}|{row.asks}|{row.text}" for row in rows]
    asked, place = faq_heldout.places(shelf, ids, memory)
    shares = {"top1": float((place == 0).mean()), "top3": float((place < 3).mean())}
    return {
        **{f"{stage}_calibration": calibrate(seen) for stage, seen in faq_heldout.samples(shelf).items()},
        "full_figures": {name: round(share, 3) for name, share in shares.items()},
        "per_faq": _per_faq(faqs, shelf.owners[asked], place == 0),
    }


def _per_faq(faqs: list[Faq], owners: np.ndarray, right: np.ndarray) -> dict[str, float]:
    shares = np.bincount(owners, right, len(faqs)) / np.bincount(owners, minlength=len(faqs))
    return {faq.id: round(float(share), 3) for faq, share in zip(faqs, shares, strict=True)}


def calibrate(seen: Sample) -> dict[str, list[float]]:
    """Return the weights that turn scores into chances (see faq_search), learnt from held-out searches.

    `first`: that the best FAQ is right; `asks`: that the text is about our topics; `precise`: that it is a question.
    """
    from sklearn.linear_model import LogisticRegression  # a second to import: not for an index that is up to date

    first = LogisticRegression(C=100).fit(seen.facts, seen.right)
    asks = LogisticRegression(C=100).fit(seen.facts[:, 2:3], seen.about_us)
    precise = LogisticRegression(C=100).fit(seen.facts[:, 3:], seen.precise)
    models = {"first": first, "asks": asks, "precise": precise}
    return {name: [*map(float, model.coef_[0]), float(model.intercept_[0])] for name, model in models.items()}


def version_of(faqs: list[Faq], intents: list[tuple[str, str]]) -> str:
    """Return the version: a digest of everything the index is made of."""
    content = json.dumps([FORMAT, [vars(faq) for faq in faqs], intents], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def save(arrays: Arrays, facts: Facts, out: Path) -> None:
    """Write one .npy an array and index.json; the directory appears whole or stays as it was."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=out.parent, prefix=".faq-"))
    for name, array in arrays.items():
        np.save(fresh / f"{name}.npy", array, allow_pickle=False)
    (fresh / "index.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    if out.exists():
        shutil.rmtree(out)
    fresh.rename(out)


def up_to_date(out: Path, version: str) -> Facts | None:
    """Return the facts of the index that lies there, if it is of this version."""
    try:
        facts = json.loads((out / "index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return dict(facts) if facts.get("version") == version else None


def make(faq: Path, intents: Path, out: Path, cache: Path) -> Facts:
    """Build the index unless it is up to date; return its facts; raise ValueError for data that cannot be read."""
    faqs, examples = read_faqs(faq), read_intents(intents)
    if len(faqs) < 2:
        raise ValueError(f"{faq}: fewer than two FAQs")
    facts = up_to_date(out, version_of(faqs, examples))
    if facts is None:
        arrays, facts = build(faqs, examples, cache)
        save(arrays, facts, out)
    return {key: value for key, value in facts.items() if key not in ("faqs", "exact")}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; print one JSON line of figures."""
    parser = argparse.ArgumentParser(description="build the FAQ index")
    parser.add_argument("--faq", type=Path, required=True, help="directory of FAQ files, or one bank.json")
    parser.add_argument("--out", type=Path, required=True, help="directory of the index")
    parser.add_argument("--intents", type=Path, help="directory of intent files; default: beside the FAQs")
    parser.add_argument("--cache", type=Path, help="file of remembered vectors; default: beside the index")
    parser.add_argument("--check", action="store_true", help='print "per_faq" too: {id: share found when held out}')
    chosen = parser.parse_args(arguments)
    os.environ["OMP_NUM_THREADS"] = str(os.cpu_count() or 1)  # a build is no server: it may use all cores
    intents = chosen.intents or chosen.faq.parent / "intents"
    try:
        facts = make(chosen.faq, intents, chosen.out, chosen.cache or chosen.out.parent / "faq_vectors.bin")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({name: value for name, value in facts.items() if chosen.check or name != "per_faq"}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
