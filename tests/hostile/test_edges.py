"""Hostile text where no field is declared: paths, unasked queries, headers, cookies, and bytes that are no request."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from bot.db.states import Role
from tests.hostile import others, payloads
from tests.hostile.ground import World, world
from tests.hostile.pushing import Outcome

HEAD = b"GET /desk/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
RAW = {
    "a bare return in a header": HEAD + b"User-Agent: x\rSet-Cookie: planted\r\n\r\n",
    "a zero byte in a header": HEAD + b"User-Agent: x\x00y\r\n\r\n",
    "bytes of no encoding in a header": HEAD + b"User-Agent: \xff\xfe\xc3\x28\r\nCookie: xq_desk=\xff\xfe\r\n\r\n",
    "bytes of no encoding in a path": HEAD.replace(b"/desk/login", b"/desk/%ff%fe%c3%28?%ff=%fe"),
    "a broken escape": HEAD.replace(b"/desk/login", b"/desk/%zz?%=%2"),
    "a way up": HEAD.replace(b"/desk/login", b"/static/chat/..%2f..%2f..%2f..%2fetc/passwd"),
    "an address of another": HEAD.replace(b"/desk/login", b"http://127.0.0.1:9/desk"),
    "two hosts": HEAD + b"Host: 127.0.0.1:9\r\n\r\n",
    "a host that is markup": HEAD.replace(b"Host: x", b"Host: <script>planted</script>"),
    "a number that is none": HEAD.replace(b"GET", b"POST") + b"Content-Length: \xc2\xb2\r\n\r\n",
    "two lengths": HEAD.replace(b"GET", b"POST") + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an endless header": HEAD + b"X-Forwarded-For: " + b"1" * 100_000 + b"\r\n\r\n",
    "a method of no kind": b"PLANTED" + HEAD[3:],
    "cookies without end": HEAD + b"Cookie: " + b"xq_desk=a; " * 900 + b"\r\n\r\n",
}


def test_hostile_text_in_paths_queries_headers_and_cookies_is_refused_or_ignored(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = Outcome()
    with world(monkeypatch) as here, httpx.Client(base_url=here.url, timeout=20, trust_env=False) as stranger:
        for client, texts in ((stranger, payloads.FEW), (here.staff(Role.admin), payloads.ALL)):
            for label, text in texts.items():
                for place, answer in others.by_address(client, text):
                    outcome.note(place.split("?")[0], label, text, answer)
    assert outcome.faults == []
    assert outcome.kept >= {"/desk/login", "user-agent"}, "what is ignored is answered as ever"


def said_to(here: World, request: bytes) -> bytes:
    """All that comes back for these bytes."""
    place = urlsplit(here.url)
    with socket.create_connection((place.hostname, place.port), 10) as line:
        line.sendall(request if request.endswith(b"\r\n\r\n") else request + b"\r\n")
        found = b""
        while chunk := line.recv(65536):
            found += chunk
        return found


def test_bytes_that_are_hardly_a_request_break_nothing(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world(monkeypatch) as here:
        for name, request in RAW.items():
            status, _, rest = said_to(here, request).partition(b"\r\n")
            head = rest.partition(b"\r\n\r\n")[0].lower()
            assert status[9:10] in (b"2", b"3", b"4"), (name, status)
            assert b"planted" not in head, name
            assert b"127.0.0.1:9" not in head, name
            assert b"root:" not in rest, name
