"""The samples of a case's own page. What uses a case up gets a new one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.care import closing, desk, referrals
from bot.clock import local, now
from bot.db.models import CareCase
from bot.db.session import reading
from bot.db.states import ReferralTo, Role
from tests.closing import ENDING, report
from tests.hostile.ground import World
from tests.hostile.sample import Make, Sample, cry, talk

CASE = "/desk/case/{number}"


def number_of(conversation_id: str) -> str:
    """The number of the conversation's case."""
    with reading() as session:
        return session.execute(select(CareCase.number).where(CareCase.conversation_id == conversation_id)).scalar_one()


def in_case(world: World, **body: Any) -> Sample:
    """A request about the case of the one conversation that goes on all the time."""
    return Sample(body, {"number": number_of(talk(world))})


def _task(world: World) -> Sample:
    return in_case(world, text="约社区上门", due=f"{local(now()).date()}", who=world.id_of(Role.admin))


def _offered(world: World) -> Sample:
    number = number_of(talk(world))
    row = referrals.offer(number, world.id_of(Role.admin), ReferralTo.outside, "市医院", "要看医生")
    return Sample({"text": "总机说可以"}, {"number": number, "row": str(row)})


def _held(world: World) -> str:
    """A new case that the admin has in hand; its number."""
    conversation = cry().conversation_id
    desk.claim(conversation, world.id_of(Role.admin), confirmed=True)
    return number_of(conversation)


def _close(world: World) -> Sample:
    return Sample({**ENDING}, {"number": _held(world)})


def _asked(world: World) -> str:
    number = _held(world)
    closing.close_case(number, world.id_of(Role.admin), report())
    return number


def _send_back(world: World) -> Sample:
    return Sample({"text": "还没问药放在哪"}, {"number": _asked(world)}, Role.lead)


def _reopen(world: World) -> Sample:
    number = _asked(world)
    closing.approve(number, world.id_of(Role.lead))
    return Sample({"text": "又来了"}, {"number": number})


SAMPLES: dict[str, Make] = {
    f"POST {CASE}/level": lambda world: in_case(world, level="imminent", text="还在楼顶"),
    f"POST {CASE}/plan": lambda world: in_case(world, text="明早打电话"),
    f"POST {CASE}/check": lambda world: in_case(world, item="safe_now", on="true"),
    f"POST {CASE}/task": _task,
    f"POST {CASE}/refer": lambda world: in_case(world, to="outside", name="市医院", text="要看医生"),
    f"POST {CASE}/referral/{{row}}/accept": _offered,
    f"POST {CASE}/referral/{{row}}/reject": _offered,
    f"POST {CASE}/close": _close,
    f"POST {CASE}/send_back": _send_back,
    f"POST {CASE}/reopen": _reopen,
}
COSTLY = {f"POST {CASE}/{name}" for name in ("close", "send_back", "reopen")}
PLAIN: dict[str, Make] = {
    f"POST {CASE}/category": lambda world: in_case(world, category="family"),
    f"POST {CASE}/plan/{{row}}/done": lambda world: Sample({}, {"number": number_of(talk(world)), "row": "1"}),
    f"POST {CASE}/task/{{row}}/done": lambda world: Sample({}, {"number": number_of(talk(world)), "row": "1"}),
    f"POST {CASE}/referral/{{row}}/done": lambda world: Sample({}, {"number": number_of(talk(world)), "row": "1"}),
}
