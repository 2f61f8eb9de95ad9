"""axe-core, the checker of accessibility: fetched by npm for the tests only, once, in one version."""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache
from typing import Any

import pytest
from playwright.sync_api import Page

from bot.settings import ROOT

VERSION = "4.14.1"
HOME = ROOT / ".cache" / f"axe-{VERSION}"
SCRIPT = HOME / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """(root) => axe.run(root ?? document, {resultTypes: ['violations']}).then(({violations}) =>
  violations.map(({id, impact, nodes}) => ({id, impact, where: nodes.map((one) => one.target.join(' '))})))"""


@lru_cache
def script() -> str:
    """Gives the source of axe-core. Skips the test, with the reason, where it cannot be fetched."""
    if not SCRIPT.exists():
        _fetch()
    if not SCRIPT.exists():
        pytest.skip(f"axe-core {VERSION} could not be fetched from npm")
    return SCRIPT.read_text(encoding="utf-8")


def _fetch() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine, with which axe-core is fetched")
    HOME.mkdir(parents=True, exist_ok=True)
    quiet = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    command = [npm, "install", "--prefix", str(HOME), *quiet, f"axe-core@{VERSION}"]
    subprocess.run(command, cwd=HOME, capture_output=True, timeout=120, check=False)


def grave_faults(page: Page, selector: str | None = None) -> list[str]:
    """Gives what axe-core finds serious or critical on the page, or inside one element, as "rule: where"."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{script()}; 0")
    root = page.query_selector(selector) if selector else None
    found: list[dict[str, Any]] = page.evaluate(RUN, root)
    return [f"{one['id']}: {', '.join(one['where'][:4])}" for one in found if one["impact"] in GRAVE]
