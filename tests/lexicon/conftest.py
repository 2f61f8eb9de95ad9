"""A process that has loaded no release yet, an invented frozen set, and pipelines that are given back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lexicon.ground import frozen_set, new_process


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """Triage as it is before any release is loaded, before and after the test."""
    new_process()
    yield
    new_process()


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A frozen set of a few invented sentences in place of the real one."""
    with frozen_set(tmp_path / "frozen", monkeypatch) as folder:
        yield folder
