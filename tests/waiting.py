"""Waiting for something to become true, instead of for a time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

PATIENCE = 60.0  # seconds for an answer, however busy the machine is
get, post = partial(httpx.get, timeout=PATIENCE), partial(httpx.post, timeout=PATIENCE)


def until(condition: Callable[[], Any], seconds: float, pause: float = 0.02) -> Any:
    """Waits until a condition gives something true, and gives it. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(pause)
