"""For each route with a field for text: a request that is accepted, made anew each time, and whose browser sends it.

A new route with such a field needs a line in SAMPLES, or `test_every_field_for_text_has_a_sample` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot import care
from bot.care import desk
from bot.channels.incoming import Accepted, Incoming
from bot.conversation import inbox
from bot.db.care_models import EmergencyContact
from bot.db.models import Message
from bot.db.session import reading, transaction
from bot.db.states import Author, Purpose, Role
from bot.level import Level
from tests.care.ground import agree, person_of
from tests.console.ground import PASSWORD
from tests.hostile.ground import World, key, number
from tests.lexicon.ground import GOOD

ID = "0" * 32


@dataclass(frozen=True)
class Sample:
    """A request that is accepted. `role` None: somebody who is not logged in."""

    body: dict[str, Any] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    role: Role | None = Role.admin


Make = Callable[[World], Sample]


def cry() -> Accepted:
    """A worker in danger, with a case that nobody has taken yet."""
    accepted = inbox.accept(Incoming("web", "hostile", key(), f"worker-{number()}", "我在楼顶，现在就跳下去"))
    care.open_case(accepted.message_id, Level.imminent, "self_harm")
    return accepted


def talk(world: World) -> str:
    """The one conversation that the admin has all the time, with a contact and a message of the worker."""
    if "talk" not in world.extra:
        world.extra["talk"] = conversation = cry().conversation_id
        desk.claim(conversation, world.id_of(Role.admin), confirmed=True)
        agree(conversation, Purpose.emergency)
        with transaction() as session:
            session.add(EmergencyContact(person_id=person_of(conversation), body="老乡 000"))
    return world.extra["talk"]


def message_of(conversation_id: str) -> int:
    """A worker's message."""
    with reading() as session:
        mine = (Message.conversation_id == conversation_id, Message.author == Author.worker)
        return session.execute(select(Message.id).where(*mine).limit(1)).scalar_one()


def _in_talk(world: World, **body: Any) -> Sample:
    return Sample(body, {"conversation_id": talk(world)})


def _close(world: World) -> Sample:
    conversation = cry().conversation_id
    desk.claim(conversation, world.id_of(Role.admin), confirmed=True)
    return Sample({"text": "情绪平稳"}, {"conversation_id": conversation})


def _take_over(world: World) -> Sample:
    conversation, holder = cry().conversation_id, world.id_of(Role.counsellor)
    desk.claim(conversation, holder, confirmed=True)
    return Sample({"text": "他要下班了", "holder": holder}, {"conversation_id": conversation})


def _mark(world: World) -> Sample:
    told = {"message": message_of(talk(world)), "verdict": "wrong", "level": "low", "text": "玩笑"}
    return _in_talk(world, **told)


def _drop(_: World) -> Sample:
    return Sample({"file": "high.yml", "name": "没有这一行", "note": "试写", "reviewer": "李芳"})


def _person(_: World) -> Sample:
    return Sample({"login": f"new-{number()}", "name": "王强", "role": "editor"})


def _phone(world: World) -> Sample:
    return Sample({"sure": "yes"}, {"staff_id": world.id_of(Role.editor)})


def _address(world: World) -> Sample:
    return Sample({"staff": world.id_of(Role.editor), "url": f"json://127.0.0.1:9/{key()}"})


