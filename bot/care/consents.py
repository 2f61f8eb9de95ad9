"""What a worker agreed to, purpose by purpose: recorded with the wording, taken back by a word."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.db.care_models import Consent, EmergencyContact
from bot.db.states import Purpose


def given(session: Session, person_id: str, purpose: Purpose) -> bool:
    """True while the worker's agreement to this purpose is in force."""
    return _in_force(session, person_id, purpose) is not None


def give(session: Session, person_id: str, purpose: Purpose, wording: str) -> None:
    """Records the agreement; `wording` names the text agreed to and its review date. A repeated one changes nothing."""
    if not given(session, person_id, purpose):
        session.add(Consent(person_id=person_id, purpose=purpose, wording=wording))
        session.flush()


def withdraw(session: Session, person_id: str, purposes: Iterable[Purpose] = tuple(Purpose)) -> list[Purpose]:
    """Takes back these agreements, all unless some are named, and gives those that were in force.

    An emergency contact is forgotten with its consent.
    """
    wanted = [purpose for purpose in purposes if given(session, person_id, purpose)]
    in_force = (Consent.person_id == person_id, Consent.withdrawn_at.is_(None), Consent.purpose.in_(wanted))
    session.execute(update(Consent).where(*in_force).values(withdrawn_at=now()))
    contact = session.get(EmergencyContact, person_id)
    if Purpose.emergency in wanted and contact is not None:
        session.delete(contact)
    session.flush()
    return wanted


def _in_force(session: Session, person_id: str, purpose: Purpose) -> Consent | None:
    return session.execute(
        select(Consent).where(
            Consent.person_id == person_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        )
    ).scalar_one_or_none()
