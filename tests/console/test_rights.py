"""Who may do what: the matrix is made from the routes themselves, so that a new route cannot be forgotten."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy import select, update

from bot import console
from bot.console import guard
from bot.conversation.live import Feed
from bot.db.models import CaseEvent, Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.states import Owner, Role
from tests import waiting
from tests.console.ground import Browser, cry, staffed

NONE = "0" * 32
PLACES = dict.fromkeys(("conversation_id", "staff_id", "session_id", "unit_id"), NONE)
PLACES |= {"faq_id": "none_such", "revision_id": "1", "batch_id": NONE, "cluster": "1"}
PLACES |= {"version": "0", "name": "none.js", "request_id": "1", "number": "20261128-00000", "row": "1"}


def routes() -> list[RouteContext]:
    """All routes of the desk, as they are served."""
    found = list(iter_route_contexts(console.router(Feed()).routes))
    assert len(found) > 15
    return found


def declared(route: RouteContext) -> list[frozenset[Role] | None]:
    """The roles that a route declares; None for a public one. One entry for each declaration."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [guard.DECLARED.get(call) for call in calls if call is guard.public or call in guard.DECLARED]


def cells() -> Iterator[tuple[str, str, frozenset[Role] | None]]:
    """Method, path and roles of every route."""
    for route in routes():
        [roles] = declared(route)
        for method in sorted(route.methods or ()):
            yield method, str(route.path).format(**PLACES), roles


CELLS = list(cells())


def test_every_route_declares_exactly_once_who_may_use_it() -> None:
    assert {route.path for route in routes() if len(declared(route)) != 1} == set()


def test_only_the_door_is_public() -> None:
    public = {path for _, path, roles in CELLS if roles is None}
    assert public == {"/desk/login", "/desk/login/code", "/desk/setup", "/desk/static/0/none.js"}


def test_whatever_touches_a_case_is_for_counsellors_leads_and_admins() -> None:
    for _, path, roles in CELLS:
        if path.startswith("/desk/faqs"):
            assert roles == frozenset({Role.editor, Role.admin, Role.lead})
        elif path.endswith(("/approve", "/send_back")):
            assert roles == frozenset({Role.lead, Role.admin})
        elif "/case/" in path or "todo" in path or "/c/" in path or "queue" in path or path.endswith("events"):
            assert roles in (frozenset(guard.CASE_ROLES), frozenset(guard.LEAD_ROLES))


def test_every_change_of_staff_and_units_needs_a_fresh_proof() -> None:
    places = ("/desk/people", "/desk/units")
    changes = [route for route in routes() if str(route.path).startswith(places) and "POST" in route.methods]
    assert len(changes) > 13
    for route in changes:
        calls = [dependency.call for dependency in route.dependant.dependencies]
        assert guard.people_change in calls, route.path


def call(browser: Browser, method: str, path: str, csrf: str = "") -> int:
    """The status of a call; a stream is left as soon as it has begun."""
    headers = {"X-CSRF": csrf} if csrf else {}
    body = {"text": "x"} if "/api/" in path and method == "POST" else None
    with browser.stream(method, path, headers=headers, json=body) as answer:
        return answer.status_code


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_into_its_routes_and_no_others(desk_url: str, role: Role) -> None:
    browser = staffed(desk_url, f"one-{role}", role)
    for method, path, roles in sorted(CELLS, key=lambda cell: cell[1] == "/desk/logout"):
        if roles is None:
            continue
        status = call(browser, method, path, browser.csrf)
        assert (status == 403) == (role not in roles), (method, path, status)
        assert status not in (401, 405, 422, 500), (method, path, status)


def test_every_write_without_a_token_is_refused(desk_url: str) -> None:
    browser = staffed(desk_url, "boss", Role.admin)
    writes = [(method, path) for method, path, _ in CELLS if method != "GET"]
    assert len(writes) > 8
    for method, path in writes:
        for csrf in ("", "0" * 43, browser.csrf[:-1]):
            assert call(browser, method, path, csrf) == 403, path


def test_a_write_from_a_foreign_page_is_refused_even_with_a_token(desk_url: str) -> None:
    browser = staffed(desk_url)
    headers = {"X-CSRF": browser.csrf, "Sec-Fetch-Site": "cross-site"}
    assert browser.post("/desk/api/here", headers=headers).status_code == 403
    headers["Sec-Fetch-Site"] = "same-origin"
    assert browser.post("/desk/api/here", headers=headers).status_code == 200


