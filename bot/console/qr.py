"""The picture that a telephone scans: drawn here, inside the page, so that the secret is in no address and no cache."""

from __future__ import annotations

import segno
from markupsafe import Markup


def svg(text: str) -> Markup:
    """Gives the QR code as an SVG element; white in dark mode too, because cameras need it."""
    drawn = segno.make(text, error="l", micro=False).svg_inline(scale=4, dark="#000", light="#fff", svgclass="qr")
    return Markup(drawn)  # noqa: S704  (numbers and our own colours; the text is in the pattern only)


def in_fours(secret: str) -> str:
    """Gives the secret as people read and type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
