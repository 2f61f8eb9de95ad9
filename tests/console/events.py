"""Live streams of the desk, read one event at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.console.ground import Browser


class Events:
    """A stream of server-sent events, read one at a time."""

    def __init__(self, answer: httpx.Response) -> None:
        self.lines = answer.iter_lines()
        self.last_id = ""

    def next(self, name: str) -> Any:
        """The data of the next event of that name."""
        current, deadline = "", time.monotonic() + 25
        for line in self.lines:
            assert time.monotonic() < deadline, f"{name} did not come"
            key, _, value = line.partition(": ")
            if key == "id":
                self.last_id = value
            elif key == "event":
                current = value
            elif key == "data" and current == name:
                return json.loads(value)
        raise AssertionError(f"the stream ended before {name}")

    def until(self, name: str, test: Any) -> Any:
        """The first event of that name that passes the test."""
        while not test(data := self.next(name)):
            pass
        return data


@contextmanager
def listening(browser: Browser, path: str, headers: dict[str, str] | None = None) -> Iterator[Events]:
    """An open stream."""
    with browser.stream("GET", path, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Events(answer)
