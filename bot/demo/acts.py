"""The steps of a story in nlu_data/demo.yml: each does by the real care functions what people do at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from bot import care
from bot.care import answers, closing, company, desk, marks, notes, people
from bot.clock import now
from bot.conversation import render
from bot.conversation.turn import Reply
from bot.db.models import CareCase, Conversation, Inbox, Message, Outbox
from bot.db.session import reading, transaction
from bot.db.states import AgeBand, Author, Category, InboxState, OutboxState, OutcomeKind, Purpose, Verdict
from bot.demo import case_acts
from bot.demo.stage import Stage, Talk, say
from bot.level import Level

Act = Callable[[Stage, Talk, Any], None]


def _say(stage: Stage, talk: Talk, text: str) -> None:
    say(stage, talk, text)


def _ask(stage: Stage, talk: Talk, asked: list[str]) -> None:
    """[question, FAQ id or the bot's own words]: the bot answers as to a question."""
    text, answer = asked
    say(stage, talk, text, [render.faq_reply(answer) if answer.isascii() else Reply(answer)])


def _request(stage: Stage, talk: Talk, text: str) -> None:
    say(stage, talk, text, [render.fixed("human_requested")])
    care.request_human(talk.message_id)


def _claim(stage: Stage, talk: Talk, login: str) -> None:
    talk.holder = login
    desk.claim(talk.conversation_id, stage.staff[login])


def _acknowledge(stage: Stage, talk: Talk, login: str) -> None:
    desk.acknowledge(talk.conversation_id, stage.staff[login])


def _reply(stage: Stage, talk: Talk, text: str) -> None:
    desk.reply(talk.conversation_id, stage.staff[talk.holder], text)


def _note(stage: Stage, talk: Talk, text: str) -> None:
    notes.add(talk.conversation_id, stage.staff[talk.holder or "wuhua"], text)


def _hand_back(stage: Stage, talk: Talk, _: Any) -> None:
    desk.hand_back(talk.conversation_id, stage.staff[talk.holder])
    talk.holder = ""


def _ask_close(stage: Stage, talk: Talk, asked: list[str]) -> None:
    """[login, outcome] of a grave case: it waits for a lead."""
    login, outcome = asked
    report = closing.Report(OutcomeKind.resolved, outcome, Level.low, contact_follows=True)
    closing.close(talk.conversation_id, stage.staff[login], report)


def _close(stage: Stage, talk: Talk, closed: list[str]) -> None:
    """[login, outcome, how it ended]; where a lead has to approve, one does."""
    login, outcome, kind = closed
    report = closing.Report(OutcomeKind(kind), outcome, Level.low)
    if not closing.close(talk.conversation_id, stage.staff[login], report):
        closing.approve(case_acts.number_of(talk), stage.staff["wuhua" if login != "wuhua" else "zhengli"])


def _invite(stage: Stage, talk: Talk, login: str) -> None:
    company.invite(talk.conversation_id, stage.staff[talk.holder], stage.staff[login])


def _join(stage: Stage, talk: Talk, login: str) -> None:
    company.join(talk.conversation_id, stage.staff[login])


def _beside(stage: Stage, talk: Talk, said: list[str]) -> None:
    """[login, words] of one who has joined."""
    login, text = said
    desk.reply(talk.conversation_id, stage.staff[login], text)


def _take_over(stage: Stage, talk: Talk, taken: list[str]) -> None:
    """[login of a lead, reason]."""
    login, reason = taken
    company.take_over(talk.conversation_id, stage.staff[login], stage.staff[talk.holder], reason)
    talk.holder = login


def _answer(stage: Stage, talk: Talk, given: dict[str, str]) -> None:
    for question, answer in given.items():
        answers.record(talk.message_id, question, answer, talk.kind)


def _agree(stage: Stage, talk: Talk, purposes: list[str]) -> None:
    for purpose in purposes:
        people.agree(talk.message_id, Purpose(purpose), "demo")


def _mood(stage: Stage, talk: Talk, found: dict[str, int]) -> None:
    people.keep_mood(talk.message_id, found)


def _plan(stage: Stage, talk: Talk, steps: dict[str, str]) -> None:
    for step, words in steps.items():
        people.write_plan(talk.message_id, step, words)


def _contact(stage: Stage, talk: Talk, words: str) -> None:
    people.keep_contact(talk.message_id, words)


def _age(stage: Stage, talk: Talk, band: str) -> None:
    with transaction() as session:
        person = session.get_one(Conversation, talk.conversation_id).person
        person.age_band = AgeBand(band)


def _category(stage: Stage, talk: Talk, category: str) -> None:
    ours = (CareCase.conversation_id == talk.conversation_id, CareCase.paired_with.is_(None))
    with transaction() as session:
        session.execute(update(CareCase).where(*ours).values(category=Category(category)))


def _mark(stage: Stage, talk: Talk, given: list[str]) -> None:
    """[login, verdict] on the worker's first message."""
    login, verdict = given
    first = select(Message.id).where(Message.conversation_id == talk.conversation_id, Message.author == Author.worker)
    with reading() as session:
        message_id = session.execute(first.order_by(Message.id).limit(1)).scalar_one()
    marks.give(talk.conversation_id, message_id, stage.staff[login], Verdict(verdict))


def delivered(stage: Stage, talk: Talk, _: Any = None) -> None:
    """What was sent over another channel than the web has arrived."""
    ours = (Outbox.conversation_id == talk.conversation_id, Outbox.state == OutboxState.pending)
    with transaction() as session:
        session.execute(update(Outbox).where(*ours).values(state=OutboxState.sent, sent_at=now()))


def _undelivered(stage: Stage, talk: Talk, code: str) -> None:
    """The last thing that was said did not arrive."""
    last = select(Outbox).where(Outbox.conversation_id == talk.conversation_id).order_by(Outbox.id.desc()).limit(1)
    with transaction() as session:
        row = session.execute(last).scalar_one()
        row.state, row.error_code = OutboxState.dead, code


def _stuck(stage: Stage, talk: Talk, _: Any) -> None:
    """The last message of the worker could not be worked on."""
    last = select(Inbox).where(Inbox.conversation_id == talk.conversation_id).order_by(Inbox.id.desc()).limit(1)
    with transaction() as session:
        session.execute(last).scalar_one().state = InboxState.failed


def _wait(stage: Stage, talk: Talk, minutes: float) -> None:
    stage.later(minutes)


ACTS: dict[str, Act] = {
    "say": _say,
    "ask": _ask,
    "request": _request,
    "claim": _claim,
    "acknowledge": _acknowledge,
    "reply": _reply,
    "note": _note,
    "hand_back": _hand_back,
    "ask_close": _ask_close,
    "close": _close,
    "invite": _invite,
    "join": _join,
    "beside": _beside,
    "take_over": _take_over,
    "answer": _answer,
    "agree": _agree,
    "mood": _mood,
    "plan": _plan,
    "contact": _contact,
    "age": _age,
    "category": _category,
    "mark": _mark,
    "unit": case_acts.unit,
    "step": case_acts.step,
    "task": case_acts.task,
    "check": case_acts.check,
    "refer": case_acts.refer,
    "ask_identity": case_acts.ask_identity,
    "rate": case_acts.rate,
    "undelivered": _undelivered,
    "stuck": _stuck,
    "wait": _wait,
}
"""Verb of a step → what it does. A new part of the desk adds its verbs here."""
