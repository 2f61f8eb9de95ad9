"""A walk through all routes of the desk, noting what each of them leaves in the audit.

A new route needs a step here: `walk.step(browser, method, path as trail.py names it, …)`.
"""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlalchemy import select, update

from bot.clock import local, now
from bot.console import trail
from bot.db.care_models import Consent, EmergencyContact
from bot.db.models import CareCase, Conversation, Message, Outbox, StaffSession
from bot.db.night_models import DutyException, DutyTurn, NoticeAddress
from bot.db.session import reading, transaction
from bot.db.states import OutboxState, Purpose, Role, UnitKind
from bot.db.states import TrainingState as State
from bot.staff import accounts, sessions
from bot.training import releases
from tests import second_step
from tests.audit.ground import rows
from tests.care.org_ground import a_unit
from tests.console.faq_walk import faq_pages
from tests.console.ground import PASSWORD, Browser, add_staff, cry, csrf_of, staff_id_of, staffed, write
from tests.console.inbox_walk import knowledge
from tests.console.test_lexicon import Lexicon
from tests.fakes.notice_peer import NoticePeer, address
from tests.fakes.server import serving
from tests.lexicon.ground import GOOD, PHRASE, REVIEW
from tests.training.ground import made

CANARY = "香樟木箱子"


class Walk:
    """Goes through routes and notes what each of them left."""

    def __init__(self) -> None:
        self.left: dict[tuple[str, str], set[str]] = {}
        self._seen = 0

    def skip(self) -> None:
        """What came since the last step belongs to none."""
        self._seen = len(rows())

    def note(self, method: str, path: str) -> None:
        """Notes what came since as left by this route."""
        new = rows()[self._seen :]
        self._seen += len(new)
        self.left.setdefault((method, path), set()).update(row.action for row in new)

    def step(
        self,
        browser: Browser,
        method: str,
        path: str,
        *,
        json: object = None,
        form: dict[str, str] | None = None,
        **places: str,
    ) -> httpx.Response:
        """Calls the route, which must succeed, and notes what it left."""
        self.skip()
        headers = {"X-CSRF": browser.csrf} if browser.csrf else {}
        with browser.stream(method, path.format(**places), json=json, data=form, headers=headers) as answer:
            if not path.endswith("/events"):
                answer.read()
        assert answer.status_code in (200, 303), (method, path, answer.status_code)
        self.note(method, path)
        return answer

    def check(self) -> None:
        """Every route was walked and has left what it says."""
        assert set(trail.LEAVES) == set(self.left), "a route was not walked"
        for route, action in trail.LEAVES.items():
            assert action in self.left[route], route


def newest(table: type[Message] | type[DutyTurn] | type[DutyException] | type[NoticeAddress]) -> int:
    """The id of the newest row."""
    with reading() as session:
        return session.execute(select(table.id).order_by(table.id.desc()).limit(1)).scalar_one()


def with_contact(conversation_id: str) -> None:
    """An emergency contact whose use was agreed to."""
    with transaction() as session:
        person = session.get_one(Conversation, conversation_id).person_id
        session.add(EmergencyContact(person_id=person, body=f"姐姐 {CANARY}"))
        session.add(Consent(person_id=person, purpose=Purpose.emergency, wording="consent_emergency 2026-11-01"))


def enter(url: str, walk: Walk) -> None:
    """From the set-up link over the second step to the logout."""
    link = accounts.add("zhaomin", "赵敏", Role.counsellor)
    browser = Browser(url)
    token = csrf_of(browser.get("/desk/setup").text)
    walk.step(browser, "POST", "/desk/setup", form={"csrf": token, "token": link, "password": PASSWORD})
    token = csrf_of(browser.get("/desk/login").text)
    form = {"csrf": token, "login": "zhaomin", "password": PASSWORD}
    walk.step(browser, "POST", "/desk/login", form=form)
    secret = second_step.offered(browser.get("/desk/login/code").text)
    assert secret
    token = csrf_of(browser.get("/desk/login/code").text)
    walk.step(browser, "POST", "/desk/login/code", form={"csrf": token, "code": second_step.code(secret)})
    session = sessions.session_of(browser.cookies["xq_desk"])
    assert session
    walk.step(browser, "POST", "/desk/logout", form={"csrf": session.csrf})


