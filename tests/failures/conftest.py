"""What the tests that kill share: the process that forks gateways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.failures.ground import ForkServer


@pytest.fixture(scope="session")
def forkserver() -> Iterator[ForkServer]:
    """Gateways come from here: what they import and the lexicon are loaded once a run."""
    server = ForkServer()
    yield server
    server.close()
