"""What a worker can do next after an answer: the buttons above the related questions."""

from __future__ import annotations

from bot.texts import Button

CALCULATOR_OF = {  # FAQ → the calculator that works it out
    "overtime_pay_rates": "overtime",
    "overtime_holiday_pay": "overtime",
    "overtime_rest_day": "overtime",
    "overtime_rotating_rest": "overtime",
    "overtime_meeting": "overtime",
    "dismissal_compensation_count": "severance",
    "dismissal_n_plus_one": "severance",
    "dismissal_illegal_double": "severance",
    "dismissal_contract_expired": "severance",
    "dismissal_forced_out": "severance",
    "dismissal_layoff": "severance",
    "contract_not_signed": "double_pay",
    "contract_double_wage": "double_pay",
    "leave_annual_days": "annual_leave",
    "leave_annual_unused": "annual_leave",
    "leave_annual_new_employer": "annual_leave",
    "leave_annual_arrange": "annual_leave",
    "women_maternity_leave": "maternity",
    "women_miscarriage_leave": "maternity",
    "women_spouse_leave": "child_leave",
    "women_childcare_leave": "child_leave",
    "retirement_age_men": "retirement",
    "retirement_age_women": "retirement",
    "retirement_flexible": "retirement",
    "retirement_pension_years": "retirement",
    "retirement_years_short": "retirement",
    "injury_employer_wont_report": "injury",
    "injury_first_steps": "injury",
    "dispute_time_limit": "arbitration",
    "wages_old_debt": "arbitration",
}


def buttons(faq_id: str) -> tuple[Button, ...]:
    """Gives the buttons that go on from an FAQ."""
    calculator = CALCULATOR_OF.get(faq_id)
    return (calculator_button("帮我算", calculator),) if calculator else ()


def calculator_button(title: str, calculator: str) -> Button:
    """Gives the button that starts a calculator."""
    return Button(title, f'/calculate{{"calculator": "{calculator}"}}')
