"""What may be recorded, how often a look is, and the anchors that are written down elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import audit
from bot.audit import verify
from bot.audit.verify import Anchor
from bot.clock import now, set_now
from bot.errors import BadInput
from tests.audit.ground import STAFF, fill, found, rows

CANARY = "香樟木箱子的秘密"


@pytest.mark.parametrize(
    "detail", [{"count": CANARY}, {"verdict": "a b"}, {"who": "x" * 41}, {"text": "x"}, {"reason": 1}]
)
def test_what_could_carry_words_is_refused(database: object, detail: dict[str, str | int]) -> None:
    with pytest.raises(ValueError, match="no safe audit field") as refusal:
        audit.note(audit.Action.marked, STAFF, **detail)  # type: ignore[arg-type]
    assert CANARY not in str(refusal.value)
    with pytest.raises(ValueError, match="public id"):
        audit.note(audit.Action.marked, STAFF, audit.case(CANARY))
    assert rows() == []


def test_one_look_of_one_person_at_one_case_is_recorded_once_in_five_minutes(any_database: str) -> None:
    start = now()
    one, other = audit.case("20261128-00001"), audit.case("20261128-00002")
    for minutes, count in ((0, 3), (4.9, 3), (5.1, 6)):
        set_now(lambda minutes=minutes: start + timedelta(minutes=minutes))
        for staff, case in ((STAFF, one), (STAFF, one), ("c" * 32, one), (STAFF, other)):
            audit.look(audit.Action.thread_read, staff, case)
        assert len(rows()) == count
    set_now(None)
    audit.look(audit.Action.panel_read, STAFF, one)
    assert len(rows()) == 7


def test_the_last_entry_of_each_day_is_given_to_be_written_down(any_database: str) -> None:
    start = now()
    for days in (2, 0):
        set_now(lambda days=days: start - timedelta(days=days))
        fill(2)
    set_now(None)
    [(today, second), (earlier, first)] = verify.daily()
    assert today - earlier == timedelta(days=2)
    assert (first.seq, second) == (2, verify.head())
    assert found(Anchor.parse(first.text), Anchor.parse(second.text)) == (None, None)


@pytest.mark.parametrize("odd", ["", "7", "7:", "7:abc", "x:0123456789abcdef", "7:0123456789abcdeg", CANARY])
def test_what_is_no_anchor_is_refused(odd: str) -> None:
    with pytest.raises(BadInput):
        Anchor.parse(odd)


def test_an_anchor_is_read_as_people_write_it() -> None:
    assert Anchor.parse(" 12： ABCD 0123 abcd 4567 ") == Anchor(12, "abcd0123abcd4567")
