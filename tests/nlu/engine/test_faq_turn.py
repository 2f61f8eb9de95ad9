"""What a message asks for in the light of the answer before it, on an index whose answers are scripted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest

from bot.nlu import wording
from bot.nlu.arbiter import Outcome, Thresholds
from bot.nlu.faq_search import Candidate, Found, Index
from bot.nlu.faq_turn import Mind, Said, Understood

UNSURE = 0.3
TOPICS = {"unsigned": "contract", "double": "contract", "expired": "contract", "wages": "wages", "insured": "insurance"}


def found(*ids: str, score: float = 0.9, precise: float = 0.9) -> Found:
    """Candidates with this chance of the first."""
    scores = [score, *(score / 4 for _ in ids[1:])]
    rows = tuple(Candidate(faq, f"{faq}？", TOPICS[faq], s) for faq, s in zip(ids, scores, strict=True))
    return Found(rows, 0.9, precise)


@dataclass
class ScriptedIndex:
    """Finds what the script says of a text; `excluded` by the text that was looked for."""

    script: dict[str, Found]
    excluded: dict[str, frozenset[str]] = field(default_factory=dict)

    def lookup(self, text: str) -> Found | None:
        return None

    def query(self, text: str, use: np.ndarray | None = None) -> str:
        return text

    def with_e5(self, query: str, text: str) -> str:
        return query

    def search(self, query: str, excluded: frozenset[str] = frozenset()) -> Found:
        self.excluded[query] = excluded
        return self.script[query]

    look = search

    def faq(self, faq: str) -> dict[str, str] | None:
        return {"id": faq, "question": f"{faq}？", "topic": TOPICS[faq]} if faq in TOPICS else None

    def outside(self, topic: str) -> frozenset[str]:
        return frozenset(faq for faq, its in TOPICS.items() if its != topic)


def read(index: ScriptedIndex, text: str, last: str | None = None, intent: tuple[str, float] = ("", 0.0)) -> Understood:
    said = Said(text, np.zeros(1), *intent, last=last)
    return Mind(cast(Index, index), Thresholds()).read(said)


def first(understood: Understood) -> str:
    return understood.found.candidates[0].faq


def test_a_follow_up_is_answered_where_the_last_question_and_its_topic_agree() -> None:
    index = ScriptedIndex(
        {
            "那能赔双倍不": found("wages", score=UNSURE),
            "unsigned，能赔双倍不": found("double", score=0.6),
            "能赔双倍不": found("double", score=0.5),
        }
    )
    understood = read(index, "那能赔双倍不", last="unsigned")
    assert (understood.outcome, first(understood)) == (Outcome.FAQ, "double")
    assert index.excluded["unsigned，能赔双倍不"] == {"unsigned"}
    assert index.excluded["能赔双倍不"] == {"unsigned", "wages", "insured"}


def test_a_follow_up_on_which_the_looks_differ_is_a_choice() -> None:
    index = ScriptedIndex(
        {
            "那过期了呢": found("wages", score=UNSURE),
            "unsigned，过期了呢": found("double", "expired", score=0.6),
            "过期了呢": found("expired", score=0.6),
        }
    )
    understood = read(index, "那过期了呢", last="unsigned")
    assert understood.outcome is Outcome.CANDIDATES
    assert [row.faq for row in understood.found.candidates] == ["double", "expired", "wages"]


def test_a_sure_answer_to_a_message_that_leans_on_another_must_be_met_again() -> None:
    said, joined, bare = "那工资谁发", "unsigned，工资谁发", "工资谁发"
    script = {said: found("wages"), joined: found("double"), bare: found("double")}
    assert read(ScriptedIndex(script), said).outcome is Outcome.FAQ
    assert read(ScriptedIndex(script), said, last="unsigned").outcome is Outcome.CANDIDATES
    understood = read(ScriptedIndex({**script, joined: found("wages")}), said, last="unsigned")
    assert (understood.outcome, first(understood)) == (Outcome.FAQ, "wages")


def test_a_short_question_asked_again_gets_its_answer_again_unless_it_leans_on_it() -> None:
    short, leaning = "最低工资多少", "那最低工资呢"
    script = {short: found("wages"), f"wages，{short}": found("double"), leaning: found("wages")}
    script |= {"wages，最低工资呢": found("double"), "最低工资呢": found("expired")}
    again = read(ScriptedIndex(script), short, last="wages")
    assert (again.outcome, first(again)) == (Outcome.FAQ, "wages")
    assert read(ScriptedIndex(script), leaning, last="wages").outcome is Outcome.CANDIDATES


def test_what_follows_an_answer_but_stands_alone_is_taken_alone() -> None:
    index = ScriptedIndex({"工资拖了两个月没发该去哪里告": found("wages")})
    understood = read(index, "工资拖了两个月没发该去哪里告", last="unsigned")
    assert (understood.outcome, first(understood)) == (Outcome.FAQ, "wages")


def test_an_answer_that_was_refused_does_not_come_again() -> None:
    index = ScriptedIndex({"合同到期没续": found("expired"), "工伤": found("wages", precise=0.1)})
    understood = read(index, "不对，我说的是合同到期没续", last="unsigned", intent=("deny", 0.9))
    assert (understood.outcome, first(understood)) == (Outcome.FAQ, "expired")
    assert index.excluded["合同到期没续"] == {"unsigned"}
    topic = read(index, "不是，我问的是工伤", last="unsigned", intent=("ask_injury", 0.6))
    assert topic.outcome is Outcome.INTENT
    assert read(index, "不是，我问的是工伤", last="unsigned").outcome is Outcome.CANDIDATES


def test_sure_questions_in_one_message_are_answered_in_order() -> None:
    whole = "工资拖了俩月，社保也没交，咋弄"
    index = ScriptedIndex(
        {whole: found("wages", score=0.5), "工资拖了俩月": found("wages"), "社保也没交": found("insured")}
    )
    understood = read(index, whole)
    assert (understood.outcome, first(understood), understood.also) == (Outcome.FAQ, "wages", ("insured",))


def test_of_several_unsure_questions_the_worker_chooses_one() -> None:
    whole = "合同没签，社保也没交"
    index = ScriptedIndex(
        {
            whole: found("wages", score=0.4),
            "合同没签": found("unsigned", "double", score=0.5),
            "社保也没交": found("insured", score=0.6),
        }
    )
    understood = read(index, whole)
    assert (understood.outcome, understood.also) == (Outcome.CANDIDATES, ())
    assert [row.faq for row in understood.found.candidates] == ["unsigned", "insured", "double"]


def test_one_question_told_in_pieces_stays_one() -> None:
    whole = "包工头跑了，工资找谁要"
    assert read(ScriptedIndex({whole: found("wages")}), whole).also == ()


def test_somebody_unnamed_gets_no_answer_without_an_answer_before() -> None:
    index = ScriptedIndex({"他不给咋办": found("wages", "insured")})
    assert read(index, "他不给咋办").outcome is Outcome.CANDIDATES


def test_conversation_is_no_follow_up() -> None:
    calm = Found(found("wages", score=0.1).candidates, 0.05, 0.05)
    assert read(ScriptedIndex({"谢谢": calm}), "谢谢", "unsigned", ("thanks", 0.9)).outcome is Outcome.INTENT


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("不是，我问的是工伤", "工伤"),
        ("你答错了，我想问年假", "年假"),
        ("不是我不干，是老板不给钱", None),
        ("我问的是工伤", None),
    ],
)
def test_a_correction_is_known_by_its_form(text: str, instead: str | None) -> None:
    assert wording.corrected(text) == instead
