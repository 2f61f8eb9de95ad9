"""Fields of which nothing is ever kept."""

from __future__ import annotations

# Fields whose text is compared or must have a form: nothing of it is ever kept, and the reason why.
NEVER_KEPT = {
    "GET /api/chat/events last-event-id": "a number, or it is not looked at",
    "GET /static/chat/{name} name": "a name of a list",
    "GET /desk/static/{version}/{name} name": "a name of a list",
    "GET /desk/static/{version}/{name} version": "one value",
    "POST /desk/setup token": "compared",
    "POST /desk/setup password": "hashed",
    "POST /desk/login login": "compared",
    "POST /desk/login password": "compared",
    "POST /desk/login bind": "yes or no",
    "POST /desk/login/code code": "compared",
    "POST /desk/prove password": "compared",
    "POST /desk/prove code": "compared",
    "POST /desk/prove back": "one of our own pages, or the account",
    "POST /desk/account/phone sure": "the browser's question, and the session is gone after it",
    "POST /desk/people login": "a-z, digits, dot, dash",
    "POST /desk/replies code": "a-z, digits",
    "POST /desk/triage/api/rows file": "a name of a list",
    "POST /desk/triage/api/add file": "a name of a list",
    "POST /desk/triage/api/drop file": "a name of a list",
    "POST /desk/triage/api/drop name": "a row that is there",
    "POST /desk/triage/api/drop note": "needs a row that is there; the row's own note is pushed by adding",
    "POST /desk/triage/api/drop reviewer": "as its note",
    "POST /desk/audit/api/entries staff": "compared",
    "POST /desk/audit/api/entries case": "compared",
    "POST /desk/audit/api/verify anchors": "numbers and digits",
    "POST /desk/audit/export staff": "compared",
    "POST /desk/audit/export case": "compared",
    "POST /desk/audit/export action": "compared",
    "POST /desk/audit/export day": "a date",
    "POST /desk/rota/api/add_address url": "an address of a known kind",
    "POST /desk/api/prove code": "compared",
    "POST /desk/api/prove password": "compared",
}