def login_of(login: str) -> str:
    """The public id of an open login."""
    mine = select(StaffSession.public_id).where(StaffSession.staff_id == staff_id_of(login))
    with reading() as session:
        return session.execute(mine.order_by(StaffSession.created_at)).scalars().all()[-1]


def account(url: str, walk: Walk) -> None:
    """What one does with the own account."""
    browser, other = staffed(url, "suyun", Role.auditor), Browser(url)
    other.login("suyun")
    path = f"{trail.ACCOUNT}/sessions/{{session_id}}/end"
    walk.step(browser, "POST", path, session_id=login_of("suyun"))
    second_step.ready("suyun")
    walk.step(browser, "POST", "/desk/prove", form={"password": PASSWORD, "code": second_step.code()})
    second_step.ready("suyun")
    walk.step(browser, "POST", "/desk/api/prove", json={"password": PASSWORD, "code": second_step.code()})
    walk.step(browser, "POST", f"{trail.ACCOUNT}/codes")
    walk.step(browser, "POST", f"{trail.ACCOUNT}/phone", form={"sure": "yes"})


def people(url: str, walk: Walk) -> None:
    """What an admin does with others."""
    boss = staffed(url, "boss", Role.admin)
    walk.step(boss, "POST", "/desk/people", form={"login": "hanmei", "name": CANARY, "role": "editor"})
    staffed(url, "heping")
    Browser(url).login("heping")
    who = staff_id_of("heping")
    one = f"{trail.PERSON}/sessions/{{session_id}}/end"
    walk.step(boss, "POST", one, staff_id=who, session_id=login_of("heping"))
    for act, form in (
        *(("sessions/end", {}), ("role", {"role": "lead"}), ("link", {}), ("phone", {"sure": "yes"})),
        *(("disable", {}), ("enable", {})),
    ):
        walk.step(boss, "POST", f"{trail.PERSON}/{act}", form=form, staff_id=who)
    walk.step(boss, "POST", trail.UNITS, form={"name": CANARY, "kind": "city"})
    city = a_unit("江城", UnitKind.city)
    place = {"unit_id": a_unit("东区", UnitKind.district, city)}
    walk.step(boss, "POST", f"{trail.UNIT}/rename", form={"name": f"东 {CANARY}"}, **place)
    walk.step(boss, "POST", f"{trail.UNIT}/move", form={"parent": city}, **place)
    for act in ("close", "reopen"):
        walk.step(boss, "POST", f"{trail.UNIT}/{act}", **place)
    walk.step(boss, "POST", f"{trail.PERSON}/unit", form={"unit": place["unit_id"]}, staff_id=who)


def delivery_is(state: OutboxState, message: int) -> None:
    """What became of the message's delivery."""
    with transaction() as session:
        session.execute(update(Outbox).where(Outbox.message_id == message).values(state=state))


def care(url: str, walk: Walk) -> None:
    """A whole case, with words in every field."""
    browser, lead = staffed(url), staffed(url, "linlead", Role.lead)
    add_staff("guest")
    conversation = cry(f"我在楼顶，现在就跳下去 {CANARY}").conversation_id
    with_contact(conversation)
    here = {"conversation_id": conversation}
    for path in (trail.C, f"{trail.API}/panel", "/desk/undelivered", "/desk/api/queue"):
        walk.step(browser, "GET", path, **here)
    for path in ("/desk/events", f"{trail.C}/events"):
        walk.step(lead, "GET", path, **here)
    cased = newest(Message)
    for act, body in (
        *(("acknowledge", None), ("contact", {"text": f"联系不上 {CANARY}"}), ("claim", None)),
        *(("mark", {"message": cased, "verdict": "right", "text": CANARY}), ("reply", {"text": f"我在 {CANARY}"})),
        *(("note", {"text": CANARY}), ("invite", {"staff": staff_id_of("guest")})),
    ):
        walk.step(browser, "POST", f"{trail.API}/{act}", json=body, **here)
    with reading() as session:
        said = session.execute(select(Message.id).where(Message.staff_id == staff_id_of("lifang"))).scalar_one()
    for state, act in ((OutboxState.dead, "again"), (OutboxState.held, "withdraw")):
        delivery_is(state, said)
        walk.step(browser, "POST", f"{trail.API}/{act}", json={"message": said}, **here)
    walk.step(browser, "POST", "/desk/api/search", json={"text": CANARY})
    identity(browser, lead, walk, conversation)
    company(lead, walk, conversation)
    walk.step(lead, "POST", f"{trail.API}/hand_back", **here)
    ending = {"text": f"好了 {CANARY}", "kind": "resolved", "risk": "low"}
    walk.step(lead, "POST", f"{trail.API}/close", json=ending, **here)
    case_file(browser, staffed(url, "otherlead", Role.lead), walk, conversation)


