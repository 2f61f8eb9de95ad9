"""`xinqiao doctor`: what is configured, what can be reached, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import audit, drill, engine_env, service
from bot.audit import verify
from bot.care import notices, placing, rota
from bot.clock import local
from bot.db.encryption import box, lookup_hash
from bot.db.session import engine, reading
from bot.errors import XinqiaoError
from bot.knowledge import listing
from bot.lexicon import load
from bot.settings import LOCAL_FACTS, settings
from bot.training import releases
from bot.triage import safety

FAULTS = {
    verify.Fault.altered: "is not what was written",
    verify.Fault.missing: "is missing",
    verify.Fault.unlinked: "does not follow from the one before",
    verify.Fault.anchor: "is not the one that was noted down",
}
EXPECTED = ("hotline_psych", "hotline_police", "hotline_ambulance", "hotline_union")


@dataclass(frozen=True)
class Finding:
    """One line of the report; `fault` makes the doctor end with 1, `warning` only says so."""

    subject: str
    state: str
    fault: bool = False
    warning: bool = False

    @property
    def mark(self) -> str:
        """The word before the line."""
        return "FAULT" if self.fault else "WARN " if self.warning else "ok   "


def report(say: Callable[[str], None]) -> int:
    """Prints all findings; gives 1 if one of them is a fault, else 0."""
    findings = examine()
    for finding in findings:
        say(f"{finding.mark}  {finding.subject}: {finding.state}")
    return int(any(finding.fault for finding in findings))


def verify_audit(expected: list[str], say: Callable[[str], None]) -> int:
    """Checks the audit's chain, and that it still holds the anchors; prints what it found and gives 0 or 1."""
    found = verify.verify([verify.Anchor.parse(one) for one in expected])
    fault = found.fault.value if found.fault else None
    audit.note(audit.Action.audit_verified, None, passed=found.fault is None, as_of=found.entries, fault=fault)
    if found.fault is None:
        say(f"ok     audit: {found.entries} entries, the end is {found.entries}:{found.hash}")
        return 0
    say(f"FAULT  audit: entry {found.seq} {FAULTS[found.fault]}; the {found.entries} before it are good")
    return 1


def examine() -> list[Finding]:
    """Looks at everything once."""
    return [
        _secrets(),
        _database(),
        _audit(),
        _file("engine environment", engine_env.PYTHON.exists(), "run `make setup`"),
        _model(),
        _release(),
        _lexicon(),
        _file("FAQ index", engine_env.index_path().exists(), "run `xinqiao train`"),
        _answers("gateway", service.gateway_is_up()),
        _answers("engine", service.canary_comes_back()),
        _answers("actions", service.actions_are_up()),
        Finding("telegram", settings().telegram_mode if settings().telegram_token else "off (no token)"),
        second_factor(),
        *content_policy(service.violations_reported()),
        _drill(),
        *_night(),
        *_unheard(),
        *_hotlines(),
        _local_facts(),
        *_answers_end(),
    ]


def _secrets() -> Finding:
    try:
        box()
        lookup_hash("doctor")
    except XinqiaoError as error:
        return Finding("secrets", str(error), fault=True)
    return Finding("secrets", "set")


def _database() -> Finding:
    try:
        with engine().connect() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        return Finding("database", f"cannot be used ({type(error).__name__})", fault=True)
    return Finding("database", f"{engine().dialect.name}, schema {revision}")


def _audit() -> Finding:
    """Whether the audit's end is in order; the whole chain is checked by `xinqiao audit verify`."""
    try:
        head = verify.head()
    except (SQLAlchemyError, XinqiaoError) as error:
        return Finding("audit", f"its end cannot be read ({type(error).__name__})", fault=True)
    return Finding("audit", f"{head.seq} entries")


def _model() -> Finding:
    try:
        return Finding("dialogue model", engine_env.check_model().name)
    except XinqiaoError as error:
        return Finding("dialogue model", str(error), fault=True)


def _release() -> Finding:
    """Whether what was published is there as it was made."""
    try:
        row = releases.live()
        if row is None:
            return Finding("release", "none yet: the first start makes one")
        releases.files(row)
    except (SQLAlchemyError, XinqiaoError) as error:
        return Finding("release", str(error) if isinstance(error, XinqiaoError) else "cannot be read", fault=True)
    return Finding("release", f"{row.id}, in use since {local(row.published_at or row.requested_at):%Y-%m-%d %H:%M}")


