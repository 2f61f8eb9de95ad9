"""What each route of the desk leaves in the audit. A test walks all routes: none may be missing here."""

from __future__ import annotations

from bot.audit import Action

C = "/desk/c/{conversation_id}"
API = "/desk/api/c/{conversation_id}"
LEXICON = "/desk/triage/api"
AUDIT = "/desk/audit"
ACCOUNT = "/desk/account"
PERSON = "/desk/people/{staff_id}"
ROTA = "/desk/rota/api"

LEAVES: dict[tuple[str, str], Action] = {
    ("POST", "/desk/login"): Action.password_passed,
    ("POST", "/desk/login/code"): Action.sign_in,
    ("POST", "/desk/logout"): Action.sign_out,
    ("POST", "/desk/setup"): Action.password_set,
    ("POST", "/desk/prove"): Action.proved,
    ("POST", f"{ACCOUNT}/sessions/{{session_id}}/end"): Action.session_ended,
    ("POST", f"{ACCOUNT}/codes"): Action.recovery_codes_made,
    ("POST", f"{ACCOUNT}/phone"): Action.second_factor_reset,
    ("POST", "/desk/people"): Action.staff_added,
    ("POST", f"{PERSON}/role"): Action.role_changed,
    ("POST", f"{PERSON}/disable"): Action.staff_disabled,
    ("POST", f"{PERSON}/enable"): Action.staff_enabled,
    ("POST", f"{PERSON}/phone"): Action.second_factor_reset,
    ("POST", f"{PERSON}/link"): Action.link_made,
    ("POST", f"{PERSON}/sessions/{{session_id}}/end"): Action.session_ended,
    ("POST", f"{PERSON}/sessions/end"): Action.sessions_ended,
    ("GET", "/desk/api/queue"): Action.queue_read,
    ("GET", "/desk/events"): Action.queue_read,
    ("GET", C): Action.thread_read,
    ("GET", f"{C}/events"): Action.thread_read,
    ("GET", f"{API}/panel"): Action.panel_read,
    ("GET", "/desk/undelivered"): Action.undelivered_read,
    ("POST", f"{API}/contact"): Action.contact_read,
    ("POST", f"{API}/claim"): Action.claimed,
    ("POST", f"{API}/acknowledge"): Action.acknowledged,
    ("POST", f"{API}/reply"): Action.replied,
    ("POST", f"{API}/again"): Action.sent_again,
    ("POST", f"{API}/note"): Action.noted,
    ("GET", f"{API}/canned"): Action.thread_read,
    ("POST", f"{API}/invite"): Action.invited,
    ("POST", f"{API}/join"): Action.joined,
    ("POST", f"{API}/leave"): Action.left,
    ("POST", f"{API}/take_over"): Action.taken_over,
    ("POST", "/desk/api/search"): Action.searched,
    ("POST", f"{API}/hand_back"): Action.handed_back,
    ("POST", f"{API}/close"): Action.closed,
    ("POST", f"{API}/mark"): Action.marked,
    ("POST", "/desk/replies"): Action.canned_saved,
    ("POST", "/desk/replies/use"): Action.canned_retired,
    ("POST", f"{ROTA}/add_turn"): Action.turn_added,
    ("POST", f"{ROTA}/remove_turn"): Action.turn_removed,
    ("POST", f"{ROTA}/add_exception"): Action.exception_added,
    ("POST", f"{ROTA}/remove_exception"): Action.exception_removed,
    ("POST", f"{ROTA}/switch"): Action.duty_said,
    ("POST", f"{ROTA}/add_address"): Action.address_added,
    ("POST", f"{ROTA}/remove_address"): Action.address_removed,
    ("POST", f"{ROTA}/test"): Action.address_tested,
    ("GET", f"{LEXICON}/changed"): Action.lexicon_looked,
    ("POST", f"{LEXICON}/add"): Action.lexicon_edited,
    ("POST", f"{LEXICON}/drop"): Action.lexicon_edited,
    ("POST", f"{LEXICON}/take_back"): Action.lexicon_edited,
    ("POST", f"{LEXICON}/reopen"): Action.lexicon_edited,
    ("POST", f"{LEXICON}/discard"): Action.lexicon_discarded,
    ("POST", f"{LEXICON}/replay"): Action.lexicon_replay,
    ("POST", f"{LEXICON}/gate"): Action.lexicon_gate,
    ("POST", f"{LEXICON}/publish"): Action.lexicon_published,
    ("POST", f"{LEXICON}/roll_back"): Action.lexicon_retired,
    ("POST", f"{AUDIT}/api/entries"): Action.audit_read,
    ("POST", f"{AUDIT}/api/verify"): Action.audit_verified,
    ("POST", f"{AUDIT}/export"): Action.audit_exported,
}

LEAVES_NOTHING: dict[tuple[str, str], str] = {
    ("GET", "/desk"): "an empty page: its script asks for the queue",
    ("GET", "/desk/login"): "a form",
    ("GET", "/desk/login/code"): "a form",
    ("GET", "/desk/setup"): "a form",
    ("GET", "/desk/prove"): "a form",
    ("GET", ACCOUNT): "the own account",
    ("GET", "/desk/people"): "accounts of staff: no case",
    ("GET", PERSON): "an account of staff: no case",
    ("GET", "/desk/replies"): "canned replies: nobody's words",
    ("GET", "/desk/rota"): "an empty page",
    ("GET", f"{ROTA}/state"): "who is on duty: no case",
    ("GET", "/desk/api/colleagues"): "names of staff",
    ("POST", "/desk/api/notices/seen"): "puts away the own notice of a conversation that was taken over",
    ("GET", "/desk/static/{version}/{name}"): "scripts and styles",
    ("GET", "/desk/triage"): "an empty page",
    ("GET", f"{LEXICON}/state"): "the lexicon: nobody's words",
    ("GET", f"{LEXICON}/marks"): "counts",
    ("POST", f"{LEXICON}/rows"): "a search in the lexicon: nobody's words",
    ("POST", "/desk/api/here"): "keeps the session alive",
    ("GET", AUDIT): "the page; its script asks for the entries",
}
