"""Forms for words keep browsers from writing what was typed into their own files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import ROOT

PAGES = sorted((ROOT / "bot" / "console" / "templates").glob("*.html"))
NO_WORDS = re.compile(
    r'type="(hidden|checkbox|radio|date|time|number|password)"|autocomplete="(username|one-time-code)"'
)


def remembering(page: str) -> list[str]:
    """The forms with a field for words of which a browser would keep what is typed."""
    forms = re.finditer(r"<form([^>]*)>(.*?)</form>", page, re.S)
    return [
        form[1].strip()
        for form in forms
        if 'autocomplete="off"' not in form[1]
        and any(not NO_WORDS.search(field) for field in re.findall(r"<(?:textarea|input)\b[^>]*>", form[2]))
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_form_for_words_tells_browsers_to_keep_nothing(path: Path) -> None:
    assert remembering(path.read_text(encoding="utf-8")) == []


def test_a_form_that_forgets_it_is_seen() -> None:
    assert remembering('<form id="x"><p><textarea name="text"></textarea></p></form>') == ['id="x"']
