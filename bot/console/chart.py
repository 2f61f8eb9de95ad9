"""Charts as SVG, written on the server. Colours are classes of figures.css, so that they follow day and night; there is
no style in them, which the content policy would not let through. A hidden number is a dashed stub of one size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

STUB = 7.0  # how long a hidden number is drawn
PLOT_HEIGHT, HEAD, FOOT, LEFT = 190, 14, 26, 40
LABEL_EVERY = 30  # at least so many units between two labels below
BAR, GAP = 18, 13


@dataclass(frozen=True)
class Chart:
    """What is drawn: rows with their counts, one for each series; `series` are names of classes."""

    key: str
    title: str
    text: str  # for those who do not see it
    labels: Sequence[str]
    series: Sequence[str]
    cells: Sequence[Sequence[int | None]]


def _tag(name: str, *inside: str, **attributes: object) -> Markup:
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{written}>{''.join(inside)}</{name}>")  # noqa: S704 - names are ours, values are escaped


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _frame(chart: Chart, width: int, height: float, *inside: str) -> Markup:
    key = f"{chart.key}-{width}"
    named = (_tag("title", escape(chart.title), id=f"{key}-t"), _tag("desc", escape(chart.text), id=f"{key}-d"))
    place = {"viewBox": f"0 0 {width} {_number(height)}", "aria-labelledby": f"{key}-t {key}-d"}
    return _tag("svg", *named, *inside, class_=f"chart w{width}", role="img", **place)


def _box(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    size = {"x": _number(x), "y": _number(y), "width": _number(max(width, 0)), "height": _number(max(height, 0))}
    return _tag("rect", class_=kind, **size)


def _text(kind: str, x: float, y: float, words: str) -> Markup:
    return _tag("text", escape(words), class_=kind, x=_number(x), y=_number(y))


def columns(chart: Chart, width: int) -> Markup:
    """Stacked columns along a time."""
    top = _top(max((sum(value or 0 for value in row) for row in chart.cells), default=0))
    step = (width - LEFT - 4) / max(len(chart.labels), 1)
    inside = list(_scale(top, width))
    for place, (label, row) in enumerate(zip(chart.labels, chart.cells, strict=True)):
        x = LEFT + place * step
        inside += _stack(chart.series, row, x + step * 0.14, step * 0.72, top)
        if place % max(1, -(-LABEL_EVERY // max(int(step), 1))) == 0:
            inside.append(_text("tick mid", x + step / 2, HEAD + PLOT_HEIGHT + 18, label))
    return _frame(chart, width, HEAD + PLOT_HEIGHT + FOOT, *inside)


def _top(most: int) -> int:
    """The round number at which the scale ends, of which a quarter or a fifth is whole."""
    size = int(10 ** (len(str(max(most, 1))) - 1))
    ends = [size * tenths // 10 for tenths in (10, 12, 16, 20, 24, 32, 40, 50, 60, 80, 100) if size * tenths % 10 == 0]
    return next(end for end in ends if end >= max(most, 4) and (end % 4 == 0 or end % 5 == 0))


def _scale(top: int, width: int) -> list[Markup]:
    found = []
    for part in range(5 if top % 4 == 0 else 6):
        value = top * part // (4 if top % 4 == 0 else 5)
        y = HEAD + PLOT_HEIGHT * (1 - value / top)
        found.append(_tag("line", class_="grid", x1=LEFT, x2=width, y1=_number(y), y2=_number(y)))
        found.append(_text("tick end", LEFT - 7, y + 4, str(value)))
    return found


def _stack(series: Sequence[str], row: Sequence[int | None], x: float, width: float, top: int) -> list[Markup]:
    """The parts of one column from below, the worst at the bottom, where lengths compare best."""
    found, y = [], float(HEAD + PLOT_HEIGHT)
    for kind, value in zip(series, row, strict=True):
        height = STUB if value is None else PLOT_HEIGHT * value / top
        if height:
            y -= height
            found.append(_box(f"part {kind}{' kept' if value is None else ''}", x, y, width, height))
    return found


def bars(chart: Chart, width: int) -> Markup:
    """Lying bars, one a row, with the label above each and the sum at its end."""
    ends = [None if None in row else sum(value or 0 for value in row) for row in chart.cells]
    most = max((sum(value or 0 for value in row) for row in chart.cells), default=0) or 1
    room = width - 70 - STUB * len(chart.series)
    inside: list[Markup] = []
    for place, (label, row, end) in enumerate(zip(chart.labels, chart.cells, ends, strict=True)):
        y, x = place * (BAR + GAP + 18) + 15.0, 0.0
        inside.append(_text("name", 0, y, label))
        inside.append(_box("rail", 0, y + 6, width - 62, BAR))
        for kind, value in zip(chart.series, row, strict=True):
            length = STUB if value is None else room * value / most
            if length:
                inside.append(_box(f"part {kind}{' kept' if value is None else ''}", x, y + 6, length, BAR))
            x += length
        inside.append(_text("count end", width, y + 20, "不列" if end is None else str(end)))
    return _frame(chart, width, len(chart.labels) * (BAR + GAP + 18) + 2, *inside)
