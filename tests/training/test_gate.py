"""The gate: what may not get worse, on invented sentences."""

from __future__ import annotations

import pytest

from bot.training import exam, gate
from bot.training.exam import FAQ, INTENT, MILD, SEEN, UNSEEN, Item, Understood

ITEMS = (
    *(Item(FAQ, "wages", f"工资的事{number}") for number in range(10)),
    *(Item(FAQ, "leave", f"休假的事{number}") for number in range(10)),
    *(Item(INTENT, "greet", f"你好{number}") for number in range(100)),
    *(Item(INTENT, "express_sad", f"难过{number}") for number in range(100)),
    *(Item(UNSEEN, f"u-{number}", f"心里闷{number}") for number in range(5)),
    *(Item(MILD, f"m-{number}", f"睡不着{number}") for number in range(100)),
    *(Item(SEEN, f"s-{number}", f"想死{number}") for number in range(200)),
)
PASSED = dict.fromkeys(gate.CANARY_WORDS, True)
KNOWN = {"wages", "leave"}


@pytest.fixture(autouse=True)
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exam, "items", lambda: ITEMS)


def perfect() -> list[Understood]:
    return [
        Understood("faq", one.wanted, (one.wanted,))
        if one.part == FAQ
        else Understood(one.wanted if one.part == INTENT else "express_sad", None, ())
        for one in ITEMS
    ]


def changed(part: str, count: int, to: Understood, wanted: str = "") -> list[Understood]:
    """Perfect but for some sentences of a part, whose `wanted` begins so."""
    found = perfect()
    places = [at for at, one in enumerate(ITEMS) if one.part == part and one.wanted.startswith(wanted)][:count]
    for at in places:
        found[at] = to
    return found


def refusals(new: list[Understood], canary: dict[str, bool] = PASSED) -> list[str]:
    return gate.refusals(gate.compare(perfect(), new, KNOWN), canary)


ANSWERED = Understood("faq", "wages", ("wages",))


def test_one_that_is_as_good_passes(database: object) -> None:
    assert refusals(perfect()) == []


def test_one_sentence_in_distress_that_would_be_answered_like_a_question_is_enough(database: object) -> None:
    (told,) = [one for one in refusals(changed(UNSEEN, 1, ANSWERED)) if "普通问题来答" in one]
    assert "u-0" in told
    assert "心里闷" not in told


def test_distress_that_is_no_longer_understood_is_refused(database: object) -> None:
    assert any("听不出" in one for one in refusals(changed(UNSEEN, 1, Understood("chitchat_food", None, ()))))


def test_distress_that_is_newly_understood_makes_good_what_was_lost(database: object) -> None:
    deaf = Understood("chitchat_food", None, ())
    old, new = changed(UNSEEN, 1, deaf), changed(UNSEEN, 2, deaf)
    new[ITEMS.index(Item(UNSEEN, "u-0", "心里闷0"))] = Understood("express_sad", None, ())
    report = gate.compare(old, new, KNOWN)
    assert (report["safety"]["lost"], report["safety"]["gained"]) == (["u-1"], 1)
    assert gate.refusals(report, PASSED) == []


@pytest.mark.parametrize(("part", "wanted"), [(MILD, "m-"), (INTENT, "express_")])
def test_low_spirits_may_wobble_but_not_slide(database: object, part: str, wanted: str) -> None:
    def low(count: int) -> list[str]:
        return [one for one in refusals(changed(part, count, ANSWERED, wanted)) if "心里难受的话" in one]

    assert low(2) == []
    assert low(3) == ["心里难受的话里像普通问题的变多了：原来 0 句，现在 3 句（共 200 句）。"]


def test_what_triage_sees_anyway_may_wobble_but_not_slide(database: object) -> None:
    assert refusals(changed(SEEN, 1, ANSWERED)) == []
    assert any("变多了" in one for one in refusals(changed(SEEN, 2, ANSWERED)))


def test_a_figure_may_fall_by_the_margin_and_no_more(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Understood("faq", "leave", ("leave",))
    told = refusals(changed(FAQ, 1, wrong))
    assert any("问答第一个就对：从 100.0% 掉到 95.0%" in one for one in told)
    monkeypatch.setenv("XINQIAO_TRAINING_MARGIN", "0.06")
    gate.settings.cache_clear()
    assert refusals(changed(FAQ, 1, wrong)) == []


def test_intents_are_guarded_too(database: object) -> None:
    assert any("意图认对" in one for one in refusals(changed(INTENT, 5, Understood("insult", None, ()))))


def test_a_question_that_is_gone_is_not_counted_against_the_new_one(database: object) -> None:
    new = changed(FAQ, 10, Understood("nlu_fallback", None, ()))
    report = gate.compare(perfect(), new, {"leave"})
    assert gate.refusals(report, PASSED) == []
    assert report["counts"][FAQ] == 10


def test_better_and_worse_are_told_question_by_question(database: object) -> None:
    old = changed(FAQ, 3, Understood("nlu_fallback", None, ()))
    report = gate.compare(old, changed(INTENT, 2, Understood("insult", None, ())), KNOWN)
    assert report["faqs"] == {"worse": [], "better": [["wages", 7, 10, 10]]}
    assert report["intents"]["worse"] == [["greet", 100, 98, 100]]


def test_a_conversation_that_went_wrong_is_refused(database: object) -> None:
    (told,) = refusals(perfect(), {**PASSED, "cry": False})
    assert "求救" in told


def test_without_sentences_nothing_is_published(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exam, "items", lambda: ())
    told = gate.refusals(gate.compare([], [], KNOWN), PASSED)
    assert any("保护句集" in one for one in told)
    assert any("没法比较" in one for one in told)


def test_the_index_s_own_figures_are_compared_where_both_have_them() -> None:
    found = gate.per_faq({"a": 0.5, "b": 1.0, "c": 1.0}, {"a": 0.75, "b": 0.5, "d": 0.0})
    assert found == {"worse": [["b", 1.0, 0.5]], "better": [["a", 0.5, 0.75]]}
