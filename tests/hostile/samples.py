"""For each route with a field for text: a request that is accepted, made anew each time, and whose browser sends it.

A new route with such a field needs a line in SAMPLES, or `test_every_field_for_text_has_a_sample` names it.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.care import desk, identity
from bot.clock import local, now
from bot.db.org_models import IdentityRequest
from bot.db.session import reading
from bot.db.states import ActivityKind, Role, UnitKind
from bot.programme import activities
from bot.programme.activities import Planned
from bot.staff import accounts, people
from tests.care.org_ground import a_unit
from tests.closing import ENDING
from tests.console.ground import PASSWORD
from tests.hostile import case_samples, faq_samples, inbox_samples
from tests.hostile.ground import World, key, number
from tests.hostile.sample import ID, Make, Sample, cry, in_talk, message_of, talk
from tests.lexicon.ground import GOOD


def _close(world: World) -> Sample:
    conversation = cry().conversation_id
    desk.claim(conversation, world.id_of(Role.admin), confirmed=True)
    return Sample({**ENDING}, {"conversation_id": conversation})


def _take_over(world: World) -> Sample:
    conversation, holder = cry().conversation_id, world.id_of(Role.counsellor)
    desk.claim(conversation, holder, confirmed=True)
    return Sample({"text": "他要下班了", "holder": holder}, {"conversation_id": conversation})


def _mark(world: World) -> Sample:
    told = {"message": message_of(talk(world)), "verdict": "wrong", "level": "low", "text": "玩笑"}
    return in_talk(world, **told)


def _drop(_: World) -> Sample:
    return Sample({"file": "high.yml", "name": "没有这一行", "note": "试写", "reviewer": "李芳"})


def _person(_: World) -> Sample:
    return Sample({"login": f"new-{number()}", "name": "王强", "role": "editor"})


def _phone(_: World) -> Sample:
    """Somebody's new phone; that ends their logins, so it is nobody who is needed afterwards."""
    login = f"phone-{number()}"
    accounts.add(login, "王强", Role.editor)
    return Sample({"sure": "yes"}, {"staff_id": people.id_of(login)})


def _address(world: World) -> Sample:
    return Sample({"staff": world.id_of(Role.editor), "url": f"json://127.0.0.1:9/{key()}"})


def _asked(world: World) -> Sample:
    """Asks for an identity; of each worker one may ask once."""
    return Sample({"text": "要去家里看他"}, {"conversation_id": cry().conversation_id})


def _decided(world: World) -> Sample:
    """A request of a colleague that waits for a lead."""
    identity.ask(cry().conversation_id, world.id_of(Role.counsellor), "要去家里看他")
    with reading() as session:
        newest = session.execute(select(IdentityRequest.id).order_by(IdentityRequest.id.desc()).limit(1)).scalar_one()
    return Sample({"decision": "refuse", "reason": "先打电话"}, {"request_id": str(newest)}, Role.lead)


def _talked(world: World) -> Sample:
    told = {"held_on": f"{local(now()).date()}", "note": "歇两天"}
    return Sample(told, {"staff_id": world.id_of(Role.counsellor)}, Role.lead)


def _unit(world: World) -> str:
    if "unit" not in world.extra:
        world.extra["unit"] = a_unit("东区总工会", UnitKind.district, a_unit("江城市总工会", UnitKind.city))
    return world.extra["unit"]


def _renamed(world: World) -> Sample:
    return Sample({"name": "西区总工会"}, {"unit_id": _unit(world)})


def _activity(world: World) -> int:
    if "activity" not in world.extra:
        starts = now() + timedelta(days=9)
        planned = Planned(ActivityKind.course, "电工班", "职工夜校", starts, None)
        world.extra["activity"] = str(activities.add(world.id_of(Role.editor), planned))
    return int(world.extra["activity"])


def _planned(_: World) -> Sample:
    words = {"title": "电工班", "place": "职工夜校", "sign_up": "到工会报名", "audience": "职工"}
    times = {"starts": f"{local(now() + timedelta(days=9)):%Y-%m-%dT%H:%M}", "ends": ""}
    return Sample({"id": "0", "kind": "course", **words, **times}, role=Role.editor)


