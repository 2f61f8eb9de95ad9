"""Humanistic-care cases 人文关怀个案: opened by the bot, taken and closed by people."""

from bot.care.cases import CaseRef, open_case, open_rights_case, request_human

__all__ = ["CaseRef", "open_case", "open_rights_case", "request_human"]
