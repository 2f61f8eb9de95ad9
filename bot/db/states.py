"""The words of state: whose turn, how far a message, a case and a member of staff is."""

from __future__ import annotations

from enum import StrEnum


class Owner(StrEnum):
    """Who speaks in a conversation."""

    bot = "bot"
    waiting = "waiting"  # the bot still answers; a person has been asked for
    counsellor = "counsellor"
    closed = "closed"


class Author(StrEnum):
    worker = "worker"
    bot = "bot"
    counsellor = "counsellor"
    system = "system"  # markers such as "a person has joined"


class InboxState(StrEnum):
    pending = "pending"
    done = "done"
    failed = "failed"  # gave up after repeated crashes; shown to staff


class OutboxState(StrEnum):
    pending = "pending"
    sent = "sent"
    dead = "dead"  # the dead-letter list
    held = "held"  # the channel takes nothing now; it goes out when the worker writes again
    withdrawn = "withdrawn"  # held, and then not wanted any more


class CaseState(StrEnum):
    open = "open"
    acknowledged = "acknowledged"
    in_care = "in_care"
    follow_up = "follow_up"
    closing = "closing"  # somebody asked to close it; a lead has to approve
    closed = "closed"


class Category(StrEnum):
    psychological = "psychological"
    hardship = "hardship"
    rights = "rights"
    family = "family"
    safety = "safety"


class Role(StrEnum):
    counsellor = "counsellor"
    lead = "lead"
    editor = "editor"
    admin = "admin"
    auditor = "auditor"


class AgeBand(StrEnum):
    """Under 14 and 14–17 go their own way; unknown counts as grown up until something says otherwise."""

    under_14 = "under_14"
    minor = "minor"
    adult = "adult"


class Purpose(StrEnum):
    """What a worker can agree to, each by itself."""

    keep_sensitive = "keep_sensitive"  # keep what was said about health and life beyond the case
    contact = "contact"  # be contacted outside this chat
    emergency = "emergency"  # call this person when life is in danger
    follow_up = "follow_up"  # be asked how it goes after a day, three and seven


class TaskKind(StrEnum):
    follow_up = "follow_up"
    still_waiting = "still_waiting"  # tell a worker who waits for a person how it stands
    erase = "erase"  # what a case had to keep for the time being
    forget = "forget"  # the engine's memory of a conversation, if the engine was down when it was to go
    export = "export"  # the worker may fetch their records once, until then
    callback = "callback"  # a person was promised to answer from then on; done by the one who takes the conversation
    rating = "rating"  # ask whether the person who has left was a help
    escalate = "escalate"  # the next rung of the night chain, while nobody has seen an imminent alert


class TaskState(StrEnum):
    pending = "pending"
    done = "done"
    cancelled = "cancelled"


class Verdict(StrEnum):
    """What a counsellor says of an alarm, or of its absence."""

    right = "right"
    wrong = "wrong"
    missed = "missed"


class RatingValue(StrEnum):
    """What a worker says of the help they got."""

    good = "good"
    fair = "fair"
    poor = "poor"


class ReleaseState(StrEnum):
    draft = "draft"
    refused = "refused"
    live = "live"
    retired = "retired"


class Rung(StrEnum):
    """A step of the night chain, in the order in which they are called; all but the office are places on the rota."""

    first = "first"  # on duty
    second = "second"
    lead = "lead"
    office = "office"


class NoticeState(StrEnum):
    pending = "pending"
    sent = "sent"
    failed = "failed"
    dropped = "dropped"  # somebody had seen the alert before it went out, or it is not theirs to see any more


class UnitKind(StrEnum):
    """A step of the union's tree. A district lies in a city, an enterprise in any of the three."""

    city = "city"
    district = "district"
    enterprise = "enterprise"


class IdentityState(StrEnum):
    """How far a request to see who a worker is has come."""

    asked = "asked"
    granted = "granted"  # until a moment
    refused = "refused"
    at_once = "at_once"  # a lead looked by themselves: a life was in danger


class OutcomeKind(StrEnum):
    """How a case ended."""

    resolved = "resolved"
    referred = "referred"
    lost_contact = "lost_contact"
    declined = "declined"  # the worker wants no further help
    duplicate = "duplicate"
    false_alarm = "false_alarm"


class ReferralTo(StrEnum):
    """To whom a case is referred: the first three sit at the desk and answer for themselves."""

    counsellors = "counsellors"
    lead = "lead"
    legal_aid = "legal_aid"
    hospital = "hospital"
    outside = "outside"

    @property
    def is_inside(self) -> bool:
        """True where somebody at the desk takes it; of others a counsellor records the answer."""
        return self in (ReferralTo.counsellors, ReferralTo.lead, ReferralTo.legal_aid)


class ReferralState(StrEnum):
    offered = "offered"
    accepted = "accepted"
    rejected = "rejected"
    done = "done"


class Understood(StrEnum):
    """What the bot made of a message that was put to it."""

    answered = "answered"  # with an answer of its own
    clarified = "clarified"  # by a choice of questions, or the menu of a topic
    refused = "refused"  # honestly: it did not understand, or does not know
    handed_over = "handed_over"  # to a person
    talked = "talked"  # manners, forms, support: no question of knowledge


class ReviewSource(StrEnum):
    """Why something lies in the review inbox."""

    not_understood = "not_understood"
    voted_down = "voted_down"
    counsellor = "counsellor"  # a counsellor recommended the own answer


class ReviewState(StrEnum):
    """What came of it."""

    open = "open"
    variant = "variant"
    draft = "draft"
    out_of_scope = "out_of_scope"
    dropped = "dropped"


class TrainingState(StrEnum):
    """How far a training is; the five in the middle are at work."""

    queued = "queued"
    exporting = "exporting"
    checking = "checking"
    training = "training"
    starting = "starting"
    evaluating = "evaluating"
    ready = "ready"
    publishing = "publishing"  # wanted: the engine of it is being started
    published = "published"  # in use
    retired = "retired"  # was in use
    discarded = "discarded"
    refused = "refused"
    failed = "failed"


class FaqOrigin(StrEnum):
    """Who has the last word on an FAQ: its file in the repository, or the desk that changed it."""

    file = "file"
    desk = "desk"


class RevisionState(StrEnum):
    draft = "draft"
    in_review = "in_review"
    approved = "approved"
    returned = "returned"  # the reviewer wants it changed
    discarded = "discarded"


class RevisionSource(StrEnum):
    """How a proposed wording came about."""

    edit = "edit"
    imported = "import"
    inbox = "inbox"  # what workers asked and the bot did not understand
    counsellor = "counsellor"  # what a counsellor answered
    restore = "restore"


class ActivityKind(StrEnum):
    """What the union offers beside its help."""

    course = "course"
    lecture = "lecture"
    contest = "contest"
    volunteering = "volunteering"


class ActivityState(StrEnum):
    draft = "draft"
    published = "published"
