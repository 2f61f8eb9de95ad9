"""Passwords: what is refused, and argon2id for what is kept."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import BadInput

MIN_LENGTH = 12
MAX_LENGTH = 128
MIN_DIFFERENT = 5  # characters that differ; "aaaaaaaaaaab" has two

# A password is common when nothing but one of these is left after its digits and signs are taken away.
_COMMON = """
password passwd passw passwordpassword pass admin administrator adminadmin root rootroot user guest test
testtest qwerty qwertyuiop qwertyuiopasdf qwertyqwerty qazwsx qazwsxedc qazwsxedcrfv asdfgh asdfghjkl
asdfasdf zxcvbnm zxcvbnmasdfg abcabc abcdef abcdefg abcdefgh abcdefghijkl letmein welcome iloveyou loveyou
monkey dragon sunshine princess football baseball superman changeme default secret login master hello
helloworld woaini woaiwojia woaizhongguo zhongguo nihao mima wodemima gonghui zonggonghui xinqiao
xinqiaoxinqiao zhigong henan pingdingshan zhiban zhibantai beijing shanghai zhengzhou aini wangyi taobao
weixin
"""
COMMON_WORDS = frozenset(_COMMON.split())
ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "!@#$%^&*()_+", "1q2w3e4r5t6y7u8i9o0p")
_NOT_LETTERS = re.compile(r"[\W\d_]+")


class PasswordFault(StrEnum):
    """Why a password is refused."""

    short = "short"
    long = "long"
    common = "common"
    login = "login"


class WeakPassword(BadInput):
    """The password breaks a rule; `fault` says which. The password itself is never part of it."""

    code = "weak_password"

    def __init__(self, fault: PasswordFault) -> None:
        super().__init__(f"weak password: {fault}")
        self.fault = fault


_hasher = PasswordHasher()  # argon2id, 64 MiB, 3 passes: RFC 9106's second recommendation
_NOBODY = _hasher.hash("nobody has this password, it only costs the same time")


def normal(password: str) -> str:
    """Gives the form that is hashed, so that one password typed on two keyboards is the same."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, login: str) -> None:
    """Raises WeakPassword if the password breaks a rule."""
    password = normal(password).casefold()
    if len(password) < MIN_LENGTH:
        raise WeakPassword(PasswordFault.short)
    if len(password) > MAX_LENGTH:
        raise WeakPassword(PasswordFault.long)
    if password == login or (len(login) >= 4 and login in password):
        raise WeakPassword(PasswordFault.login)
    if _is_common(password):
        raise WeakPassword(PasswordFault.common)


def _is_common(password: str) -> bool:
    letters = _NOT_LETTERS.sub("", password)
    few = len(set(password)) < MIN_DIFFERENT
    repeats = password in (password * 2)[1:-1]
    return few or repeats or password.isdigit() or letters in COMMON_WORDS or any(password in row for row in ROWS)


def hashed(password: str) -> str:
    """Gives the argon2id hash to keep."""
    return _hasher.hash(_bytes(normal(password)))


def matches(password_hash: str | None, password: str) -> bool:
    """True if the password belongs to the hash. Without a hash it costs the same time and is False."""
    typed = normal(password)
    usable = password_hash is not None and len(typed) <= MAX_LENGTH
    target = password_hash if password_hash is not None and usable else _NOBODY
    try:
        return _hasher.verify(target, _bytes(typed[:MAX_LENGTH])) and usable
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # a lone surrogate is wrong, but it is no fault of ours
