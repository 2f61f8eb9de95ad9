"""Vectors that are remembered: the same ones, and no text is encoded twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import encoders, vector_cache
from bot.nlu.encoders import RememberingEncoder
from bot.nlu.sentence import new_encoder
from bot.nlu.vector_cache import VECTORS, Records, VectorCache, digest

TEXTS = ["灯笼几点亮", "木桥修好没有", "水车坏了找谁"]


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    """A file that holds the texts."""
    VectorCache(tmp_path / "vectors").vectors(TEXTS)
    return tmp_path / "vectors"


@pytest.mark.parametrize("name", ["use", "e5"])
def test_a_remembered_vector_is_that_of_the_encoder(remembered: Path, name: str) -> None:
    found = RememberingEncoder(name, remembered).encode(TEXTS[::-1])
    assert (found.dtype, len(found)) == (np.float32, 3)
    assert np.abs(found - new_encoder(name).encode(TEXTS[::-1])).max() < 1e-3


def test_only_what_is_new_is_encoded(remembered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, fresh = RememberingEncoder("use", remembered), list[str]()
    real = vector_cache._encode
    monkeypatch.setattr(vector_cache, "_encode", lambda pairs: fresh.extend(text for _, text in pairs) or real(pairs))
    for _ in range(2):
        encoder.encode([*TEXTS, "磨坊在哪"])
    assert fresh == ["磨坊在哪"]


def test_only_a_process_that_is_told_to_remembers(remembered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(encoders.VECTORS_VARIABLE, raising=False)
    encoders.load_encoder.cache_clear()
    assert not isinstance(encoders.load_encoder("use"), RememberingEncoder)
    monkeypatch.setenv(encoders.VECTORS_VARIABLE, str(remembered))
    encoders.load_encoder.cache_clear()
    assert isinstance(encoders.load_encoder("use"), RememberingEncoder)
    encoders.load_encoder.cache_clear()


def test_records_that_another_process_added_or_began_anew_are_found(tmp_path: Path) -> None:
    ours, theirs = Records(tmp_path / "records", VECTORS), Records(tmp_path / "records", VECTORS)
    rows = np.zeros(3, VECTORS)
    rows["key"] = [digest(text) for text in TEXTS]
    assert not ours.find([digest(TEXTS[0])])[1].any()
    theirs.add(rows)
    assert ours.find([digest(text) for text in TEXTS])[1].all()
    (tmp_path / "records").unlink()
    theirs.add(rows[:1])
    assert ours.find([digest(text) for text in TEXTS])[1].tolist() == [True, False, False]
