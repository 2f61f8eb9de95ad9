"""Tables of counts from which no small number can be read, nor worked out from the sums.

A count of 1 to 4 is hidden, and with it as many others as it takes, so that the sums leave more than one answer for
every hidden cell. Columns' sums are always shown: several tables share them, so a hidden one could be read in another.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

LEAST = 5
Place = tuple[int, int]  # row and column in a grid
Grid = tuple[tuple[int, ...], ...]  # with the rows' sums as the last column


class TooFew(ValueError):
    """Nothing of the table can be shown without telling of single people."""


@dataclass(frozen=True)
class Table:
    """Counts with their sums. `cells[row][column]` is None where it is hidden; `sums` are the columns' sums."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_sums: tuple[int | None, ...]
    sums: tuple[int, ...]
    total: int

    @property
    def hidden(self) -> int:
        """How many cells are hidden."""
        return sum(cell is None for row in self.cells for cell in row)


def table(rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]) -> Table:
    """Gives the table with what must be hidden hidden. Raises TooFew if a column's sum is 1 to 4, or nothing helps."""
    grid = tuple((*row, sum(row)) for row in counts)
    sums = tuple(map(sum, zip(*counts, strict=True))) if counts else (0,) * len(columns)
    if any(0 < one < LEAST for one in (*sums, sum(sums))):
        raise TooFew("a column's sum is small")
    hidden = _protected(grid)
    shown = [[None if (r, c) in hidden else value for c, value in enumerate(row)] for r, row in enumerate(grid)]
    cells, ends = tuple(tuple(row[:-1]) for row in shown), tuple(row[-1] for row in shown)
    return Table(tuple(rows), tuple(columns), cells, ends, sums, sum(sums))


def _protected(grid: Grid) -> set[Place]:
    """The small cells and what must go with them."""
    waiting = [(r, c) for r, row in enumerate(grid) for c, value in enumerate(row) if 0 < value < LEAST]
    hidden = set(waiting)
    while waiting:
        place = waiting.pop()
        ways = [way for up in (True, False) if (way := _way_round(grid, hidden, place, up)) is not None]
        if not ways:
            raise TooFew("no other cell can hide it")
        new = min(ways, key=lambda way: way[0])[1] - hidden
        hidden |= new
        waiting += sorted(new)
    return hidden


def _way_round(grid: Grid, hidden: set[Place], place: Place, up: bool) -> tuple[int, frozenset[Place]] | None:
    """The cheapest ring of cells on which the change of one can go round, with what it costs to hide them all.

    Rows and columns are the towns, cells the roads between them; a change enters a town by one road and leaves by
    another. Hidden cells cost nothing, others as much as they tell.
    """
    if not _may(grid, place, up):
        return None
    row, column = place
    start, goal = (("c", column), ("r", row)) if up == _plain(grid, column) else (("r", row), ("c", column))
    best: list[tuple[int, int, tuple[str, int], frozenset[Place]]] = [(0, 0, start, frozenset({place}))]
    seen: set[tuple[str, int]] = set()
    numbers = count(1)
    while best:
        cost, _, town, used = heapq.heappop(best)
        if town == goal:
            return cost, used
        if town in seen:
            continue
        seen.add(town)
        for road, to, more in _roads(grid, town):
            if road != place and _may(grid, road, more):
                toll = 0 if road in hidden else grid[road[0]][road[1]]
                heapq.heappush(best, (cost + toll, next(numbers), to, used | {road}))
    return None


def _plain(grid: Grid, column: int) -> bool:
    """True for an inner cell; the sum of a row stands on the other side of the equation."""
    return column < len(grid[0]) - 1


def _may(grid: Grid, place: Place, up: bool) -> bool:
    """A cell can lose one if something is left of it; one that is empty is shown, so it cannot change."""
    value = grid[place[0]][place[1]]
    return value > 0 and (up or value > 1)


def _roads(grid: Grid, town: tuple[str, int]) -> Iterator[tuple[Place, tuple[str, int], bool]]:
    """The cells of a town, where each leads, and whether it grows on the way.

    A column that has gained must lose elsewhere; a row that has lost must gain elsewhere; a row's sum the other way.
    """
    kind, index = town
    if kind == "c":
        for row in range(len(grid)):
            yield (row, index), ("r", row), not _plain(grid, index)
    else:
        for column in range(len(grid[0])):
            yield (index, column), ("c", column), _plain(grid, column)
