"""Codes of an authenticator on a telephone: TOTP as in RFC 6238, SHA-1, six digits, thirty seconds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps that a telephone's clock may be ahead or behind
SECRET_BYTES = 20  # RFC 4226: 160 bits
ISSUER = "心桥值班台"


def new_secret() -> str:
    """Gives a fresh secret in base32 without padding, as people type it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def uri(secret: str, login: str) -> str:
    """Gives what the QR code holds: the address that authenticators understand."""
    facts = urlencode({"secret": secret, "issuer": ISSUER}, quote_via=quote)  # six digits, thirty seconds: the default
    return f"otpauth://totp/{quote(ISSUER)}:{quote(login)}?{facts}"


def code_at(secret: str, step: int) -> str:
    """Gives the code of one step, counted from 1970."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(moment: datetime) -> int:
    """Gives the step in which a moment lies."""
    return int(moment.timestamp()) // STEP


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """Gives the step to which the code belongs, the newest if several; None if it belongs to none near the moment."""
    here = step_at(moment)
    typed = code.encode("utf-8", "replace")
    near = range(here + DRIFT, here - DRIFT - 1, -1)
    fits = [step for step in near if hmac.compare_digest(code_at(secret, step).encode(), typed)]
    return fits[0] if fits else None
