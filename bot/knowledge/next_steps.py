"""What a worker can do next after an answer: the buttons above the related questions."""

from __future__ import annotations

from bot.texts import Button

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
    matter = RIGHTS_OF.get(faq_id)
    return (rights_button("一步步帮我办", matter),) if matter else ()


def rights_button(title: str, matter: str) -> Button:
    """Gives the button that starts the helper of rights."""
    return Button(title, f'/rights_help{{"matter": "{matter}"}}')
