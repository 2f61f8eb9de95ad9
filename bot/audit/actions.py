"""What is recorded, and of what. A value is stored for good: never rename one, only add."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What somebody did or saw."""

    password_passed = "password_passed"  # noqa: S105 - the first step of a login, which waits for the code
    code_refused = "code_refused"
    sign_in = "sign_in"
    sign_in_failed = "sign_in_failed"
    sign_out = "sign_out"
    password_set = "password_set"  # noqa: S105 - a name, not a password
    second_factor_bound = "second_factor_bound"
    second_factor_reset = "second_factor_reset"
    recovery_codes_made = "recovery_codes_made"
    recovery_code_used = "recovery_code_used"
    session_ended = "session_ended"
    sessions_ended = "sessions_ended"
    proved = "proved"
    proof_failed = "proof_failed"
    staff_added = "staff_added"
    link_made = "link_made"
    role_changed = "role_changed"
    staff_disabled = "staff_disabled"
    staff_enabled = "staff_enabled"

    staff_placed = "staff_placed"
    unit_added = "unit_added"
    unit_renamed = "unit_renamed"
    unit_moved = "unit_moved"
    unit_closed = "unit_closed"
    unit_reopened = "unit_reopened"

    queue_read = "queue_read"
    thread_read = "thread_read"
    panel_read = "panel_read"
    case_read = "case_read"
    todo_read = "todo_read"
    contact_read = "contact_read"
    undelivered_read = "undelivered_read"
    searched = "searched"
    identity_asked = "identity_asked"
    identity_granted = "identity_granted"
    identity_refused = "identity_refused"
    identity_read = "identity_read"
    identity_read_at_once = "identity_read_at_once"
    identity_requests_read = "identity_requests_read"

    claimed = "claimed"
    acknowledged = "acknowledged"
    replied = "replied"
    sent_again = "sent_again"
    reply_withdrawn = "reply_withdrawn"
    noted = "noted"
    invited = "invited"
    joined = "joined"
    left = "left"
    taken_over = "taken_over"
    handed_back = "handed_back"
    closed = "closed"
    reopened = "reopened"
    marked = "marked"
    unit_set = "unit_set"
    out_of_scope = "out_of_scope"
    level_set = "level_set"
    category_set = "category_set"
    plan_changed = "plan_changed"
    checked = "checked"
    task_changed = "task_changed"
    referred = "referred"
    referral_accepted = "referral_accepted"
    referral_rejected = "referral_rejected"
    referral_done = "referral_done"
    close_asked = "close_asked"
    close_sent_back = "close_sent_back"
    continued = "continued"
    drill_cleared = "drill_cleared"

    canned_saved = "canned_saved"
    canned_retired = "canned_retired"
    canned_restored = "canned_restored"

    turn_added = "turn_added"
    turn_removed = "turn_removed"
    exception_added = "exception_added"
    exception_removed = "exception_removed"
    duty_said = "duty_said"
    address_added = "address_added"
    address_removed = "address_removed"
    address_tested = "address_tested"

    lexicon_edited = "lexicon_edited"
    lexicon_discarded = "lexicon_discarded"
    lexicon_replay = "lexicon_replay"
    lexicon_gate = "lexicon_gate"
    lexicon_looked = "lexicon_looked"
    lexicon_published = "lexicon_published"
    lexicon_retired = "lexicon_retired"
    lexicon_restored = "lexicon_restored"

    training_requested = "training_requested"
    training_discarded = "training_discarded"
    training_published = "training_published"
    training_rolled_back = "training_rolled_back"

    drill = "drill"
    erased = "erased"
    expired = "expired"
    records_given = "records_given"

    figures_read = "figures_read"
    figures_exported = "figures_exported"
    debrief_read = "debrief_read"
    debrief_held = "debrief_held"

    faq_drafted = "faq_drafted"
    faq_submitted = "faq_submitted"
    faq_approved = "faq_approved"
    faq_sent_back = "faq_sent_back"
    faq_discarded = "faq_discarded"
    faq_retired = "faq_retired"
    faq_reinstated = "faq_reinstated"
    faq_import_checked = "faq_import_checked"
    faq_imported = "faq_imported"
    faq_batch_approved = "faq_batch_approved"
    faq_batch_discarded = "faq_batch_discarded"
    faq_exported = "faq_exported"
    review_handled = "review_handled"
    answer_recommended = "answer_recommended"
    knowledge_read = "knowledge_read"
    knowledge_exported = "knowledge_exported"
    activity_saved = "activity_saved"
    activity_published = "activity_published"
    activity_taken_back = "activity_taken_back"

    audit_read = "audit_read"
    audit_verified = "audit_verified"
    audit_exported = "audit_exported"


class Kind(StrEnum):
    """What an id belongs to."""

    none = "none"
    case = "case"  # its number
    conversation = "conversation"  # where there is no case yet
    person = "person"  # where there is no case at all
    staff = "staff"
    release = "release"  # of the lexicon
    canned = "canned"  # a canned reply
    unit = "unit"  # of the union's tree
    training = "training"  # and the release it became
    faq = "faq"
    batch = "batch"  # an import of FAQs
    activity = "activity"  # a course, lecture, contest


@dataclass(frozen=True)
class Subject:
    """What an act was about: a case number or a public id, never a name."""

    kind: Kind = Kind.none
    id: str = ""


NOTHING = Subject()


def case(number: str) -> Subject:
    """A case."""
    return Subject(Kind.case, number)


def case_or(number: str | None, conversation_id: str) -> Subject:
    """The case if there is one, else the conversation."""
    return case(number) if number else Subject(Kind.conversation, conversation_id)


def case_or_person(number: str | None, person_id: str) -> Subject:
    """The case if there is one, else the person."""
    return case(number) if number else Subject(Kind.person, person_id)


def staff(staff_id: str | None) -> Subject:
    """A member of staff; None: nobody in particular."""
    return Subject(Kind.staff, staff_id) if staff_id else NOTHING


def release(number: int) -> Subject:
    """A draft or release of the lexicon."""
    return Subject(Kind.release, str(number))


def canned(number: int) -> Subject:
    """A canned reply."""
    return Subject(Kind.canned, str(number))


def unit(unit_id: str) -> Subject:
    """A unit of the union's tree."""
    return Subject(Kind.unit, unit_id)


def training(number: int) -> Subject:
    """A training, and the release it became."""
    return Subject(Kind.training, str(number))


def faq(faq_id: str) -> Subject:
    """An FAQ, of which the id is public."""
    return Subject(Kind.faq, faq_id)


def batch(batch_id: str) -> Subject:
    """An import of FAQs."""
    return Subject(Kind.batch, batch_id)


def activity(number: int) -> Subject:
    """A course, lecture, contest or day of volunteering."""
    return Subject(Kind.activity, str(number))
