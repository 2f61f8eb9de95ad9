"""Which FAQ has a button that goes on from reading to doing."""

from __future__ import annotations

from bot.texts import Button


def _rights(matter: str) -> Button:
    return Button("一步步帮我办", f'/rights_help{{"matter": "{matter}"}}')


BUTTONS: dict[str, Button] = {  # FAQ → its button
    **dict.fromkeys(
        (
            "wages_arrears_first_steps",
            "wages_subcontractor_ran",
            "wages_project_fund_excuse",
            "wages_report_channel",
            "wages_old_debt",
            "wages_iou",
        ),
        _rights("wages"),
    ),
    **dict.fromkeys(
        (
            "injury_first_steps",
            "injury_employer_wont_report",
            "injury_commute_accident",
            "injury_no_insurance",
            "injury_subcontractor",
        ),
        _rights("injury"),
    ),
    **dict.fromkeys(
        (
            "dismissal_sudden",
            "dismissal_forced_resign_letter",
            "dismissal_illegal_double",
            "women_pregnant_dismissed",
        ),
        _rights("dismissal"),
    ),
}