PASSWORDS = {"password": PASSWORD}
SAMPLES: dict[str, Make] = {
    "POST /api/chat/messages": lambda _: Sample({"client_id": key(), "text": "在吗"}, role=None),
    "GET /api/chat/events": lambda _: Sample(role=None),
    "GET /static/chat/{name}": lambda _: Sample(path={"name": "chat.js"}, role=None),
    "POST /desk/setup": lambda _: Sample({"token": "x", **PASSWORDS}, role=None),
    "POST /desk/login": lambda _: Sample({"login": "nobody", "bind": "", **PASSWORDS}, role=None),
    "POST /desk/login/code": lambda _: Sample({"code": "000000"}, role=None),
    "POST /desk/account/phone": lambda _: Sample({"sure": "yes"}, role=Role.counsellor),
    "GET /desk/prove": lambda _: Sample({"back": "/desk"}),
    "POST /desk/prove": lambda _: Sample({"code": "000000", "back": "/desk", **PASSWORDS}),
    "POST /desk/people": _person,
    "POST /desk/people/{staff_id}/phone": _phone,
    "GET /desk/static/{version}/{name}": lambda _: Sample(path={"version": "0", "name": "desk.js"}, role=None),
    "POST /desk/api/c/{conversation_id}/reply": lambda world: _in_talk(world, text="我在"),
    "POST /desk/api/c/{conversation_id}/note": lambda world: _in_talk(world, text="留个话"),
    "POST /desk/api/c/{conversation_id}/close": _close,
    "POST /desk/api/c/{conversation_id}/mark": _mark,
    "POST /desk/api/c/{conversation_id}/contact": lambda world: _in_talk(world, text="联系不上本人"),
    "POST /desk/api/c/{conversation_id}/take_over": _take_over,
    "POST /desk/api/search": lambda _: Sample({"text": "职工"}),
    "POST /desk/replies": lambda _: Sample({"id": "0", "title": "问好", "code": "", "body": "您好"}, role=Role.lead),
    "POST /desk/triage/api/rows": lambda _: Sample({"file": "high.yml", "text": "想"}),
    "POST /desk/triage/api/add": lambda _: Sample({"file": "high.yml", "row": {**GOOD, "unless": ["开玩笑"]}}),
    "POST /desk/triage/api/drop": _drop,
    "POST /desk/rota/api/add_address": _address,
    "POST /desk/audit/api/entries": lambda _: Sample({"staff": "", "case": "", "day": None}, role=Role.auditor),
    "POST /desk/audit/api/verify": lambda _: Sample({"anchors": ""}, role=Role.auditor),
    "POST /desk/audit/export": lambda _: Sample({"staff": "", "case": "", "action": "", "day": ""}, role=Role.auditor),
}
COSTLY = {  # each request needs a case of its own: they get the few worst texts
    "POST /desk/api/c/{conversation_id}/close",
    "POST /desk/api/c/{conversation_id}/take_over",
}
# Fields whose text is compared or must have a form: nothing of it is ever kept, and the reason why.
NEVER_KEPT = {
    "GET /api/chat/events last-event-id": "a number, or it is not looked at",
    "GET /static/chat/{name} name": "a name of a list",
    "GET /desk/static/{version}/{name} name": "a name of a list",
    "GET /desk/static/{version}/{name} version": "one value",
    "POST /desk/setup token": "compared",
    "POST /desk/setup password": "hashed",
    "POST /desk/login login": "compared",
    "POST /desk/login password": "compared",
    "POST /desk/login bind": "yes or no",
    "POST /desk/login/code code": "compared",
    "POST /desk/prove password": "compared",
    "POST /desk/prove code": "compared",
    "POST /desk/prove back": "one of our own pages, or the account",
    "POST /desk/account/phone sure": "the browser's question, and the session is gone after it",
    "POST /desk/people login": "a-z, digits, dot, dash",
    "POST /desk/replies code": "a-z, digits",
    "POST /desk/triage/api/rows file": "a name of a list",
    "POST /desk/triage/api/add file": "a name of a list",
    "POST /desk/triage/api/drop file": "a name of a list",
    "POST /desk/triage/api/drop name": "a row that is there",
    "POST /desk/triage/api/drop note": "needs a row that is there; the row's own note is pushed by adding",
    "POST /desk/triage/api/drop reviewer": "as its note",
    "POST /desk/audit/api/entries staff": "compared",
    "POST /desk/audit/api/entries case": "compared",
    "POST /desk/audit/api/verify anchors": "numbers and digits",
    "POST /desk/audit/export staff": "compared",
    "POST /desk/audit/export case": "compared",
    "POST /desk/audit/export action": "compared",
    "POST /desk/audit/export day": "a date",
    "POST /desk/rota/api/add_address url": "an address of a known kind",
}
# Numbers and bound fields without a field for text beside them: what a sensible request looks like.
PLAIN: dict[str, Make] = {
    "POST /desk/api/c/{conversation_id}/again": lambda world: _in_talk(world, message=1),
    "POST /desk/api/c/{conversation_id}/invite": lambda world: _in_talk(world, staff=ID),
    "POST /desk/api/notices/seen": lambda _: Sample({"notice": 1}),
    "POST /desk/replies/use": lambda _: Sample({"id": "1", "in_use": "true"}),
    "POST /desk/triage/api/take_back": lambda _: Sample({"draft": 1, "at": 0}),
    "POST /desk/triage/api/discard": lambda _: Sample({"draft": 9, "at": 0}),
    "POST /desk/triage/api/reopen": lambda _: Sample({"draft": 9, "at": 0}),
    "POST /desk/rota/api/remove_turn": lambda _: Sample({"id": 1}),
    "POST /desk/rota/api/remove_exception": lambda _: Sample({"id": 1}),
    "POST /desk/rota/api/remove_address": lambda _: Sample({"id": 1}),
    "POST /desk/rota/api/test": lambda world: Sample({"staff": world.id_of(Role.editor)}),
    "POST /desk/rota/api/add_turn": lambda world: Sample(
        {"days": [1], "starts": "08:00", "ends": "18:00", "staff": world.id_of(Role.admin), "place": "first"}
    ),
    "POST /desk/rota/api/add_exception": lambda world: Sample(
        {"day": "2026-12-01", "starts": "08:00", "ends": "18:00", "staff": world.id_of(Role.admin), "place": "first"}
    ),
}
