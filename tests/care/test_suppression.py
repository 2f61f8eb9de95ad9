"""No small number can be read from a table, nor worked out from its sums."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.suppression import LEAST, Table, TooFew, table

COUNT = st.one_of(st.just(0), st.integers(1, 4), st.integers(0, 40))


@st.composite
def grids(draw: st.DrawFn) -> list[list[int]]:
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 7))
    return [[draw(COUNT) for _ in range(width)] for _ in range(height)]


def made(cells: list[list[int]]) -> Table | None:
    """The table; None where it is withheld whole."""
    try:
        return table([str(row) for row in range(len(cells))], [str(column) for column in range(len(cells[0]))], cells)
    except TooFew:
        return None


def shown(found: Table) -> list[list[int | None]]:
    return [[*row, end] for row, end in zip(found.cells, found.row_sums, strict=True)]


@settings(deadline=None, max_examples=80)
@given(grids())
def test_what_is_shown_is_true_and_never_under_five_but_for_zero(cells: list[list[int]]) -> None:
    found = made(cells)
    if found is None:
        return
    for row, true in zip(shown(found), [[*row, sum(row)] for row in cells], strict=True):
        for value, real in zip(row, true, strict=True):
            assert value in (None, real)
            assert value is None or value == 0 or value >= LEAST
    assert all(one == 0 or one >= LEAST for one in (*found.sums, found.total))


@settings(deadline=None, max_examples=80)
@given(grids())
def test_no_hidden_cell_can_be_worked_out(cells: list[list[int]]) -> None:
    """An onlooker who knows that hidden numbers are at least 1 still has two answers for each."""
    found = made(cells)
    if found is None:
        return
    grid = shown(found)
    true = [[*row, sum(row)] for row in cells]
    hidden = [(r, c) for r, row in enumerate(grid) for c, value in enumerate(row) if value is None]
    assert all(has_another_answer(true, hidden, place) for place in hidden)


def has_another_answer(true: list[list[int]], hidden: list[tuple[int, int]], place: tuple[int, int]) -> bool:
    """Looks for other numbers in the hidden cells that fit all sums, by a linear program of its own."""
    from scipy.optimize import linprog

    at = {one: number for number, one in enumerate(hidden)}
    last = len(true[0]) - 1
    rows, sums = [], []
    for r in range(len(true)):
        rows.append([(-1 if c == last else 1) * (one == r) for one, c in hidden])
        sums.append(sum((-1 if c == last else 1) * true[one][c] for one, c in hidden if one == r))
    for c in range(last + 1):
        rows.append([int(one == c) for _, one in hidden])
        sums.append(sum(true[r][one] for r, one in hidden if one == c))
    answers = []
    for sign in (1, -1):
        cost = [0] * len(hidden)
        cost[at[place]] = sign
        answers.append(sign * linprog(cost, A_eq=rows, b_eq=sums, bounds=[(1, None)] * len(hidden)).fun)
    return answers[1] - answers[0] > 0.5


def test_a_lonely_small_cell_takes_the_cheapest_ring_with_it() -> None:
    found = table(["甲", "乙", "丙"], ["x", "y"], [[3, 20], [30, 40], [50, 60]])
    assert found.cells == ((None, None), (None, None), (50, 60))
    assert found.row_sums == (23, 70, 110)


def test_zeros_are_shown() -> None:
    assert table(["甲", "乙"], ["x"], [[0], [9]]).cells == ((0,), (9,))


@pytest.mark.parametrize("cells", [[[3], [0]], [[1], [1], [1], [1], [1]]])
def test_a_table_that_would_tell_is_withheld(cells: list[list[int]]) -> None:
    assert made(cells) is None
