"""The review inbox: what was not understood or voted down, and what counsellors recommend, for editors to make use of.

Only words of people who showed no distress and have no case get here, redacted before they are stored. Nothing is
published from here: what an editor makes of it is a draft that a second person approves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Interval, Select, delete, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot import audit
from bot.audit import Action
from bot.care.panel import about
from bot.clock import now
from bot.db.asked_models import Asked, ReviewItem
from bot.db.models import CareCase, Conversation, Faq, Feedback, Message
from bot.db.session import reading, transaction
from bot.db.states import Author, ReviewSource, ReviewState, RevisionSource, Understood
from bot.errors import BadInput, NotFound
from bot.knowledge import revisions, similar
from bot.knowledge.content import Content
from bot.knowledge.redact import redact
from bot.level import Level

SETTLED = timedelta(minutes=10)  # after which nobody takes a choice any more that was offered
LOOK_BACK = timedelta(days=7)
KEPT = timedelta(days=90)  # how long something waits for an editor, and how long it is remembered what became of it
ALIKE = 0.8  # likeness of two sentences that are one group
BATCH = 200
SHORTEST, LONGEST = 3, 200  # characters of what can be of use
LEAST_ANSWER = 20  # characters of a counsellor's answer that is worth a question


@dataclass(frozen=True)
class Group:
    """Sentences that say nearly the same; `id` is that of the first. `near` are the FAQs that may be meant."""

    id: int
    source: ReviewSource
    sentences: tuple[str, ...]
    count: int
    last: datetime
    answer: str | None
    faq_id: str | None
    near: tuple[tuple[str, str], ...]  # (id, question)


def fill() -> int:
    """Takes in what came up since the last time; gives how much that was.

    Likeness is worked out before anything is written: an encoder must not keep others waiting for the database.
    """
    with reading() as session:
        found = [*_not_understood(session), *_voted_down(session)]
        firsts = _firsts(session) if found else []
    for row in found:
        alike = _alike(row, firsts)
        with transaction() as session:
            session.add(row)
            session.flush()
            row.cluster = alike or row.id
            if alike is None:
                firsts.append((row.source, row.id, row.words))
    return len(found)


def _firsts(session: Session) -> list[tuple[ReviewSource, int, str]]:
    """Source, id and words of the first sentence of each open group."""
    columns = select(ReviewItem.source, ReviewItem.id, ReviewItem.words)
    first = columns.where(ReviewItem.id == ReviewItem.cluster, ReviewItem.state == ReviewState.open)
    return [(row.source, row.id, row.words) for row in session.execute(first)]


def _alike(row: ReviewItem, firsts: list[tuple[ReviewSource, int, str]]) -> int | None:
    """The group of the same source whose first sentence says nearly the same."""
    near = [(similar.likeness(row.words, words), first) for source, first, words in firsts if source == row.source]
    best = max(near, default=(0.0, 0))
    return best[1] if best[0] >= ALIKE else None


def _not_understood(session: Session) -> list[ReviewItem]:
    later = aliased(Asked)
    taken = exists().where(
        later.conversation_id == Asked.conversation_id,
        later.message_id > Asked.message_id,
        later.at < _while_a_choice_stands(session),
        later.outcome == Understood.answered,
    )
    wanted = or_(Asked.outcome == Understood.refused, (Asked.outcome == Understood.clarified) & ~taken)
    query = select(Message, Asked.faq_id).join(Asked, Asked.message_id == Message.id)
    query = query.where(wanted, Asked.at > now() - LOOK_BACK, Asked.at < now() - SETTLED)
    return _items(session, query, ReviewSource.not_understood)


def _while_a_choice_stands(session: Session) -> ColumnElement[datetime]:
    if session.get_bind().dialect.name == "sqlite":
        return func.datetime(Asked.at, f"+{int(SETTLED.total_seconds())} seconds")
    return Asked.at + literal(SETTLED, Interval)


def _voted_down(session: Session) -> list[ReviewItem]:
    answer = aliased(Message)
    query = select(Message, answer.faq_id).join(answer, answer.reply_to == Message.id)
    query = query.join(Feedback, Feedback.message_id == answer.id)
    query = query.where(Feedback.value == "down", Feedback.at > now() - LOOK_BACK)
    return _items(session, query, ReviewSource.voted_down)


def _items(session: Session, query: Select[Message, str | None], source: ReviewSource) -> list[ReviewItem]:
    """The sentences of a query as items, but for those that are there, and those of people in need."""
    there = exists().where(ReviewItem.message_id == Message.id, ReviewItem.source == source)
    query = query.join(Conversation, Conversation.id == Message.conversation_id).where(_harmless(), ~there)
    rows = session.execute(query.order_by(Message.id).limit(BATCH))
    return [
        ReviewItem(source=source, message_id=message.id, words=redact(message.body), faq_id=faq_id)
        for message, faq_id in rows
        if not json.loads(message.extra or "{}").get("press") and SHORTEST <= len(message.body.strip()) <= LONGEST
    ]


def _harmless() -> ColumnElement[bool]:
    """Words of a worker who never showed distress, has no case, and did not have them erased."""
    return _calm() & ~exists().where(CareCase.person_id == Conversation.person_id)


def _calm() -> ColumnElement[bool]:
    """A worker's words that are still there, in a conversation without distress that is no exercise."""
    said = (Message.author == Author.worker) & (Message.level == Level.none) & Message.erased_at.is_(None)
    return said & (Conversation.level == Level.none) & ~Conversation.drill