def _shown(world: World) -> Sample:
    return Sample({"id": str(_activity(world))}, role=Role.editor)


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
    "POST /desk/api/c/{conversation_id}/reply": lambda world: in_talk(world, text="我在"),
    "POST /desk/api/c/{conversation_id}/note": lambda world: in_talk(world, text="留个话"),
    "POST /desk/api/c/{conversation_id}/close": _close,
    "POST /desk/api/c/{conversation_id}/mark": _mark,
    "POST /desk/api/c/{conversation_id}/contact": lambda world: in_talk(world, text="联系不上本人"),
    "POST /desk/api/c/{conversation_id}/take_over": _take_over,
    "POST /desk/api/prove": lambda _: Sample({"code": "000000", **PASSWORDS}),
    "POST /desk/units": lambda _: Sample({"name": f"第{number()}工会", "kind": "city", "parent": ""}),
    "POST /desk/units/{unit_id}/rename": _renamed,
    "POST /desk/api/c/{conversation_id}/identity/ask": _asked,
    "POST /desk/api/c/{conversation_id}/identity/at_once": lambda world: in_talk(world, text="人在楼顶"),
    "POST /desk/identity/{request_id}": _decided,
    "POST /desk/debrief/{staff_id}": _talked,
    "POST /desk/api/search": lambda _: Sample({"text": "职工"}),
    "POST /desk/replies": lambda _: Sample({"id": "0", "title": "问好", "code": "", "body": "您好"}, role=Role.lead),
    "POST /desk/activities": _planned,
    "POST /desk/triage/api/rows": lambda _: Sample({"file": "high.yml", "text": "想"}),
    "POST /desk/triage/api/add": lambda _: Sample({"file": "high.yml", "row": {**GOOD, "unless": ["开玩笑"]}}),
    "POST /desk/triage/api/drop": _drop,
    "POST /desk/rota/api/add_address": _address,
    "POST /desk/audit/api/entries": lambda _: Sample({"staff": "", "case": "", "day": None}, role=Role.auditor),
    "POST /desk/audit/api/verify": lambda _: Sample({"anchors": ""}, role=Role.auditor),
    "POST /desk/audit/export": lambda _: Sample({"staff": "", "case": "", "action": "", "day": ""}, role=Role.auditor),
    **case_samples.SAMPLES,
    **faq_samples.SAMPLES,
    **inbox_samples.SAMPLES,
}
COSTLY = {  # each request needs a case of its own: they get the few worst texts
    "POST /desk/api/c/{conversation_id}/close",
    "POST /desk/api/c/{conversation_id}/take_over",
    "POST /desk/api/c/{conversation_id}/identity/ask",
    "POST /desk/identity/{request_id}",
    *case_samples.COSTLY,
    *faq_samples.COSTLY,
    *inbox_samples.COSTLY,
}
# Numbers and bound fields without a field for text beside them: what a sensible request looks like.
PLAIN: dict[str, Make] = {
    "POST /desk/people/{staff_id}/unit": lambda world: Sample({"unit": ""}, {"staff_id": world.id_of(Role.editor)}),
    "POST /desk/units/{unit_id}/move": lambda world: Sample({"parent": ""}, {"unit_id": _unit(world)}),
    "POST /desk/api/c/{conversation_id}/unit": lambda world: in_talk(world, unit=_unit(world)),
    "POST /desk/api/typing": lambda world: Sample({"conversation": talk(world)}),
    "POST /desk/api/c/{conversation_id}/withdraw": lambda world: in_talk(world, message=1),
    "POST /desk/figures/export": lambda _: Sample({"days": "30"}, role=Role.lead),
    "GET /desk/figures": lambda _: Sample({"days": "30"}, role=Role.lead),
    "GET /desk/c/{conversation_id}/events": lambda world: in_talk(world, after="0"),
    "GET /api/chat/messages": lambda _: Sample({"limit": "50"}, role=None),
    "POST /desk/api/c/{conversation_id}/again": lambda world: in_talk(world, message=1),
    "POST /desk/api/c/{conversation_id}/invite": lambda world: in_talk(world, staff=ID),
    "POST /desk/api/notices/seen": lambda _: Sample({"notice": 1}),
    "POST /desk/replies/use": lambda _: Sample({"id": "1", "in_use": "true"}),
    "POST /desk/activities/publish": _shown,
    "POST /desk/activities/take_back": _shown,
    "POST /desk/triage/api/take_back": lambda _: Sample({"draft": 1, "at": 0}),
    "POST /desk/triage/api/discard": lambda _: Sample({"draft": 9, "at": 0}),
    "POST /desk/triage/api/reopen": lambda _: Sample({"draft": 9, "at": 0}),
    "POST /desk/training/api/discard": lambda _: Sample({"run": 9}),
    "POST /desk/training/api/publish": lambda _: Sample({"run": 9}),
    "POST /desk/training/api/roll_back": lambda _: Sample({"run": 9}),
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
    **case_samples.PLAIN,
    **faq_samples.PLAIN,
    **inbox_samples.PLAIN,
}
