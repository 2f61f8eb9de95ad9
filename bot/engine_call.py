"""Calling an engine from a process without an event loop: the canary, and whether it is healthy."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

CANARY = "你好"
PATIENCE = 5.0  # seconds


def canary_comes_back(url: str, secret: str, patience: float = PATIENCE) -> bool:
    """True if a sentence sent through the real channel of the engine there comes back with an answer."""
    metadata = {"message_id": "canary", "level": "none", "channel": "canary", "kind": ""}
    body = {"sender": "canary", "message": CANARY, "metadata": metadata}
    answer = post(f"{url}/webhooks/gateway/webhook", body, secret, patience)
    return bool(answer and answer.get("messages"))


def post(url: str, body: object, secret: str, patience: float = PATIENCE) -> dict[str, Any] | None:
    """The answer to a body sent as JSON; None for anything but a good one."""
    headers = {"X-Xinqiao-Secret": secret, "Content-Type": "application/json"}
    return fetch(url, json.dumps(body).encode(), headers, patience)


def fetch(
    url: str, body: bytes | None = None, headers: dict[str, str] | None = None, patience: float = PATIENCE
) -> dict[str, Any] | None:
    """The JSON object at an address of this machine; None if there is none."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, data=body, headers=headers or {})  # noqa: S310 - an address of this machine
    try:
        with opener.open(request, timeout=patience) as response:
            return dict(json.loads(response.read()))
    except (urllib.error.URLError, OSError, ValueError, TypeError):
        return None