def recommend(conversation_id: str, staff_id: str, message_id: int) -> None:
    """Puts a counsellor's own answer before the editors, with the question before it. Raises NotFound, BadInput.

    Only the counsellor who wrote it may, and only where the worker never showed distress.
    """
    with transaction() as session:
        mine = (Message.conversation_id == conversation_id, Message.staff_id == staff_id)
        answer = session.execute(select(Message).where(*mine, Message.id == message_id)).scalar_one_or_none()
        if answer is None:
            raise NotFound("it is no answer of yours")
        asked = select(Message).join(Conversation, Conversation.id == Message.conversation_id)
        asked = asked.where(Message.conversation_id == conversation_id, Message.id < answer.id, _calm())
        question = session.execute(asked.order_by(Message.id.desc()).limit(1)).scalar_one_or_none()
        if question is None or len(answer.body) < LEAST_ANSWER:
            raise BadInput("there is no question before it, or it is too short, or it is not for others")
        _keep_answer(session, question, answer)
        audit.record(session, Action.answer_recommended, staff_id, about(session, conversation_id))


def _keep_answer(session: Session, question: Message, answer: Message) -> None:
    known = select(ReviewItem.id).where(
        ReviewItem.message_id == answer.id, ReviewItem.source == ReviewSource.counsellor
    )
    if session.execute(known).first() is not None:
        return
    row = ReviewItem(source=ReviewSource.counsellor, message_id=answer.id, words=redact(question.body))
    row.answer = redact(answer.body)
    session.add(row)
    session.flush()
    row.cluster = row.id


def groups(source: ReviewSource | None = None, limit: int = 50) -> list[Group]:
    """What waits, the most frequent first."""
    with reading() as session:
        ordered = _clusters(session, source)[:limit]
        questions = {row.id: row.question for row in session.execute(select(Faq.id, Faq.question))}
    return [_group(cluster, items, questions) for cluster, items in ordered]


def unanswered(limit: int) -> list[tuple[str, int]]:
    """The first sentence and the count of each group that waits, the most frequent first."""
    with reading() as session:
        return [(items[0].words, len(items)) for _, items in _clusters(session, None)[:limit]]


def _clusters(session: Session, source: ReviewSource | None) -> list[tuple[int, list[ReviewItem]]]:
    query = select(ReviewItem).where(ReviewItem.state == ReviewState.open)
    query = query if source is None else query.where(ReviewItem.source == source)
    found: dict[int, list[ReviewItem]] = {}
    for row in session.execute(query.order_by(ReviewItem.id)).scalars():
        found.setdefault(row.cluster or row.id, []).append(row)
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), -pair[0]))


