"""What each route of the desk leaves in the audit. A test walks all routes: none may be missing here."""

from __future__ import annotations

from bot.audit import Action

C = "/desk/c/{conversation_id}"
API = "/desk/api/c/{conversation_id}"
LEXICON = "/desk/triage/api"
AUDIT = "/desk/audit"

LEAVES: dict[tuple[str, str], Action] = {
    ("POST", "/desk/login"): Action.sign_in,
    ("POST", "/desk/logout"): Action.sign_out,
    ("POST", "/desk/setup"): Action.password_set,
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
    ("POST", f"{API}/hand_back"): Action.handed_back,
    ("POST", f"{API}/close"): Action.closed,
    ("POST", f"{API}/mark"): Action.marked,
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
    ("GET", "/desk/setup"): "a form",
    ("GET", "/desk/static/{version}/{name}"): "scripts and styles",
    ("GET", "/desk/triage"): "an empty page",
    ("GET", f"{LEXICON}/state"): "the lexicon: nobody's words",
    ("GET", f"{LEXICON}/marks"): "counts",
    ("POST", f"{LEXICON}/rows"): "a search in the lexicon: nobody's words",
    ("POST", "/desk/api/here"): "keeps the session alive",
    ("GET", AUDIT): "the page; its script asks for the entries",
}
