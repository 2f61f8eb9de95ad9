"""Agreements, one at a time: to be called outside the chat, and whom to call in an emergency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker

from actions.form import CareForm, Step, leaving
from actions.safely import Call, Item, SafeAction, fixed
from bot.care import people
from bot.care.answers import SKIP, YES, record, words_of
from bot.db.states import AgeBand, Purpose
from bot.texts import wording

_EMERGENCY = re.compile(r"紧急|出事|家里人|家人|我(?:姐|哥|妈|爸|弟|妹|媳妇|老婆|老公|对象)")
_ONLY_CONTACT = re.compile(r"联系|打电话|打扰|回访|骚扰|来问|发消息")
_HOW = {"contact": "contact_how", "emergency": "emergency_who"}


class ConsentForm(CareForm):
    """Asks for the one agreement that is needed, then for the number; no number is kept without it."""

    form = "consent_form"
    in_words = frozenset(_HOW.values())

    def begin(self, call: Call) -> Step:
        """Children below 14 need a guardian's word."""
        if people.age_band(call.message_id) == AgeBand.under_14:
            return Step((fixed("consent_needs_guardian"),))
        return Step(ask="emergency" if _EMERGENCY.search(words_of(call.message_id)) else "contact")

    def answered(self, call: Call, question: str, answer: str, facts: Mapping[str, Any]) -> Step:
        """Records the agreement, then what was agreed to."""
        if question in _HOW:
            if answer != YES:
                return Step((fixed("consent_declined"),))
            people.agree(call.message_id, Purpose(question), wording(f"ask_{question}"))
            return Step(ask=_HOW[question])
        if answer == SKIP:
            return Step((fixed("consent_without_number"),))
        if question == "emergency_who":
            people.keep_contact(call.message_id, answer)
        else:
            record(call.message_id, question, answer)
        return Step((fixed("consent_noted"),))


class WithdrawConsent(SafeAction):
    """One sentence takes back what was agreed to."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_withdraw_consent"

    def act(self, call: Call, tracker: Tracker) -> list[Item]:
        """Takes back all agreements, or only being contacted if that is what the words are about."""
        only_contact = bool(_ONLY_CONTACT.search(words_of(call.message_id)))
        purposes = (Purpose.contact, Purpose.follow_up) if only_contact else tuple(Purpose)
        taken = people.take_back(call.message_id, purposes)
        return [fixed("consent_withdrawn" if taken else "consent_none"), *leaving()]
