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
RIGHTS_OF = {  # FAQ → the matter that the helper of rights goes through
    "wages_arrears_first_steps": "wages",
    "wages_subcontractor_ran": "wages",
    "wages_project_fund_excuse": "wages",
    "wages_report_channel": "wages",
    "wages_old_debt": "wages",
    "wages_iou": "wages",
    "injury_first_steps": "injury",
    "injury_employer_wont_report": "injury",
    "injury_commute_accident": "injury",
    "injury_no_insurance": "injury",
    "injury_subcontractor": "injury",
    "dismissal_sudden": "dismissal",
    "dismissal_forced_resign_letter": "dismissal",
    "dismissal_illegal_double": "dismissal",
    "women_pregnant_dismissed": "dismissal",
}


def buttons(faq_id: str) -> tuple[Button, ...]:
    """Gives the buttons that go on from an FAQ."""
    calculator, matter = CALCULATOR_OF.get(faq_id), RIGHTS_OF.get(faq_id)
    found = [calculator_button("帮我算", calculator)] if calculator else []
    return (*found, rights_button("一步步帮我办", matter)) if matter else tuple(found)


def calculator_button(title: str, calculator: str) -> Button:
    """Gives the button that starts a calculator."""
    return Button(title, f'/calculate{{"calculator": "{calculator}"}}')


def rights_button(title: str, matter: str) -> Button:
    """Gives the button that starts the helper of rights."""
    return Button(title, f'/rights_help{{"matter": "{matter}"}}')
