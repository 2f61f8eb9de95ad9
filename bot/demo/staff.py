"""The invented staff: somebody of every role, all with one password that is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, update

from bot.db.models import Staff
from bot.db.session import reading, transaction
from bot.db.states import Role
from bot.staff import accounts, passwords, sessions

PEOPLE = {  # login → what colleagues see, role
    "chenjing": ("陈静", Role.counsellor),
    "liuyang": ("刘洋", Role.counsellor),
    "zhoumin": ("周敏", Role.counsellor),
    "sunlei": ("孙磊", Role.counsellor),
    "wuhua": ("吴桦", Role.lead),
    "zhengli": ("郑黎", Role.admin),
    "heping": ("何苹", Role.editor),
    "qiansi": ("钱思", Role.auditor),
}
COUNSELLORS = ("chenjing", "liuyang", "zhoumin", "sunlei")
_WORDS = [
    "muqiao",
    "denglong",
    "maitian",
    "shuijing",
    "tieqiao",
    "doulizi",
    "zhuanyao",
    "zhuyi",
    "shimo",
    "fengzheng",
    "shizi",
    "caomao",
    "duchuan",
    "yushu",
]


def new_password() -> str:
    """Gives words that are easy to type on any keyboard and hard to guess."""
    return "-".join([*(secrets.choice(_WORDS) for _ in range(5)), f"{secrets.randbelow(10_000):04}"])


def add() -> dict[str, str]:
    """Makes the accounts, without a password yet; gives login → id."""
    for login, (name, role) in PEOPLE.items():
        accounts.add(login, name, role)
    return ids()


def ids() -> dict[str, str]:
    """Gives login → id of the accounts that there are."""
    with reading() as session:
        return {row.login: row.id for row in session.execute(select(Staff.login, Staff.id))}


@contextmanager
def somebody_there() -> Iterator[None]:
    """Somebody looks at the desk while the block lasts, now and at any time in the past: the bot tells workers so."""
    staff_id = ids()[COUNSELLORS[0]]
    with transaction() as session:
        sessions.start(session, staff_id, second_factor=False)
    yield
    with transaction() as session:
        sessions.end_all(session, staff_id)


def set_passwords(password: str) -> None:
    """Gives this password to everybody of the demo; hashed once, because that is slow on purpose."""
    kept = passwords.hashed(password)
    with transaction() as session:
        ours = Staff.login.in_(PEOPLE)
        values = {"password_hash": kept, "setup_hash": None, "setup_until": None, "failed_logins": 0}
        session.execute(update(Staff).where(ours).values(**values, locked_until=None))
