"""What a page's content policy forbids is counted, and nothing of the report is kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser

from bot import checkup, violations
from bot.channels.web import page as chat_page
from bot.console.edge import HEADERS
from bot.settings import settings
from bot.violations import DOCTOR_HEADER, PATH, Violations
from tests import waiting
from tests.chromium import CHROMIUM
from tests.console.conftest import chromium as chromium
from tests.fakes.server import serving
from tests.waiting import until

REPORT = {"effective-directive": "script-src-elem", "document-uri": "https://desk/紫云英", "script-sample": "紫云英"}


@pytest.fixture
def counted() -> Violations:
    return Violations()


@pytest.fixture
def url(database: Path, counted: Violations) -> Iterator[str]:
    """A site with the two policies of ours, whose pages try what both forbid."""
    app = FastAPI()
    app.include_router(violations.router(counted))
    for name, policy in (("desk", HEADERS["Content-Security-Policy"]), ("chat", chat_page.CSP)):
        body = "<p onclick='1' style='color:red'>x</p><script>window.__ran = 1</script><img src='http://127.0.0.1:9/x'>"
        answer = HTMLResponse(body, headers={"Content-Security-Policy": policy})
        app.add_api_route(f"/{name}", lambda answer=answer: answer)
    with serving(app) as found:
        yield found


def told(url: str, secret: str) -> httpx.Response:
    return waiting.get(url + PATH, headers={DOCTOR_HEADER: secret.encode()})


def send(url: str, body: bytes) -> int:
    return waiting.post(url + PATH, content=body, headers={"Content-Type": "application/csp-report"}).status_code


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
@pytest.mark.parametrize("name", ["desk", "chat"])
def test_what_a_page_tries_against_its_policy_is_counted(
    url: str, counted: Violations, chromium: Browser, name: str
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{url}/{name}")
    until(lambda: len(counted.counts) >= 4, 10)
    assert page.evaluate("window.__ran") is None
    context.close()
    assert set(counted.counts) == {"script-src-elem", "script-src-attr", "style-src-attr", "img-src"}


def test_a_report_leaves_nothing_but_the_name_of_its_directive(
    url: str, counted: Violations, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert send(url, json.dumps({"csp-report": REPORT}).encode()) == 204
        assert send(url, json.dumps({"csp-report": {"violated-directive": "紫云英-src x"}}).encode()) == 204
    assert told(url, settings().engine_secret).json() == {"counts": {"script-src-elem": 1, "other": 1}, "dropped": 0}
    assert "紫云英" not in caplog.text + repr(counted)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"csp-report": 5}', b'{"csp-report": {}}', b"[" * 9000, b"\xff", b"x" * 20_000],
)
def test_what_is_no_report_is_refused_and_counts_as_nothing(url: str, counted: Violations, body: bytes) -> None:
    assert send(url, body) == 400
    assert not counted.counts


def test_a_flood_of_reports_is_dropped_and_the_drops_are_counted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(violations, "A_MINUTE", 3)
    monkeypatch.setattr(violations.time, "monotonic", lambda: 90.0)
    body = json.dumps({"csp-report": REPORT}).encode()
    assert [send(url, body) for _ in range(5)] == [204] * 3 + [429] * 2
    assert told(url, settings().engine_secret).json() == {"counts": {"script-src-elem": 3}, "dropped": 2}


@pytest.mark.parametrize("secret", ["", "made-up", "紫"])
def test_only_the_doctor_is_told_the_numbers(url: str, secret: str) -> None:
    assert told(url, secret).status_code == 404


def test_the_doctor_warns_of_reports_and_only_of_them() -> None:
    assert checkup.content_policy(None) == []
    [calm] = checkup.content_policy({"counts": {}, "dropped": 0})
    [met] = checkup.content_policy({"counts": {"script-src-elem": 2}, "dropped": 0})
    assert (calm.warning, met.warning, met.fault) == (False, True, False)
    assert "script-src-elem 2" in met.state
