"""The search for canaries finds what is planted, in every spelling."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.canary import Canaries, in_files

SPELT = {
    "plain": lambda word: word.encode(),
    "utf-16": lambda word: word.encode("utf-16-le"),
    "gb18030": lambda word: word.encode("gb18030"),
    "percent": lambda word: quote(word).encode(),
    "json": lambda word: json.dumps({"text": word}).encode(),
    "repr": lambda word: repr(word.encode()).encode(),
    "hex": lambda word: word.encode().hex().encode(),
    "base64-0": lambda word: base64.b64encode(word.encode()),
    "base64-1": lambda word: base64.urlsafe_b64encode(b"x" + word.encode()),
    "base64-2": lambda word: base64.b64encode(b"xy" + word.encode()),
}


@pytest.mark.parametrize("spelling", SPELT)
def test_a_planted_word_is_found_in_every_spelling(tmp_path: Path, spelling: str) -> None:
    canaries = Canaries()
    words = [canaries.word(name) for name in ("first", "second")]
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file.bin").write_bytes(b"\0\xff before " + SPELT[spelling](words[1]) + b" after")
    finds = list(in_files(tmp_path, canaries))
    assert finds
    assert {path for path, _, _ in finds} == {"deep/file.bin"}
    assert {name for _, name, _ in finds} <= {"second", "?"}


def test_what_was_not_planted_is_not_found(tmp_path: Path) -> None:
    canaries = Canaries()
    canaries.word("first")
    (tmp_path / "file").write_bytes(Canaries(mark="zq000000").word("other", plain=True).encode())
    assert list(in_files(tmp_path, canaries)) == []