def case_file(browser: Browser, lead: Browser, walk: Walk, conversation: str) -> None:
    """Work on the case that a lead has asked to close; another lead decides."""
    with reading() as session:
        number = session.execute(select(CareCase.number).where(CareCase.conversation_id == conversation)).scalar_one()
    here = {"number": number, "row": "1"}
    walk.step(lead, "POST", f"{trail.CASE}/send_back", form={"text": CANARY}, **here)
    walk.step(browser, "GET", trail.CASE, **here)
    walk.step(browser, "GET", "/desk/todo")
    task = {"text": CANARY, "due": local(now()).date().isoformat(), "who": staff_id_of("lifang")}
    for path, form in (
        *(
            ("level", {"level": "high", "text": CANARY}),
            ("category", {"category": "family"}),
            ("plan", {"text": CANARY}),
        ),
        *(("plan/{row}/done", {}), ("check", {"item": "safe_now"}), ("task", task), ("task/{row}/done", {})),
        *(("refer", {"to": "outside", "name": CANARY, "text": CANARY}), ("referral/{row}/accept", {"text": CANARY})),
        ("referral/{row}/done", {}),
    ):
        walk.step(browser, "POST", f"{trail.CASE}/{path}", form=form, **here)
    walk.step(browser, "POST", f"{trail.CASE}/refer", form={"to": "lead", "text": CANARY}, **here)
    walk.step(lead, "POST", f"{trail.CASE}/referral/{{row}}/reject", form={"text": CANARY}, number=number, row="2")
    ending = {"kind": "resolved", "risk": "low", "text": CANARY}
    walk.step(browser, "POST", f"{trail.CASE}/close", form=ending, **here)
    walk.step(lead, "POST", f"{trail.CASE}/approve", form={}, **here)
    walk.step(browser, "POST", f"{trail.CASE}/reopen", form={"text": CANARY}, **here)


def identity(browser: Browser, lead: Browser, walk: Walk, conversation: str) -> None:
    """A counsellor sees who the worker is, and a lead at once; and they are told where the worker belongs."""
    here, request = {"conversation_id": conversation}, {"request_id": "1"}
    walk.step(browser, "POST", f"{trail.API}/identity/ask", json={"text": CANARY}, **here)
    walk.step(lead, "GET", trail.IDENTITY)
    form = {"decision": "grant", "reason": CANARY}
    walk.step(lead, "POST", f"{trail.IDENTITY}/{{request_id}}", form=form, **request)
    walk.step(browser, "POST", f"{trail.API}/identity/look", **here)
    walk.step(lead, "POST", f"{trail.API}/identity/at_once", json={"text": CANARY}, **here)
    unit = a_unit(CANARY, UnitKind.city)
    walk.step(browser, "POST", f"{trail.API}/unit", json={"unit": unit}, **here)


def company(lead: Browser, walk: Walk, conversation: str) -> None:
    """A lead comes in, goes out and takes over."""
    here = {"conversation_id": conversation}
    walk.step(lead, "POST", f"{trail.API}/join", **here)
    walk.step(lead, "POST", f"{trail.API}/leave", **here)
    taken = {"holder": staff_id_of("lifang"), "text": CANARY}
    walk.step(lead, "POST", f"{trail.API}/take_over", json=taken, **here)
    other = write("食堂几点开门", "worker-2").conversation_id
    walk.step(lead, "GET", f"{trail.API}/canned", conversation_id=other)
    third = write("澡堂几点开门", "worker-3").conversation_id
    walk.step(lead, "GET", f"{trail.API}/colleagues", conversation_id=third)


