"""A picture of what is taken for what, as SVG: only the rows and columns in which something is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

CELL, LABEL, FONT = 22, 190, 11  # pixels
HEAD = 150
Pair = tuple[str, str]


def svg(pairs: Sequence[Pair], title: str) -> str:
    """Gives the picture of (truth, found) pairs; a row tells how many of its sentences were right."""
    counts = Counter(pairs)
    wrong = {pair for pair in counts if pair[0] != pair[1]}
    rows = sorted({truth for truth, _ in wrong}, key=lambda name: (_errors(counts, name), name))
    columns = sorted({found for _, found in wrong} | set(rows))
    width, height = LABEL + CELL * len(columns) + CELL, HEAD + CELL * len(rows) + CELL
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' font-family="sans-serif" font-size="{FONT}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *(_column(at, name) for at, name in enumerate(columns)),
    ]
    for at, name in enumerate(rows):
        parts += _row(at, name, columns, counts)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _errors(counts: Counter[Pair], name: str) -> int:
    """Gives minus the number of mistakes, so that the worst row comes first."""
    return -sum(count for (truth, found), count in counts.items() if truth == name and found != name)


def _column(at: int, name: str) -> str:
    x, y = LABEL + CELL * at + CELL / 2 + 4, HEAD - 6
    return f'<text transform="translate({x:.0f} {y}) rotate(-60)">{escape(name)}</text>'


def _row(at: int, name: str, columns: Sequence[str], counts: Counter[Pair]) -> list[str]:
    y = HEAD + CELL * at
    total = sum(count for (truth, _), count in counts.items() if truth == name)
    label = f"{name} {counts[name, name]}/{total}"
    parts = [f'<text x="{LABEL - 6}" y="{y + 15}" text-anchor="end">{escape(label)}</text>']
    for number, column in enumerate(columns):
        parts += _cell(LABEL + CELL * number, y, counts[name, column], total, name == column)
    return parts


def _cell(x: int, y: int, count: int, total: int, is_right: bool) -> list[str]:
    shade = f"rgba(20,120,90,{count / total:.2f})" if is_right else f"rgba(200,40,40,{min(1, 2 * count / total):.2f})"
    box = f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{shade}" stroke="#ddd"/>'
    text = f'<text x="{x + CELL // 2}" y="{y + 15}" text-anchor="middle">{count}</text>'
    return [box, text] if count else [box]
