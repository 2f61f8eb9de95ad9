"""A demo as the command makes it, filled once for all tests that only look at it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import make_app
from bot.settings import ROOT
from tests.conftest import forget_process_state
from tests.fakes.server import serving

CASES = 30


@dataclass(frozen=True)
class Demo:
    """Where it lies, and what the command said."""

    home: Path
    said: str

    @property
    def password(self) -> str:
        """The password that was shown."""
        found = re.search(r"shown this once: (\S+)", self.said)
        assert found
        return found.group(1)


def run_demo(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`xinqiao demo` with nothing set but these settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("XINQIAO_")}
    command = [sys.executable, "-m", "bot.cli", "demo", "--fill-only", *arguments]
    env = {**clean, **settings}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A demo that is filled."""
    home = tmp_path_factory.mktemp("demo") / "data"
    done = run_demo("--dir", str(home), "--cases", str(CASES))
    assert done.returncode == 0, done.stderr
    return Demo(home, done.stdout)


@pytest.fixture
def in_demo(demo: Demo, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Demo:
    """The same as the data directory of this process."""
    monkeypatch.setenv("XINQIAO_DATA_DIR", str(demo.home))
    monkeypatch.setenv("XINQIAO_TOTP", "optional")
    forget_process_state()
    return demo


@pytest.fixture
def desk(in_demo: Demo) -> Iterator[str]:
    """The address of the whole gateway over the demo; there is no engine."""
    with serving(make_app()) as url:
        yield url
