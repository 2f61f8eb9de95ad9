"""What goes on record, act by act; and the routes of the desk, of which none may be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.audit import Action, Kind, verify
from bot.audit.record import SAFE_FIELDS
from bot.console import audit_words, trail
from bot.db.models import Staff
from bot.db.session import reading
from bot.staff import refusals
from tests.audit.ground import rows
from tests.console.ground import PASSWORD, Browser, add_staff, cry, staffed, write
from tests.console.test_rights import routes
from tests.console.trail_walk import CANARY, PARTS, Walk
from tests.lexicon.ground import PHRASE, frozen_set, new_process


@pytest.fixture(autouse=True)
def small_frozen_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An invented frozen set, and a process that has loaded no release yet."""
    new_process()
    with frozen_set(tmp_path / "frozen", monkeypatch):
        yield
    new_process()


def served() -> set[tuple[str, str]]:
    """Method and path of every route of the desk."""
    return {(method, str(route.path)) for route in routes() for method in route.methods or ()}


def test_every_route_says_what_it_leaves_in_the_audit_or_why_nothing() -> None:
    assert set(trail.LEAVES) | set(trail.LEAVES_NOTHING) == served()
    assert not set(trail.LEAVES) & set(trail.LEAVES_NOTHING)


def test_what_leaves_nothing_shows_no_case_and_changes_nothing() -> None:
    writes = {path for method, path in trail.LEAVES_NOTHING if method != "GET"}
    signs = {"/desk/api/here", "/desk/api/typing", "/desk/api/notices/seen"}
    assert writes == {*signs, "/desk/triage/api/rows", "/desk/faqs", "/desk/faqs/api/check"}
    assert not [path for _, path in trail.LEAVES_NOTHING if "conversation_id" in path or path.endswith("events")]


def test_every_action_has_words_for_the_page() -> None:
    assert set(audit_words.ACTIONS) == set(Action)


def test_every_kind_and_field_of_an_entry_has_words_for_the_page() -> None:
    assert set(audit_words.SUBJECTS) | {Kind.staff} == set(Kind)
    assert set(audit_words.FIELDS) == SAFE_FIELDS


def test_each_route_leaves_what_it_says_and_no_word_of_anybody(desk_url: str) -> None:
    walk = Walk()
    for part in PARTS:
        part(desk_url, walk)
    walk.check()
    written = " ".join(str(value) for row in rows() for value in row)
    for words in (CANARY, PHRASE, "赵敏", PASSWORD, "楼顶", "联系不上"):
        assert words not in written
    assert written.isascii()
    assert verify.verify().fault is None


def test_a_page_that_is_read_again_is_one_look(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = cry().conversation_id
    for _ in range(3):
        browser.get(f"/desk/c/{conversation}")
        browser.get(f"/desk/api/c/{conversation}/panel")
        browser.get("/desk/api/queue")
    looks = [row.action for row in rows() if row.action.endswith("_read")]
    assert looks == ["thread_read", "panel_read", "queue_read"]


def test_a_thread_without_a_case_is_audited_by_its_conversation(desk_url: str) -> None:
    browser = staffed(desk_url)
    conversation = write("食堂几点开门").conversation_id
    browser.get(f"/desk/c/{conversation}")
    assert (rows()[-1].action, rows()[-1].subject_kind, rows()[-1].subject_id) == (
        *("thread_read", "conversation"),
        conversation,
    )


def test_a_wrong_password_is_counted_for_its_account_and_what_was_typed_is_not_kept(
    desk_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_strangers", refusals._Strangers())
    add_staff("lifang")
    for _ in range(3):
        Browser(desk_url).login("lifang", f"wrong {CANARY}")
    for login in ("nobody", CANARY, "somebody"):
        Browser(desk_url).login(login, "wrong")
    failed = [row for row in rows() if row.action == "sign_in_failed"]
    with reading() as session:
        who = session.execute(select(Staff.id)).scalar_one()
    assert [(row.subject_id, row.detail) for row in failed] == [
        *[(who, f'{{"count":{count}}}') for count in (1, 2, 3)],
        ("", '{"count":1}'),  # who has no account is told of once a minute
    ]
    assert CANARY not in str(failed)
