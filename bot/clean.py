"""Text from anybody, as every table, page and channel can hold it."""

from __future__ import annotations


def clean(text: str) -> str:
    """Gives a text without what no channel and no table can carry: NUL goes, a lone surrogate becomes "?"."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