def _lexicon() -> Finding:
    """Whether the lexicon that was published can be used; if not, the gateways use the repository's."""
    found = load.refresh()
    if found.fault:
        return Finding("triage lexicon", f"the published release cannot be used ({found.fault}): roll it back", True)
    where = f"release {found.release_id}" if found.release_id else "the repository's"
    frozen = "" if safety.frozen() else "; no frozen set here, so nothing can be published"
    return Finding("triage lexicon", f"{where}, {found.version}{frozen}")


def _file(subject: str, there: bool, remedy: str) -> Finding:
    return Finding(subject, "there" if there else f"missing: {remedy}", fault=not there)


def _answers(subject: str, up: bool) -> Finding:
    return Finding(subject, "answers" if up else "does not answer: is `make run` running?", fault=not up)


def second_factor() -> Finding:
    """Whether a password alone opens the desk."""
    if settings().totp == "required":
        return Finding("second factor", "required")
    return Finding("second factor", "optional: a password opens the desk; set XINQIAO_TOTP=required", warning=True)


def content_policy(reported: Mapping[str, object] | None) -> list[Finding]:
    """Whether browsers met something on our pages that their policy forbids; nothing where no gateway answers."""
    if reported is None:
        return []
    counts = dict(reported["counts"]) if isinstance(reported["counts"], dict) else {}
    words = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    state = f"reported by browsers since the gateway started: {words or 'none'}"
    return [Finding("content policy of the pages", state, warning=bool(counts))]


def _drill() -> Finding:
    found = drill.last()
    if found is None:
        return Finding("last drill", "never: run `xinqiao drill`")
    at, passed, figures = found
    verdict = "passed" if passed else "did not pass: see the drills folder"
    return Finding("last drill", f"{local(at):%Y-%m-%d %H:%M}, {verdict}; {figures}")


def _night() -> list[Finding]:
    """Whether somebody can be called at all hours; who it is stands on the rota page, not in a report."""
    try:
        with reading() as session:
            kept, gaps = rota.of(session).is_kept, rota.week_gaps(session)
            silent, addresses = rota.silent(session), notices.live_addresses(session)
    except SQLAlchemyError:
        return []  # the database has its own line
    hours = settings().duty_hours or "not set: who waits cannot be told when somebody is there"
    words = [f"{local(gap.start):%a %H:%M} to {local(gap.end):%a %H:%M}" for gap in gaps]
    nobody = f"nobody on duty {'; '.join(words)}" if words else "somebody at all hours of the week"
    office = any(row.staff_id is None for row in addresses)
    return [
        Finding("rota", nobody) if kept else Finding("duty hours (no rota is kept)", hours),
        Finding(
            "people on the rota without a notice address", f"{silent}: see /desk/rota" if silent else "none", silent > 0
        ),
        Finding("notices to the office", "set" if office else "no address: the night chain has no last step"),
    ]


def _unheard() -> list[Finding]:
    """Whether somebody at the desk may see each worker who waits or is accompanied."""
    try:
        with reading() as session:
            count = placing.unheard(session)
    except SQLAlchemyError:
        return []  # the database has its own line
    state = f"{count}: give somebody a wider part on /desk/people" if count else "none"
    return [Finding("conversations that nobody at the desk may see", state, fault=count > 0)]


def _hotlines() -> list[Finding]:
    facts = settings().local_facts
    return [
        Finding(f"XINQIAO_{name.upper()}", facts[name] or "empty: crisis texts lack this number", not facts[name])
        for name in EXPECTED
    ]


def _answers_end() -> list[Finding]:
    """Answers behind their date tell workers that they must be confirmed: somebody should do that."""
    try:
        expired, soon = listing.expiring()
    except SQLAlchemyError:
        return []  # the database has its own line
    state = f"{expired} expired, {soon} expire within {listing.SOON.days} days: see /desk/faqs"
    return [Finding("FAQ answers", state, warning=bool(expired))]


def _local_facts() -> Finding:
    empty = [name for name in LOCAL_FACTS if not settings().local_facts[name]]
    return Finding("local facts still empty (their lines stay hidden)", ", ".join(empty) or "none")