def test_nobody_gets_in_without_a_session(desk_url: str) -> None:
    stranger = Browser(desk_url)
    stranger.cookies.set("xq_desk", "made-up", path="/desk")
    for method, path, roles in CELLS:
        if roles is not None:
            assert call(stranger, method, path) in (401, 303), path


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(desk_url: str) -> None:
    browser = staffed(desk_url)
    assert browser.get("/desk").status_code == 200
    with transaction() as session:
        session.execute(update(Staff).values(role=Role.editor))
    assert browser.get("/desk").status_code == 403
    assert "没有这个权限" in browser.get("/desk").text


def test_an_unknown_conversation_is_404_everywhere(desk_url: str) -> None:
    browser = staffed(desk_url)
    for name in ("claim", "acknowledge", "hand_back"):
        assert browser.act(f"c/{'0' * 32}/{name}").status_code == 404
    ending = {"text": "x", "kind": "resolved", "risk": "none"}
    for name in ("reply", "close"):
        assert browser.act(f"c/{'0' * 32}/{name}", ending).status_code == 404
    assert browser.get(f"/desk/c/{'0' * 32}").status_code == 404
    assert browser.get(f"/desk/c/{'0' * 32}/events").status_code == 404


@pytest.mark.parametrize(
    "odd", ["none", "%00", "..%2f..", "0" * 33, "A" * 32, "'%20or%201=1--", "%ed%a0%80", "９" * 32]
)
def test_an_odd_conversation_id_is_404(desk_url: str, odd: str) -> None:
    browser = staffed(desk_url)
    assert browser.get(f"/desk/c/{odd}").status_code == 404
    assert browser.get(f"/desk/c/{odd}/events").status_code == 404
    assert browser.act(f"c/{odd}/claim").status_code == 404


@pytest.mark.parametrize("odd", ["", "x", "-1", "9" * 30, "1e3", "%00"])
def test_an_odd_place_in_the_stream_is_a_400(desk_url: str, odd: str) -> None:
    browser = staffed(desk_url)
    assert browser.get(f"/desk/c/{cry().conversation_id}/events?after={odd}").status_code == 400


def test_opening_a_conversation_is_audited_by_page_and_by_stream(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id

    def reads() -> int:
        with reading() as session:
            return len(session.execute(select(CaseEvent.staff_id).where(CaseEvent.kind == "read")).scalars().all())

    with browser.stream("GET", f"/desk/c/{conversation}/events") as stream:
        assert stream.status_code == 200
    assert reads() == 1
    browser.get(f"/desk/c/{conversation}")
    assert reads() == 2
    with browser.stream("GET", f"/desk/c/{conversation}/events"):
        pass
    assert reads() == 2  # the stream belongs to the page that was just opened
    with reading() as session:
        [staff_id] = session.execute(select(Staff.id)).scalars()
        assert set(session.execute(select(CaseEvent.staff_id).where(CaseEvent.kind == "read")).scalars()) == {staff_id}


def test_an_editor_moves_nothing(desk_url: str) -> None:
    browser = staffed(desk_url, "editor-1", Role.editor)
    conversation = cry().conversation_id
    assert browser.act(f"c/{conversation}/claim").status_code == 403
    with reading() as session:
        assert session.get_one(Conversation, conversation).owner == Owner.waiting


def test_every_answer_carries_the_security_headers(desk_url: str) -> None:
    browser = staffed(desk_url)
    paths = ("", "/login", "/setup", "/undelivered", "/c/none", "/api/queue", "/static/0/x")
    answers = [browser.get(f"/desk{path}") for path in paths]
    answers += [browser.post("/desk/api/here"), waiting.get(f"{desk_url}/desk/api/queue")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_no_page_has_inline_script_or_style(desk_url: str) -> None:
    browser = staffed(desk_url)
    for path in ("/desk", "/desk/setup", "/desk/undelivered", "/desk/c/none"):
        page = browser.get(path).text
        for inline in ("<style", "style=", "onclick=", "javascript:", "<script>"):
            assert inline not in page


@pytest.mark.parametrize("header", ["Content-Length: 65537", "Transfer-Encoding: chunked", "Content-Length: 99999999"])
def test_a_body_that_is_too_long_is_refused_before_it_is_read(desk_url: str, header: str) -> None:
    port = int(desk_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"POST /desk/logout HTTP/1.1\r\nHost: desk\r\n{header}\r\n\r\n".encode())
        assert line.recv(200).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"text": 5}', b"\xff\xfe", b'{"text": "' + b"x" * 5000 + b'"}', b""])
def test_broken_words_are_a_400_that_echoes_nothing(desk_url: str, body: bytes) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    browser.act(f"c/{conversation}/claim")
    headers = {"X-CSRF": browser.csrf, "Content-Type": "application/json"}
    answer = browser.post(f"/desk/api/c/{conversation}/reply", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_input")
    assert len(answer.content) < 200