def settings_of_all(url: str, walk: Walk) -> None:
    """Canned replies and the rota."""
    lead = staffed(url, "dutylead", Role.lead)
    walk.step(lead, "POST", "/desk/replies", form={"title": "我来了", "body": CANARY})
    walk.step(lead, "POST", "/desk/replies/use", form={"id": "1", "in_use": "false"})
    who, hours = staff_id_of("dutylead"), {"starts": "21:00", "ends": "08:00"}
    rota = trail.ROTA
    walk.step(lead, "POST", f"{rota}/add_turn", json={"days": [1, 3], "staff": who, "place": "first", **hours})
    walk.step(lead, "POST", f"{rota}/remove_turn", json={"id": newest(DutyTurn)})
    today = local(now()).date().isoformat()
    walk.step(lead, "POST", f"{rota}/add_exception", json={"day": today, "staff": None, "place": None, **hours})
    walk.step(lead, "POST", f"{rota}/remove_exception", json={"id": newest(DutyException)})
    walk.step(lead, "POST", f"{rota}/switch", json={"here": True})
    with serving(NoticePeer().app) as peer:
        walk.step(lead, "POST", f"{rota}/add_address", json={"staff": None, "url": address(peer, "office")})
        walk.step(lead, "POST", f"{rota}/test", json={"staff": None})
    walk.step(lead, "POST", f"{rota}/remove_address", json={"id": newest(NoticeAddress)})


def look_back(url: str, walk: Walk) -> None:
    """Figures and a talk."""
    lead = staffed(url, "figurelead", Role.lead)
    add_staff("tired")
    walk.step(lead, "GET", "/desk/figures")
    walk.step(lead, "POST", "/desk/figures/export", form={"days": "7"})
    walk.step(lead, "GET", "/desk/debrief")
    talk = {"held_on": local(now()).date().isoformat(), "note": CANARY}
    walk.step(lead, "POST", "/desk/debrief/{staff_id}", form=talk, staff_id=staff_id_of("tired"))


def lexicon(url: str, walk: Walk) -> None:
    """From a row to its release, and back."""
    known = staffed(url, "wordboss", Role.admin)
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
        walk.skip()
        if name in ("replay", "gate"):
            browser.check(name)
        elif name == "changed":
            assert browser.get(f"{trail.LEXICON}/changed").status_code == 200
        else:
            assert browser.do(name, body).status_code == 200, name
        walk.note("GET" if name == "changed" else "POST", f"{trail.LEXICON}/{name}")


def training(url: str, walk: Walk) -> None:
    """A training that is discarded, one that is published, and the way back."""
    boss, first = staffed(url, "trainboss", Role.admin), made(State.retired)
    live = made(State.published)
    walk.step(boss, "POST", f"{trail.TRAINING}/start")
    walk.step(boss, "POST", f"{trail.TRAINING}/discard", json={"run": live + 1})
    ready = made(State.ready, against=live)
    walk.step(boss, "POST", f"{trail.TRAINING}/publish", json={"run": ready})
    releases.not_switched(ready, CANARY)
    walk.step(boss, "POST", f"{trail.TRAINING}/roll_back", json={"run": first})


def programme(url: str, walk: Walk) -> None:
    """An editor keeps an activity."""
    editor = staffed(url, "programme", Role.editor)
    starts = f"{local(now() + timedelta(days=9)):%Y-%m-%dT%H:%M}"
    plan = {"kind": "course", "title": CANARY, "place": CANARY, "starts": starts}
    walk.step(editor, "POST", "/desk/activities", form=plan)
    for act in ("publish", "take_back"):
        walk.step(editor, "POST", f"/desk/activities/{act}", form={"id": "1"})


def look_into(url: str, walk: Walk) -> None:
    """The auditor at work."""
    browser = staffed(url, "auditor", Role.auditor)
    walk.step(browser, "POST", f"{trail.AUDIT}/api/entries", json={})
    walk.step(browser, "POST", f"{trail.AUDIT}/api/verify", json={})
    walk.step(browser, "POST", f"{trail.AUDIT}/export")


PARTS = (
    *(enter, account, people, care, settings_of_all, look_back),
    *(programme, lexicon, faq_pages, knowledge, training, look_into),
)
