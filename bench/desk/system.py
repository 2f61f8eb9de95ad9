"""The whole system over a demo: as `xinqiao demo` serves it, with its engine, on ports of its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from bench.processes import Running, free_ports
from bot.settings import ROOT, data_dir, process_environment

PASSWORD = re.compile(r"shown this once: (\S+)")


class Demo:
    """A demo in a directory of its own; what is trained is taken from the data directory of the environment."""

    def __init__(self, directory: Path, cases: int) -> None:
        port, engine, actions = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        self._log = directory / "demo.log"
        where = ("--dir", str(directory / "data"), "--cases", str(cases))
        self._command = [sys.executable, "-m", "bot.cli", "demo", *where]
        clean = {name: value for name, value in process_environment().items() if not name.startswith("XINQIAO_")}
        self._environment = {
            **clean,
            "XINQIAO_DATA_DIR": str(data_dir()),
            "XINQIAO_PORT": str(port),
            "XINQIAO_ENGINE_PORT": str(engine),
            "XINQIAO_ACTIONS_PORT": str(actions),
        }

    def start(self) -> Running:
        """Fills it and starts it."""
        return Running(self._command, ROOT, self._environment, self._log)

    def is_ready(self) -> bool:
        """True once it says so: then a canary came back through the real engine."""
        return "ready: " in self._said()

    @property
    def password(self) -> str:
        """The password of all staff."""
        found = PASSWORD.search(self._said())
        assert found
        return found.group(1)

    def _said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")
