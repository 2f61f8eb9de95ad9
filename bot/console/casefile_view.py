"""A case's file in the words of its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.care import casefile, casework, closing, company, referrals
from bot.clock import local
from bot.console import case_labels, labels
from bot.db.models import CareCase, StaffSession
from bot.db.states import CaseState, ReferralState, ReferralTo
from bot.level import Level

HIDDEN = {"read"}  # events that stand apart: who looked


def view(number: str, session: StaffSession) -> dict[str, Any]:
    """Gives everything the template needs. Raises NotFound."""
    found = casefile.of(number)
    case = found.case
    mine = case.closing_by == session.staff_id
    leads = session.staff.role in company.LEADS
    return {
        "file": found,
        "case": case,
        "head": _head(found),
        "facts": _facts(found),
        "plan": found.plan,
        "checks": found.checks,
        "ticked": sum(one.at is not None for one in found.checks),
        "tasks": [task(one) for one in found.tasks],
        "offers": [offer(one, session.staff_id, leads=leads) for one in found.offers],
        "threads": [_thread(one) for one in found.threads],
        "pairs": [_pair(one) for one in found.pairs],
        "events": [_event(one) for one in found.events if one.kind not in HIDDEN],
        "looks": [_event(one) for one in found.events if one.kind in HIDDEN],
        "open": case.state != CaseState.closed,
        "closing": case.state == CaseState.closing,
        "may_decide": case.state == CaseState.closing and leads and not mine,
        "asked_by_me": mine,
        "day": day,
        **_choices(session.staff_id, case.conversation_id),
    }


def _choices(staff_id: str, conversation_id: str) -> dict[str, Any]:
    others = [{"id": one.staff_id, "name": one.name} for one in company.colleagues(conversation_id, staff_id)]
    return {
        "levels": labels.LEVELS,
        "categories": labels.CATEGORIES,
        "outcomes": case_labels.OUTCOMES,
        "places": case_labels.REFERRALS,
        "me": staff_id,
        "colleagues": others,
        "today": casework.today().isoformat(),
        "latest": (casework.today() + casework.LATEST).isoformat(),
        "max_words": casework.MAX_WORDS,
        "max_reason": closing.MAX_REASON,
        "max_summary": closing.MAX_SUMMARY,
        "max_name": referrals.MAX_NAME,
    }


def _head(found: casefile.CaseFile) -> dict[str, Any]:
    case = found.case
    return {
        "level": case.level,
        "level_label": labels.LEVELS[case.level],
        "state": labels.STATES[case.state],
        "category": labels.CATEGORIES[case.category],
        "kind": labels.kind(case.kind),
        "pseudonym": found.threads[0].pseudonym,
    }


def _facts(found: casefile.CaseFile) -> list[tuple[str, str]]:
    case = found.case
    rows = [
        ("状态", labels.STATES[case.state]),
        ("负责", found.owner_name or "还没有人"),
        ("建案", day(case.opened_at)),
        ("接手", day(case.claimed_at) if case.claimed_at else ""),
        ("结案", day(case.closed_at) if case.closed_at else ""),
        ("结果", case_labels.OUTCOMES[case.outcome_kind] if case.closed_at and case.outcome_kind else ""),
        ("剩下的风险", labels.LEVELS[case.risk_at_close] if case.closed_at and case.risk_at_close else ""),
        ("之后还联系", ("是" if case.contact_follows else "否") if case.closed_at else ""),
        ("说明", (case.outcome or "") if case.closed_at else ""),
    ]
    return [(name, text) for name, text in rows if text]


def task(one: casework.Task) -> dict[str, Any]:
    """Gives a task in words."""
    late = (casework.today() - one.due_on).days
    when = f"过了 {late} 天" if late > 0 else "今天" if late == 0 else f"{one.due_on:%m-%d}"
    return {
        "id": one.id,
        "number": one.number,
        "level": one.level,
        "level_label": labels.LEVELS[one.level],
        "text": one.text,
        "who": one.who,
        "when": when if one.done_at is None else f"{one.due_on:%m-%d}",
        "due": one.due_on.isoformat(),
        "late": one.is_overdue,
        "done": f"{one.done_by} {day(one.done_at)}" if one.done_at else "",
    }


def offer(one: referrals.Offer, staff_id: str, *, leads: bool) -> dict[str, Any]:
    """Gives a referral in words, with what this person may do with it."""
    mine = one.offered_by_id == staff_id
    may = not one.to.is_inside or (not mine and (leads or one.to != ReferralTo.lead))
    return {
        "id": one.id,
        "number": one.number,
        "to": " · ".join(filter(None, (case_labels.REFERRALS[one.to], one.name))),
        "inside": one.to.is_inside,
        "reason": one.reason,
        "state": one.state,
        "state_label": case_labels.REFERRAL_STATES[one.state],
        "by": f"{one.offered_by} {day(one.offered_at)} 提出",
        "answered": f"{one.answered_by} {day(one.answered_at)}" if one.answered_at else "",
        "answer": one.answer or "",
        "may_answer": one.state == ReferralState.offered and may,
        "may_finish": one.state == ReferralState.accepted,
    }


def _thread(one: casefile.Thread) -> dict[str, Any]:
    return {
        "id": one.id,
        "channel": labels.channel(one.channel),
        "pseudonym": one.pseudonym,
        "about": "最初的对话" if one.is_first else "凭求助码续接",
    }


def _pair(case: CareCase) -> dict[str, str]:
    about = " · ".join(filter(None, (labels.CATEGORIES[case.category], labels.kind(case.kind))))
    return {
        "number": case.number,
        "about": about,
        "state": labels.STATES[case.state],
        "level": case.level,
        "level_label": labels.LEVELS[case.level],
    }


def _event(one: casefile.Happened) -> dict[str, str]:
    return {
        "what": case_labels.event(one.kind),
        "by": one.by or "",
        "level": one.level or Level.none,
        "level_label": case_labels.level(one.level),
        "note": case_labels.note(one),
        "at": day(one.at),
        "iso": one.at.isoformat(),
    }


def day(moment: datetime | None) -> str:
    """Gives a moment as the page shows it."""
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""
