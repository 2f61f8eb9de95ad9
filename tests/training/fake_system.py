"""An engine and an action server that come up at once, and a reader of sentences:

    python -m tests.training.fake_system [PORT [silent|dies] | reads [short|dies]]

Without a port it is the action server.

A trainer whose parts are replaced by these goes through all its stages in a second.
"""

from __future__ import annotations

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def _understood(text: str) -> dict[str, object]:
    """Knows what is meant by one character, and takes all the rest for a greeting."""
    asks = "车" in text
    return {"intent": "faq" if asks else "greet", "faq": "bike" if asks else None, "candidates": []}


class Handler(BaseHTTPRequestHandler):
    """Healthy, and says the same to everything."""

    def do_GET(self) -> None:
        self._answer({"ready": True, "status": "ok"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"messages": [{"text": "好"}]})

    def _answer(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def main() -> None:
    """Serves until it is killed, or reads to the end."""
    if "dies" in sys.argv:
        raise SystemExit(3)
    if "silent" in sys.argv:
        time.sleep(600)
    if "reads" in sys.argv:
        lines = list(sys.stdin)
        for line in lines[: len(lines) // 2] if "short" in sys.argv else lines:
            print(json.dumps(_understood(json.loads(line)["text"])))
        return
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["XINQIAO_ACTIONS_PORT"])
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
