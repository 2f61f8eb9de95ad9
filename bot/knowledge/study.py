"""A question a day from a reviewed bank (nlu_data/study), and a worker's own record of what they answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.clock import local, now
from bot.db.models import Conversation, Message
from bot.db.programme_models import StudyAnswer
from bot.db.session import reading, transaction
from bot.errors import NotFound
from bot.settings import ROOT
from bot.texts import Button, Text

DIRECTORY = ROOT / "nlu_data" / "study"
LETTERS = "ABCD"
SUBJECTS = {"safety": "安全", "law": "劳动法", "skills": "技能", "civics": "工会与文明"}
QUESTION = "study_"  # how the question that stands is called, before its id


@dataclass(frozen=True)
class Question:
    """One question of the bank; `right` is the place of the right option, from 0."""

    id: str
    subject: str
    question: str
    options: tuple[str, ...]
    right: int
    explanation: str
    basis: str

    @property
    def asked(self) -> Text:
        """The question with a button for each option."""
        lines = [f"【每日一题 · {SUBJECTS[self.subject]}】{self.question}"]
        lines += [f"{letter}. {option}" for letter, option in zip(LETTERS, self.options, strict=False)]
        pressed = [Button(letter, f'/answer{{"answer": "{QUESTION}{self.id}.{letter}"}}') for letter in self.letters]
        return Text("\n".join(lines), (*pressed, Button("跳过", f'/answer{{"answer": "{QUESTION}{self.id}.skip"}}')))

    @property
    def letters(self) -> str:
        """The letters of its options."""
        return LETTERS[: len(self.options)]

    def explained(self, letter: str) -> Text:
        """Gives what is said to an answer: whether it is right, why, and the basis."""
        right = LETTERS[self.right]
        said = "答对了。" if letter == right else f"不对，应该是 {right}：{self.options[self.right]}。"
        further = texts.get("study_further")
        return Text(f"{said}\n{self.explanation}\n依据：{self.basis}\n{further.text}", further.buttons)


def files(directory: Path = DIRECTORY) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Gives every file of the bank with its rows, in a fixed order."""
    for path in sorted(directory.glob("*.yml")):
        yield path, yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["questions"]


@lru_cache
def bank() -> dict[str, Question]:
    """Gives the questions by id, in the order in which the days ask them: mixed, and the same everywhere."""
    rows = [(path.stem, row) for path, found in files() for row in found]
    found = [_question(subject, row) for subject, row in rows]
    return {one.id: one for one in sorted(found, key=lambda one: hashlib.sha256(one.id.encode()).digest())}


def _question(subject: str, row: Mapping[str, Any]) -> Question:
    options = tuple(str(option) for option in row["options"])
    right = LETTERS.index(row["right"])
    return Question(row["id"], subject, row["question"], options, right, row["explanation"], row["basis"])


def get(question_id: str) -> Question:
    """Gives a question. Raises NotFound."""
    if question_id not in bank():
        raise NotFound("no such question")
    return bank()[question_id]


def today() -> date:
    """The day it is in China."""
    return local(now()).date()


def of_day(day: date) -> Question:
    """Gives the question that everybody is asked on a day."""
    order = list(bank().values())
    return order[day.toordinal() % len(order)]


def next_for(message_id: str, after: str | None = None) -> Question:
    """Gives a question to who wrote the message: the day's, unless they answered it today, and then, or behind the one
    with the id `after`, the next that they never answered, or else answered longest ago. Raises NotFound."""
    with reading() as session:
        rows = session.execute(select(StudyAnswer).where(StudyAnswer.person_id == _person(session, message_id)))
        last = {row.question_id: row.day for row in sorted(rows.scalars(), key=lambda row: row.day)}
    first = of_day(today())
    if after is None and last.get(first.id) != today():
        return first
    order = list(bank().values())
    start = order.index(get(after or first.id))
    return min([*order[start + 1 :], *order[:start]], key=lambda one: last.get(one.id, date.min))


def record(message_id: str, question_id: str, letter: str) -> None:
    """Keeps whether the writer's answer is right; the first one of a day counts. Raises NotFound."""
    question = get(question_id)
    with transaction() as session:
        person_id = _person(session, message_id)
        key = (StudyAnswer.person_id == person_id, StudyAnswer.question_id == question_id, StudyAnswer.day == today())
        if session.execute(select(StudyAnswer.id).where(*key)).first() is None:
            right = letter == LETTERS[question.right]
            session.add(StudyAnswer(person_id=person_id, question_id=question_id, right=right, day=today()))


def _person(session: Session, message_id: str) -> str:
    found = session.execute(
        select(Conversation.person_id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.public_id == message_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("no such message")
    return found


def record_text(conversation_id: str) -> Text:
    """Gives a worker's own record: days, questions, share of right answers, by subject. Raises NotFound."""
    with reading() as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFound("no such conversation")
        mine = select(StudyAnswer).where(StudyAnswer.person_id == conversation.person_id)
        rows = list(session.execute(mine).scalars())
    if not rows:
        return texts.get("study_none")
    lines = [f"你答了 {len({row.day for row in rows})} 天，共 {len(rows)} 题，对 {_share(rows)}。"]
    for subject, name in SUBJECTS.items():
        of_subject = [row for row in rows if row.question_id in bank() and bank()[row.question_id].subject == subject]
        lines += [f"{name}：{len(of_subject)} 题，对 {_share(of_subject)}"] if of_subject else []
    further = texts.get("study_record")
    return Text("\n".join([*lines, further.text]), further.buttons)


def _share(rows: list[StudyAnswer]) -> str:
    right = sum(row.right for row in rows)
    return f"{right} 题（{right * 100 // len(rows)}%）"
