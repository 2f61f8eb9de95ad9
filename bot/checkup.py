"""`xinqiao doctor`: what is configured, what can be reached, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import audit, drill, engine_env, service
from bot.audit import verify
from bot.clock import local
from bot.db.encryption import box, lookup_hash
from bot.db.session import engine
from bot.errors import XinqiaoError
from bot.lexicon import load
from bot.settings import LOCAL_FACTS, settings
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
    """One line of the report; `fault` makes the doctor end with 1."""

    subject: str
    state: str
    fault: bool = False


def report(say: Callable[[str], None]) -> int:
    """Prints all findings; gives 1 if one of them is a fault, else 0."""
    findings = examine()
    for finding in findings:
        say(f"{'FAULT' if finding.fault else 'ok   '}  {finding.subject}: {finding.state}")
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
        _lexicon(),
        _file("FAQ index", engine_env.index_path().exists(), "run `xinqiao train`"),
        _answers("gateway", service.gateway_is_up()),
        _answers("engine", service.canary_comes_back()),
        _answers("actions", service.actions_are_up()),
        Finding("telegram", settings().telegram_mode if settings().telegram_token else "off (no token)"),
        _drill(),
        Finding("duty hours", settings().duty_hours or "not set: who waits cannot be told when somebody is there"),
        *_hotlines(),
        _local_facts(),
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


def _drill() -> Finding:
    found = drill.last()
    if found is None:
        return Finding("last drill", "never: run `xinqiao drill`")
    at, passed, figures = found
    verdict = "passed" if passed else "did not pass: see the drills folder"
    return Finding("last drill", f"{local(at):%Y-%m-%d %H:%M}, {verdict}; {figures}")


def _hotlines() -> list[Finding]:
    facts = settings().local_facts
    return [
        Finding(f"XINQIAO_{name.upper()}", facts[name] or "empty: crisis texts lack this number", not facts[name])
        for name in EXPECTED
    ]


def _local_facts() -> Finding:
    empty = [name for name in LOCAL_FACTS if not settings().local_facts[name]]
    return Finding("local facts still empty (their lines stay hidden)", ", ".join(empty) or "none")
