"""Imports the gateway once and forks one at each line of standard input, so that a hundred kills take a minute.

Each line is a JSON object: the settings of the next gateway, as environment variables. The answer is its process id.
Before all answers, a line says that the server is ready.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys

from sqlalchemy.orm import configure_mappers

from bot import app, triage
from bot.channels import notice
from bot.lexicon import load


def main() -> None:
    """Serves requests for new gateways until standard input ends."""
    triage.live().fold("你好")
    notice.check("json://localhost")  # Apprise reads its plugins once for all
    load._in_use = load.InUse(None, triage.live().version)  # the repository's lexicon, loaded once for all
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    configure_mappers()
    gc.collect()
    gc.freeze()  # a child's collector would copy every page of this
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _be_gateway(json.loads(line))
        print(child, flush=True)


def _be_gateway(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    log = os.open(environment["GATEWAY_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    app.serve()
    os._exit(0)


if __name__ == "__main__":
    main()
