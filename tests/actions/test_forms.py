"""What all forms share: one that begins while another runs asks its own first question."""

from __future__ import annotations

import pytest

from actions.calculate import CalculatorForm
from actions.companion import CompanionForm
from actions.consent import ConsentForm
from actions.form import CareForm
from actions.mood import MoodForm
from actions.plan import PlanForm
from actions.rights import RightsForm
from actions.safety import SafetyForm
from actions.steps import HelpForm
from actions.study import StudyForm
from tests.actions.talking import Talk
from tests.care.ground import SetClock
from tests.care.ground import at as at

FORMS = (CalculatorForm, CompanionForm, ConsentForm, MoodForm, PlanForm, RightsForm, SafetyForm, HelpForm, StudyForm)
LEFT = {"calc_end": {"calculator": "severance"}, "rights_matter": {"tries": 1}, "breathing_1": {}, "mood": {"mood": 1}}


@pytest.mark.parametrize("form", FORMS)
def test_a_question_that_another_form_has_left_behind_is_none_of_ours(
    form: type[CareForm], database: object, at: SetClock
) -> None:
    fresh = Talk(form()).says("打字慢，想问问")
    assert fresh
    for question, facts in LEFT.items():
        left = Talk(form(), slots={"question": question, "facts": facts, "requested_slot": "reply"})
        assert left.says("打字慢，想问问") == fresh


@pytest.mark.parametrize(("form", "first"), [(HelpForm(), "睡不着，教我个法子"), (CalculatorForm(), "算一下补偿金")])
def test_what_is_asked_for_besides_a_form_is_left_to_its_rule_if_it_is_clear(
    form: CareForm, first: str, database: object, at: SetClock
) -> None:
    talk = Talk(form)
    begun = talk.says(first, "help_sleep" if isinstance(form, HelpForm) else "calculate", 0.9)
    assert begun
    assert talk.says("教我放松一下", "help_calm", 0.9) == []
    assert talk.says("来一道学习题", "daily_question", 0.9) == []
    assert talk.says("教我放松一下", "help_calm", 0.4), "who is not sure takes it for an answer"


def test_inside_a_help_its_own_words_go_on_and_a_calculation_does_not(database: object, at: SetClock) -> None:
    talk = Talk(HelpForm())
    talk.says("睡不着，教我个法子", "help_sleep", 0.9)
    assert talk.says("帮我算一下加班费", "calculate", 0.9) == []
    assert talk.says("还是睡不着", "help_sleep", 0.9), "that is how it goes with this help"
    assert talk.slots["question"] == "sleep_2"
