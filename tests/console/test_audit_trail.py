"""What goes on record, act by act; and the routes of the desk, of which none may be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.audit import Action, verify
from bot.console import audit_words, trail
from bot.db.care_models import Consent, EmergencyContact
from bot.db.models import Conversation, Message, Staff
from bot.db.session import reading, transaction
from bot.db.states import Purpose, Role
from bot.staff import accounts, refusals
from tests.audit.ground import rows
from tests.console.ground import PASSWORD, Browser, add_staff, cry, csrf_of, staffed, write
from tests.console.test_lexicon import Lexicon
from tests.console.test_rights import routes
from tests.lexicon.ground import GOOD, PHRASE, REVIEW, frozen_set, new_process

CANARY = "香樟木箱子"


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
    assert writes == {"/desk/api/here", "/desk/triage/api/rows"}
    assert not [path for _, path in trail.LEAVES_NOTHING if "conversation_id" in path or path.endswith("events")]


def test_every_action_has_words_for_the_page() -> None:
    assert set(audit_words.ACTIONS) == set(Action)


class Walk:
    """Goes through routes and notes what each of them left in the audit."""

    def __init__(self) -> None:
        self.left: dict[tuple[str, str], set[str]] = {}
        self._seen = 0

    def note(self, method: str, path: str) -> None:
        """To be called after a request of the route."""
        new = rows()[self._seen :]
        self._seen += len(new)
        self.left.setdefault((method, path), set()).update(row.action for row in new)

    def check(self, part: str) -> None:
        """Every route whose path begins so has left what it says."""
        for (method, path), action in trail.LEAVES.items():
            if path.startswith(part) and (method, path) in self.left:
                assert action in self.left[method, path], (method, path)


def newest_message() -> int:
    with reading() as session:
        return session.execute(select(Message.id).order_by(Message.id.desc()).limit(1)).scalar_one()


def with_contact(conversation_id: str) -> None:
    """An emergency contact whose use was agreed to."""
    with transaction() as session:
        person = session.get_one(Conversation, conversation_id).person_id
        session.add(EmergencyContact(person_id=person, body=f"姐姐 {CANARY}"))
        session.add(Consent(person_id=person, purpose=Purpose.emergency, wording="consent_emergency 2026-11-01"))


def enter(url: str, walk: Walk) -> None:
    """From the set-up link to the logout."""
    link = accounts.add("wangqiang", "王强", Role.counsellor)
    browser = Browser(url)
    token = csrf_of(browser.get("/desk/setup").text)
    walk.note("GET", "/desk/setup")
    browser.post("/desk/setup", data={"csrf": token, "token": link, "password": PASSWORD})
    walk.note("POST", "/desk/setup")
    browser.login("wangqiang")
    walk.note("POST", "/desk/login")
    browser.post("/desk/logout", data={"csrf": browser.csrf})
    walk.note("POST", "/desk/logout")


def care(url: str, walk: Walk) -> None:
    """A whole case, with words in every field."""
    browser = staffed(url)
    conversation = cry(f"我在楼顶，现在就跳下去 {CANARY}").conversation_id
    with_contact(conversation)
    for path in (trail.C, f"{trail.API}/panel", "/desk/undelivered", "/desk/api/queue"):
        walk.note("", "")
        browser.get(path.format(conversation_id=conversation))
        walk.note("GET", path)
    acts = {
        "acknowledge": None,
        "contact": {"text": f"联系不上 {CANARY}"},
        "claim": None,
        "mark": {"message": newest_message(), "verdict": "right", "text": CANARY},
        "reply": {"text": f"我在 {CANARY}"},
        "hand_back": None,
        "close": {"text": f"好了 {CANARY}"},
    }
    for name, body in acts.items():
        answer = browser.post(f"/desk/api/c/{conversation}/{name}", json=body, headers={"X-CSRF": browser.csrf})
        assert answer.status_code == 200, name
        walk.note("POST", f"{trail.API}/{name}")
    other = staffed(url, "zhaomin")
    for path in ("/desk/events", f"{trail.C}/events"):
        walk.note("", "")
        with other.stream("GET", path.format(conversation_id=conversation)):
            pass
        walk.note("GET", path)


def lexicon(url: str, walk: Walk) -> None:
    """From a row to its release, and back."""
    known = staffed(url, "boss", Role.admin)
    browser = Lexicon(url)
    browser.cookies, browser.csrf = known.cookies, known.csrf
    write(PHRASE)
    off = {"file": "high.yml", "name": "一死了之", **REVIEW}
    draft = {"draft": 1}
    for name, body in (
        *(("add", {"file": "high.yml", "row": GOOD}), ("drop", off), ("take_back", {**draft, "at": 1})),
        *(("replay", None), ("changed", None), ("gate", None), ("publish", None), ("roll_back", None)),
        *(("reopen", draft), ("discard", {"draft": 2})),
    ):
        walk.note("", "")
        if name in ("replay", "gate"):
            browser.check(name)
        elif name == "changed":
            assert browser.get(f"{trail.LEXICON}/changed").status_code == 200
        else:
            assert browser.do(name, body).status_code == 200, name
        walk.note("GET" if name == "changed" else "POST", f"{trail.LEXICON}/{name}")


def look_into(url: str, walk: Walk) -> Browser:
    """The auditor at work."""
    browser = staffed(url, "auditor", Role.auditor)
    head = {"X-CSRF": browser.csrf}
    walk.note("", "")
    for name, body in (("entries", {}), ("verify", {})):
        assert browser.post(f"{trail.AUDIT}/api/{name}", json=body, headers=head).status_code == 200
        walk.note("POST", f"{trail.AUDIT}/api/{name}")
    assert browser.post(f"{trail.AUDIT}/export", data={"csrf": browser.csrf}).status_code == 200
    walk.note("POST", f"{trail.AUDIT}/export")
    return browser


def test_each_route_leaves_what_it_says_and_no_word_of_anybody(desk_url: str) -> None:
    walk = Walk()
    enter(desk_url, walk)
    care(desk_url, walk)
    lexicon(desk_url, walk)
    look_into(desk_url, walk)
    walk.check("/desk")
    assert set(trail.LEAVES) <= set(walk.left), "a route was not walked"
    written = " ".join(str(value) for row in rows() for value in row)
    for words in (CANARY, PHRASE, "王强", PASSWORD, "楼顶", "联系不上"):
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
