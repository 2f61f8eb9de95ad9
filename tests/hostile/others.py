"""The ways in that are no declared fields: Telegram's updates, the FAQ files, headers, addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import yaml

from bot.knowledge import faqs
from tests.fakes.bot_api import CONTENTS
from tests.hostile.ground import World, number

HEADERS = ("user-agent", "referer", "x-forwarded-for", "accept-language", "last-event-id", "origin", "if-none-match")
COOKIES = ("xq_chat", "xq_desk", "xq_step", "xq_form")
FAQ = "hostile_faq"


def updates(text: str) -> Iterator[dict[str, Any]]:
    """A message for each place in which Telegram brings somebody's text."""
    short = text[:60]
    yield {"text": text}
    yield {**CONTENTS["photo_with_words"], "caption": text}
    yield {"venue": {**CONTENTS["venue"]["venue"], "title": short, "address": text}, **CONTENTS["location"]}
    yield {"contact": {"phone_number": text, "first_name": short, "last_name": short}}
    yield {"document": {**CONTENTS["document"]["document"], "file_name": text}, "caption": short}
    yield {"sticker": {**CONTENTS["sticker"]["sticker"], "emoji": short, "set_name": short}}
    yield {"text": "在吗", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": text}]}
    yield {"text": "在吗", "from": {"id": 1, "is_bot": False, "first_name": text, "username": short}}
    yield {
        "text": "在吗",
        "reply_to_message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": text}, "text": text},
    }


def by_telegram(world: World, texts: Mapping[str, str]) -> None:
    """Workers on Telegram send all of these in all places, and press buttons that were never there."""
    for hostile in texts.values():
        text = hostile.encode("utf-8", "replace").decode()  # Telegram's JSON can hold no half character
        for content in updates(text):
            world.telegram.shares(70_000 + number(), **content)
        world.telegram.presses(70_000 + number(), text)
    world.settle()


def by_faq(folder: Path, texts: Mapping[str, str]) -> None:
    """FAQ files whose every part holds one of these."""
    for label, text in texts.items():
        content = {
            **{"id": f"{FAQ}-{label}", "topic": "wages", "question": text[:110], "variants": [text], "answer": text},
            **{"basis": [{"law": text, "article": text}], "region": text[:20], "related": [f"{FAQ}-{label}"]},
            **{"valid_from": "2020-01-01", "valid_to": None, "reviewer": "试", "reviewed_on": "2026-01-01"},
        }
        path = folder / "wages" / f"{label}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        dated = yaml.safe_dump(content, allow_unicode=True).replace("'2020-01-01'", "2020-01-01")
        path.write_text(dated.replace("'2026-01-01'", "2026-01-01"), encoding="utf-8")
    faqs.seed(folder)


def by_address(client: httpx.Client, text: str) -> Iterator[tuple[str, httpx.Response]]:
    """The text in paths, in a query that nobody asked for, in headers and in cookies."""
    quoted = quote(text.encode("utf-8", "surrogatepass"), safe="")[:4000]
    for path in (
        f"/{quoted}",
        f"/desk/{quoted}",
        f"/desk/c/{quoted}",
        f"/desk/people/{quoted}",
        f"/static/chat/{quoted}",
        f"/api/chat/{quoted}",
        f"/desk/login?{quoted}=1",
        f"/desk?back={quoted}&{quoted}",
    ):
        yield path[:20], client.get(path)
    plain = "".join(letter for letter in text if letter.isprintable()).strip().encode()[:2000]
    for name in HEADERS:
        yield name, client.get("/desk/login", headers={name.encode(): plain})
    cookies = b"; ".join(name.encode() + b"=" + quoted.encode() for name in COOKIES)
    for path in ("/desk", "/desk/login/code", "/api/chat/messages"):
        yield f"cookie {path}", client.get(path, headers={b"cookie": cookies})
