"""Codes of an authenticator, against the published values of RFC 6238."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.staff import totp

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base32 of 12345678901234567890, RFC 6238 appendix B
NOON = datetime(2026, 11, 22, 4, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, totp.step_at(datetime.fromtimestamp(seconds, UTC))) == code


@pytest.mark.parametrize(("late", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_and_no_more(late: int, fits: bool) -> None:
    here = totp.step_at(NOON)
    code = totp.code_at(RFC_SECRET, here)
    found = totp.step_of(RFC_SECRET, code, NOON + timedelta(seconds=30 * late))
    assert found == (here if fits else None)


@pytest.mark.parametrize("odd", ["", "12345", "1234567", "abcdef", "\ud800" * 6, "1" * 10_000, "١٢٣٤٥٦"])
def test_what_is_no_code_fits_nowhere(odd: str) -> None:
    assert totp.step_of(RFC_SECRET, odd, NOON) is None


def test_every_secret_is_new_and_160_bits_long() -> None:
    secrets = {totp.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {32}


def test_the_address_for_telephones_names_the_desk_and_the_login() -> None:
    parts = urlsplit(totp.uri(RFC_SECRET, "wang.lin"))
    assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/心桥值班台:wang.lin")
    assert parse_qs(parts.query) == {"secret": [RFC_SECRET], "issuer": ["心桥值班台"]}
