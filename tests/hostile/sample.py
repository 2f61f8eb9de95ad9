"""What the samples are made of: a request, workers in danger, the one conversation that goes on all the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import select

from bot import care
from bot.care import desk
from bot.channels.incoming import Accepted, Incoming
from bot.channels.web import thread
from bot.conversation import inbox
from bot.db.care_models import EmergencyContact
from bot.db.models import ChannelIdentity, Conversation, Message
from bot.db.session import reading, transaction
from bot.db.states import Author, Purpose, Role
from bot.level import Level
from tests.care.ground import agree, person_of
from tests.hostile.ground import World, key, number

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


def conversation_of(worker: httpx.Client) -> str:
    """The conversation of a worker on the web chat."""
    worker_key = thread.key_of(worker.cookies["xq_chat"])
    with reading() as session:
        mine = select(ChannelIdentity.id).where(ChannelIdentity.external_hash == worker_key)
        return session.execute(select(Conversation.id).where(Conversation.identity_id.in_(mine))).scalar_one()


def in_talk(world: World, **body: Any) -> Sample:
    """A request about that conversation."""
    return Sample(body, {"conversation_id": talk(world)})
