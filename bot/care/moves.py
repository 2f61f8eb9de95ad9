"""The allowed moves of a conversation's owner and of a case's state. All others raise."""

from __future__ import annotations

from bot.db.models import CareCase, Conversation
from bot.db.states import CaseState, Owner
from bot.errors import NotAllowedNow

OWNER_MOVES = {
    Owner.bot: {Owner.waiting, Owner.counsellor, Owner.closed},
    Owner.waiting: {Owner.counsellor, Owner.bot, Owner.closed},
    Owner.counsellor: {Owner.bot, Owner.closed, Owner.waiting},  # waiting: it left its holder's part of the tree
    Owner.closed: {Owner.bot, Owner.waiting},
}
CASE_MOVES = {
    CaseState.open: {CaseState.acknowledged, CaseState.in_care, CaseState.closing, CaseState.closed},
    CaseState.acknowledged: {CaseState.open, CaseState.in_care, CaseState.closing, CaseState.closed},
    CaseState.in_care: {CaseState.open, CaseState.follow_up, CaseState.closing, CaseState.closed},
    CaseState.follow_up: {CaseState.open, CaseState.in_care, CaseState.closing, CaseState.closed},
    CaseState.closing: {CaseState.open, CaseState.in_care, CaseState.follow_up, CaseState.closed},
    CaseState.closed: {CaseState.open},
}


def move_owner(conversation: Conversation, to: Owner) -> None:
    """Hands the conversation over. Raises NotAllowedNow if the table has no such move."""
    if conversation.owner == to:
        return
    if to not in OWNER_MOVES[conversation.owner]:
        raise NotAllowedNow(f"conversation cannot go from {conversation.owner} to {to}")
    conversation.owner = to


def move_case(case: CareCase, to: CaseState) -> None:
    """Moves the case on. Raises NotAllowedNow if the table has no such move."""
    if case.state == to:
        return
    if to not in CASE_MOVES[case.state]:
        raise NotAllowedNow(f"case cannot go from {case.state} to {to}")
    case.state = to
