"""The page and its two assets: small, cached, compressed once, and allowed to load nothing from elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request, Response
from jinja2 import Environment, StrictUndefined

from bot.channels.web.models import Hotline
from bot.db.demo_mark import is_demo
from bot.settings import settings

DIRECTORY = Path(__file__).resolve().parent.parent / "web_static"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
MEDIA_TYPES = {"chat.css": "text/css; charset=utf-8", "chat.js": "text/javascript; charset=utf-8"}
URGENT = {"psych": "心理援助热线", "police": "报警", "ambulance": "急救"}
OTHERS = {
    "fire": "消防救援",
    "union": "职工热线",
    "labour": "劳动保障热线",
    "legal_aid": "法律援助热线",
    "women": "妇女儿童求助热线",
    "youth": "青少年服务热线",
    "gov": "政务服务热线",
    "antifraud": "反诈专线",
}


@dataclass(frozen=True)
class Asset:
    """A file as it is sent, plain and compressed; `tag` changes with its content."""

    body: bytes
    packed: bytes
    media_type: str
    tag: str


def asset(body: bytes, media_type: str) -> Asset:
    """Gives the asset of a file's content."""
    tag = hashlib.sha256(body).hexdigest()[:16]
    return Asset(body, gzip.compress(body, 9, mtime=0), media_type, tag)


def hotlines() -> list[Hotline]:
    """Gives the numbers that are set, urgent ones first."""
    facts = settings().local_facts
    rows = [(key, name, facts[f"hotline_{key}"].strip()) for key, name in {**URGENT, **OTHERS}.items()]
    return [Hotline(key=key, name=name, number=number, urgent=key in URGENT) for key, name, number in rows if number]


def dial(number: str) -> str:
    """Gives the digits that a telephone dials."""
    return re.sub(r"[^\d+]", "", number)


def load_assets() -> dict[str, Asset]:
    """Gives the style sheet and the script, by name."""
    return {name: asset((DIRECTORY / name).read_bytes(), media) for name, media in MEDIA_TYPES.items()}


def render(assets: dict[str, Asset]) -> Asset:
    """Gives the page, with the hotlines inside, so that they can be read with the network down."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["dial"] = dial
    html = environment.from_string((DIRECTORY / "chat.html").read_text(encoding="utf-8")).render(
        hotlines=hotlines(),
        max_text=settings().max_text,
        demo=is_demo(),
        tags={name: found.tag for name, found in assets.items()},
    )
    return asset(html.encode(), "text/html; charset=utf-8")


def answer(request: Request, found: Asset, cache: str) -> Response:
    """Gives an asset, compressed if the browser can read that; 304 if it has it already."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{found.tag}{"-gz" if packed else ""}"'
    headers = {**HEADERS, "Cache-Control": cache, "ETag": etag, "Content-Security-Policy": CSP}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(found.packed if packed else found.body, headers=headers, media_type=found.media_type)
