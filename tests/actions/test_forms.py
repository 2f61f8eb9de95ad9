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
