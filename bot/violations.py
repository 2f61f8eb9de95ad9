"""What browsers report as forbidden by our pages' content policy: counted by directive, nothing else is kept.

A report holds addresses, pieces of script and what the page showed, so no part of it but a known directive's name is
looked at. Anybody can send one: the numbers are a hint, never a proof, and too many in a minute only count as dropped.
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.request_body import read_within
from bot.settings import settings

log = logging.getLogger(__name__)
PATH = "/csp-report"
POLICY = f"report-uri {PATH}"  # for every policy of ours; `report-to` is not used, see docs/decisions/0018-hostile.md
DOCTOR_HEADER = "x-xinqiao-secret"
MAX_BODY = 16 * 1024  # bytes; what a browser sends is below two thousand
A_MINUTE = 120
OTHER = "other"
RUNNING = ("script", "style", "worker")
DIRECTIVES = frozenset(
    f"{name}-src{part}"
    for name in ("child", "connect", "default", "font", "frame", "img", "manifest", "media", "object", *RUNNING)
    for part in ("", "-attr", "-elem")
) | {"base-uri", "form-action", "frame-ancestors"}


@dataclass
class Violations:
    """How many were reported to this process since it started, by directive, and how many were not looked at."""

    counts: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    _minute: int = -1
    _in_minute: int = 0

    def admits(self) -> bool:
        """True while this minute's share is not used up; otherwise the report counts as dropped."""
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._in_minute = minute, 0
        self._in_minute += 1
        if self._in_minute > A_MINUTE:
            self.dropped += 1
        return self._in_minute <= A_MINUTE

    def note(self, directive: str) -> None:
        """Counts one; the first of a kind is logged."""
        self.counts[directive] += 1
        if self.counts[directive] == 1:
            log.warning("a page met its content policy: %s", directive)


def directive_of(body: bytes) -> str | None:
    """Gives the directive that a report names, `other` for one that we do not know; None if it is no report."""
    try:
        report = json.loads(body)["csp-report"]
        named = str(report.get("effective-directive") or report["violated-directive"]).partition(" ")[0]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return named if named in DIRECTIVES else OTHER


def router(violations: Violations) -> APIRouter:
    """Gives the route that browsers report to, and the one that `xinqiao doctor` asks."""
    routes = APIRouter(include_in_schema=False)

    @routes.post(PATH)
    async def take(request: Request) -> Response:
        if not violations.admits():
            return Response(status_code=429)
        body = await read_within(request, MAX_BODY)
        directive = directive_of(body) if body is not None else None
        if directive is None:
            return Response(status_code=400)
        violations.note(directive)
        return Response(status_code=204)

    @routes.get(PATH)
    async def tell(request: Request) -> Response:
        given = request.headers.get(DOCTOR_HEADER, "").encode()
        if not hmac.compare_digest(given, settings().engine_secret.encode()):
            return Response(status_code=404)
        return JSONResponse({"counts": violations.counts, "dropped": violations.dropped})

    return routes
