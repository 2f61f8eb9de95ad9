"""More steps of a story: what is done on the case's file, and what follows when a person has left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import texts
from bot.care import casework, checklist, identity, placing, ratings, referrals
from bot.care.panel import cases_of
from bot.clock import now
from bot.db.models import Conversation
from bot.db.rating_models import Rating
from bot.db.session import reading, transaction
from bot.db.states import Author, RatingValue, ReferralTo
from bot.db.thread import add_outgoing
from bot.demo import org
from bot.demo.stage import Stage, Talk


def number_of(talk: Talk) -> str:
    """The number of the talk's case."""
    with reading() as session:
        return session.execute(cases_of(talk.conversation_id).limit(1)).scalar_one().number


def unit(stage: Stage, talk: Talk, name: str) -> None:
    """The worker said where they work."""
    placing.place_worker(talk.conversation_id, stage.staff[talk.holder or "wuhua"], org.unit_of(name))


def step(stage: Stage, talk: Talk, written: list[str]) -> None:
    """[login, a step of the plan]."""
    login, text = written
    casework.add_step(number_of(talk), stage.staff[login], text)


def task(stage: Stage, talk: Talk, planned: list[Any]) -> None:
    """[login who plans, login who does it, days from then, words]."""
    by, who, days, text = planned
    due = casework.today() + timedelta(days=days)
    casework.add_task(number_of(talk), stage.staff[by], text, due, stage.staff[who])


def check(stage: Stage, talk: Talk, login: str) -> None:
    """The first item of the checklist is done."""
    with reading() as session:
        case = session.execute(cases_of(talk.conversation_id).limit(1)).scalar_one()
        first = checklist.of_case(session, case)[0]
    checklist.tick(case.number, stage.staff[login], first.key, True)


def refer(stage: Stage, talk: Talk, offered: list[str]) -> None:
    """[login, to whom, name of a body outside or nothing, reason]."""
    login, to, name, reason = offered
    referrals.offer(number_of(talk), stage.staff[login], ReferralTo(to), name, reason)


def ask_identity(stage: Stage, talk: Talk, asked: list[str]) -> None:
    """[login, reason]."""
    login, reason = asked
    identity.ask(talk.conversation_id, stage.staff[login], reason)


def rate(stage: Stage, talk: Talk, value: str) -> None:
    """The worker was asked whether it helped, and has tapped; the bot asks by the clock, here it asks at once."""
    stage.later(3)
    asks = texts.get("rating_ask")
    with transaction() as session:
        conversation = session.get_one(Conversation, talk.conversation_id)
        asked = add_outgoing(
            session, conversation, Author.bot, asks.text, buttons=asks.buttons, marks={"event": ratings.EVENT}
        )
        case = session.execute(cases_of(talk.conversation_id).limit(1)).scalar_one()
        facts = {"value": RatingValue(value), "rated_at": now()}
        session.add(Rating(message_id=asked.id, conversation_id=conversation.id, case_id=case.id, **facts))