def _group(cluster: int, items: list[ReviewItem], questions: dict[str, str]) -> Group:
    sentences = tuple(dict.fromkeys(item.words for item in items))
    first = items[0]
    near = [found.faq_id for found in similar.nearest(Content(question=first.words), at_least=0.0)[:3]]
    named = dict.fromkeys([*([first.faq_id] if first.faq_id in questions else []), *near])
    return Group(
        cluster, first.source, sentences, len(items), max(item.at for item in items), first.answer, first.faq_id,
        tuple((faq_id, questions[faq_id]) for faq_id in named if faq_id in questions),
    )  # fmt: skip


def add_variant(staff_id: str, cluster: int, faq_id: str, wording: str) -> int:
    """Makes a draft of an FAQ with one more variant and gives its id. Raises NotFound, BadInput."""
    _open(cluster)
    content = _current(staff_id, faq_id)
    if not wording.strip() or "［" in wording:
        raise BadInput("write the sentence without what was hidden")
    content = replace(content, variants=(*content.variants, wording.strip()))
    draft = revisions.save_draft(staff_id, content, source=RevisionSource.inbox, faq_id=faq_id)
    _handle(staff_id, cluster, ReviewState.variant)
    return draft


def _current(staff_id: str, faq_id: str) -> Content:
    """What the editor has a draft of already, or what is live."""
    with reading() as session:
        faq = session.get(Faq, faq_id)
        if faq is None:
            raise NotFound("no such FAQ")
        mine = [row for row in revisions.pending(faq_id) if row.author_id == staff_id and row.state in revisions.OPEN]
        return revisions.content_of(mine[0]) if mine else revisions.live(faq)


def make_draft(staff_id: str, cluster: int) -> int:
    """Makes a draft of a new FAQ with the sentences of a group (and a counsellor's answer); gives its id."""
    items = _open(cluster)
    sentences = tuple(dict.fromkeys(item.words for item in items))
    source = RevisionSource.counsellor if items[0].answer else RevisionSource.inbox
    content = Content(question=sentences[0], variants=sentences[1:], answer=items[0].answer or "")
    draft = revisions.save_draft(staff_id, content, source=source)
    _handle(staff_id, cluster, ReviewState.draft)
    return draft


def put_away(staff_id: str, cluster: int, state: ReviewState) -> None:
    """Drops a group, or marks it as none of our matters. Raises NotFound."""
    if state not in (ReviewState.dropped, ReviewState.out_of_scope):
        raise BadInput("no such deed")
    _open(cluster)
    _handle(staff_id, cluster, state)


def _open(cluster: int) -> list[ReviewItem]:
    with reading() as session:
        mine = select(ReviewItem).where(ReviewItem.cluster == cluster, ReviewItem.state == ReviewState.open)
        rows = list(session.execute(mine.order_by(ReviewItem.id)).scalars())
    if not rows:
        raise NotFound("nothing of it waits any more")
    return rows


def _handle(staff_id: str, cluster: int, state: ReviewState) -> None:
    with transaction() as session:
        open_ones = (ReviewItem.cluster == cluster, ReviewItem.state == ReviewState.open)
        done = update(ReviewItem).where(*open_ones).values(state=state, handled_by=staff_id, handled_at=now())
        session.execute(done.execution_options(synchronize_session=False))
        audit.record(session, Action.review_handled, staff_id)


def outside() -> list[str]:
    """The sentences that editors marked as none of our matters, for whoever writes the examples of intents."""
    with reading() as session:
        marked = select(ReviewItem.words).where(ReviewItem.state == ReviewState.out_of_scope)
        return sorted({words for words in session.execute(marked).scalars() if "［" not in words})


def sweep() -> None:
    """Removes what waited too long and what was handled long ago, but for the sentences that were marked."""
    old = (ReviewItem.at < now() - KEPT, ReviewItem.state != ReviewState.out_of_scope)
    with transaction() as session:
        session.execute(delete(ReviewItem).where(*old))
