"""The staff as an admin sees them: who there is, what they may, and shutting them out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.audit import Action
from bot.clock import now
from bot.db.models import Conversation, Staff
from bot.db.session import reading, transaction
from bot.db.signin_models import Authenticator, RecoveryCode
from bot.db.states import Owner, Role
from bot.errors import NotAllowedNow, NotFound
from bot.staff import second_factor, sessions


class NeedsAnAdmin(NotAllowedNow):
    """Somebody must be left who can let others in: not oneself, and not the last admin."""

    code = "needs_an_admin"


@dataclass(frozen=True)
class Colleague:
    """One account, without anything secret."""

    id: str
    login: str
    name: str
    role: Role
    has_password: bool
    disabled: bool
    enrolled: bool
    codes_left: int
    holds: int  # conversations that wait for this person's next word


def listing() -> list[Colleague]:
    """Gives all accounts: those in use first, by login."""
    with reading() as session:
        staff = session.execute(select(Staff).order_by(Staff.disabled_at.is_not(None), Staff.login)).scalars().all()
        enrolled = set(session.execute(select(Authenticator.staff_id)).scalars())
        codes = _counted(session, RecoveryCode.staff_id, RecoveryCode.used_at.is_(None))
        holds = _counted(session, Conversation.counsellor_id, Conversation.owner == Owner.counsellor)
    return [_colleague(one, one.id in enrolled, codes.get(one.id, 0), holds.get(one.id, 0)) for one in staff]


def _counted(session: Session, by: object, condition: object) -> dict[str, int]:
    rows = session.execute(select(by, func.count()).where(condition).group_by(by))  # type: ignore[call-overload]
    return {str(staff_id): int(count) for staff_id, count in rows}


def _colleague(staff: Staff, enrolled: bool, codes: int, holds: int) -> Colleague:
    return Colleague(
        id=staff.id,
        login=staff.login,
        name=staff.display_name,
        role=staff.role,
        has_password=staff.password_hash is not None,
        disabled=staff.disabled_at is not None,
        enrolled=enrolled,
        codes_left=codes,
        holds=holds,
    )


def find(staff_id: str) -> Colleague:
    """Gives one account. Raises NotFound."""
    found = next((one for one in listing() if one.id == staff_id), None)
    if found is None:
        raise NotFound("no such account")
    return found


def change_role(by: str, staff_id: str, role: Role) -> None:
    """Gives the person another role; it holds from the next request on. Raises NeedsAnAdmin."""
    with transaction() as session:
        staff = _locked(session, staff_id)
        if role != Role.admin:
            _keep_an_admin(session, by, staff)
        staff.role = role
        audit.record(session, Action.role_changed, by, audit.staff(staff_id), role=role.value)


def disable(by: str, staff_id: str) -> None:
    """Shuts the person out at once: sessions, half-made logins and set-up links end. Raises NeedsAnAdmin."""
    with transaction() as session:
        staff = _locked(session, staff_id)
        _keep_an_admin(session, by, staff)
        staff.disabled_at, staff.setup_hash, staff.setup_until = now(), None, None
        sessions.end_all(session, staff_id)
        audit.record(session, Action.staff_disabled, by, audit.staff(staff_id))


def enable(by: str | None, staff_id: str) -> None:
    """Lets the person in again, with the password and the authenticator of before."""
    with transaction() as session:
        _locked(session, staff_id).disabled_at = None
        audit.record(session, Action.staff_enabled, by, audit.staff(staff_id))


def _locked(session: Session, staff_id: str) -> Staff:
    """Locks all admins, too, always in the same order: two who shut each other out must not both succeed."""
    which = (Staff.role == Role.admin) | (Staff.id == staff_id)
    rows = session.execute(select(Staff).where(which).order_by(Staff.id).with_for_update()).scalars().all()
    found = next((staff for staff in rows if staff.id == staff_id), None)
    if found is None:
        raise NotFound("no such account")
    return found


def _keep_an_admin(session: Session, by: str, staff: Staff) -> None:
    others = select(func.count()).where(
        Staff.role == Role.admin, Staff.id != staff.id, Staff.disabled_at.is_(None), Staff.password_hash.is_not(None)
    )
    is_admin = staff.role == Role.admin
    if by == staff.id or (is_admin and session.execute(others).scalar_one() == 0):
        raise NeedsAnAdmin("an admin must be left")


def reset_second_factor(by: str | None, staff_id: str) -> None:
    """Forgets authenticator and recovery codes and ends all sessions: the next login binds a new telephone."""
    with transaction() as session:
        _locked(session, staff_id)
        second_factor.reset(session, by, staff_id)
        sessions.end_all(session, staff_id)


def id_of(login: str) -> str:
    """Gives the id behind a login. Raises NotFound."""
    with reading() as session:
        found = session.execute(select(Staff.id).where(Staff.login == login.strip().lower())).scalar_one_or_none()
    if found is None:
        raise NotFound("no such login")
    return found


def end_all_sessions(by: str | None, staff_id: str) -> None:
    """Ends all sessions of a person, who may log in again. Raises NotFound."""
    with transaction() as session:
        _locked(session, staff_id)
        sessions.end_all(session, staff_id)
        audit.record(session, Action.sessions_ended, by, audit.staff(staff_id))
