"""What must hold for every input: no cap is passed, more never gives less, month ends and leap days are no trap."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.calculators.annual_leave import AnnualLeave, days_a_year
from bot.knowledge.calculators.annual_leave import work_out as annual_leave
from bot.knowledge.calculators.arbitration import Dispute
from bot.knowledge.calculators.arbitration import work_out as arbitration
from bot.knowledge.calculators.child_leave import year_of_life
from bot.knowledge.calculators.double_pay import DoublePay
from bot.knowledge.calculators.double_pay import work_out as double_pay
from bot.knowledge.calculators.injury import Injury
from bot.knowledge.calculators.injury import work_out as injury
from bot.knowledge.calculators.maternity import Birth
from bot.knowledge.calculators.maternity import work_out as maternity
from bot.knowledge.calculators.overtime import Overtime
from bot.knowledge.calculators.overtime import work_out as overtime
from bot.knowledge.calculators.retirement import WORKERS, Worker, contribution_months, months_later
from bot.knowledge.calculators.retirement import work_out as retirement
from bot.knowledge.calculators.severance import REASONS, Severance, months_due
from bot.knowledge.calculators.severance import work_out as severance
from bot.knowledge.spoken import add_months, last_day, whole_months

YUAN = st.decimals(Decimal("0.01"), Decimal(100_000), places=2)
HOURS = st.integers(0, 744).map(lambda halves: Decimal(halves) / 2)
DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))
MONTH_ENDS = st.sampled_from(
    [date(2024, 2, 29), date(2023, 2, 28), date(2025, 1, 31), date(2024, 8, 31), date(2025, 12, 31)]
)
ANY_DAY = DAYS | MONTH_ENDS
BIRTHS = st.dates(date(1950, 1, 1), date(2005, 12, 1)).map(lambda day: day.replace(day=1))
KINDS = st.sampled_from(sorted(WORKERS))
MONTHS = st.integers(0, 600)
QUICK = settings(max_examples=50, deadline=None)


@QUICK
@given(YUAN, HOURS, HOURS, HOURS)
def test_overtime_is_the_sum_of_its_parts_and_dearer_by_kind(
    pay: Decimal, one: Decimal, two: Decimal, three: Decimal
) -> None:
    values = overtime(Overtime(pay, one, two, three)).values
    assert values["total"] == values["weekday"] + values["restday"] + values["holiday"]
    same = overtime(Overtime(pay, one, one, one)).values
    assert same["weekday"] <= same["restday"] <= same["holiday"]


@QUICK
@given(YUAN, HOURS, HOURS)
def test_more_hours_and_more_pay_never_give_less(pay: Decimal, few: Decimal, more: Decimal) -> None:
    low, high = sorted((few, more))
    assert overtime(Overtime(pay, low)).values["total"] <= overtime(Overtime(pay, high)).values["total"]
    assert overtime(Overtime(pay, low)).values["total"] <= overtime(Overtime(pay + 1, low)).values["total"]


@QUICK
@given(MONTHS, st.booleans())
def test_a_longer_time_never_gives_fewer_months(months: int, odd_days: bool) -> None:
    due = months_due(months, odd_days)
    assert months_due(months, False) <= due <= months_due(months + 1, False)
    assert Decimal(months) / 12 <= due <= Decimal(months) / 12 + 1


@QUICK
@given(MONTHS, YUAN, st.none() | YUAN)
def test_n_is_at_most_n_plus_one_and_half_of_two_n(months: int, average: Decimal, local: Decimal | None) -> None:
    values = severance(Severance(None, months, False, average, local)).values
    assert values["n"] <= values["n_plus_one"]
    assert abs(2 * values["n"] - values["double"]) <= Decimal("0.01")


@QUICK
@given(MONTHS, YUAN, YUAN, st.sampled_from(sorted(REASONS)))
def test_high_wages_are_capped_at_three_times_and_twelve_years(
    months: int, average: Decimal, local: Decimal, reason: str
) -> None:
    values = severance(Severance(reason, months, False, average, local)).values
    assert values["base"] <= 3 * local or values["base"] == average <= 3 * local
    if average > 3 * local:
        assert values["months"] <= 12
        assert values["n"] <= 36 * local + Decimal("0.01")


@QUICK
@given(ANY_DAY, st.integers(0, 900), YUAN)
def test_double_pay_is_at_most_eleven_months_and_grows_with_time(joined: date, days: int, pay: Decimal) -> None:
    now, later = (double_pay(DoublePay(joined, joined + timedelta(days + more), pay)).values for more in (0, 1))
    assert now["months"] <= 11
    assert now["total"] <= later["total"] <= 11 * pay + Decimal("0.01")


@QUICK
@given(ANY_DAY)
def test_double_pay_of_a_full_year_is_eleven_whole_months(joined: date) -> None:
    values = double_pay(DoublePay(joined, add_months(joined, 12), Decimal(1000))).values
    assert (values["months"], values["odd_days"], values["total"]) == (11, 0, 11_000)


@QUICK
@given(MONTHS, ANY_DAY, st.integers(0, 40))
def test_annual_leave_is_never_more_than_a_year_gives(months: int, day: date, taken: int) -> None:
    first = date(day.year, 1, 1)
    values = annual_leave(AnnualLeave(months, first, day, Decimal(taken))).values
    assert 0 <= values["left"] <= values["due"] <= values["entitled"] == days_a_year(months)
    if months >= 12 and day < date(day.year, 12, 31):
        next_day = annual_leave(AnnualLeave(months, first, day + timedelta(1))).values
        assert values["due"] <= next_day["due"]


@QUICK
@given(st.integers(1, 5), st.booleans(), ANY_DAY)
def test_maternity_leave_ends_three_months_after_its_days(babies: int, difficult: bool, begins: date) -> None:
    values = maternity(Birth(babies, difficult, begins)).values
    assert values["days"] == 98 + 15 * (babies - 1 + difficult)
    assert 89 <= values["total_days"] - values["days"] <= 92
    assert values["last_day"] == begins + timedelta(values["total_days"] - 1)


@QUICK
@given(ANY_DAY)
def test_every_day_until_three_lies_in_one_year_of_life(born: date) -> None:
    third = add_months(born, 36)
    years = [year_of_life(born, born + timedelta(days)) for days in range(-1, (third - born).days + 1)]
    assert (years[0], years[-1]) == (0, 0)
    assert years[1:-1] == sorted(years[1:-1])
    assert set(years[1:-1]) == {1, 2, 3}


@QUICK
@given(BIRTHS, KINDS)
def test_who_is_born_later_retires_later_and_never_beyond_the_last_step(born: date, kind: str) -> None:
    age, step, most, _ = WORKERS[kind]
    now, later = (retirement(Worker(day, kind)).values for day in (born, add_months(born, 1)))
    assert 0 <= now["later"] <= later["later"] <= min(most, now["later"] + 1)
    assert now["month"] < later["month"]
    assert add_months(born, age * 12) <= now["earliest"] <= now["month"] < now["latest"]
    assert now["later"] < most or born >= add_months(date(2025, 1, 1), (most - 1) * step - age * 12)


def test_the_steps_of_the_official_table() -> None:
    for kind, first, last in (("man", 1965, 1976), ("cadre", 1970, 1981), ("worker", 1975, 1984)):
        step, most = WORKERS[kind][1], WORKERS[kind][2]
        born = [date(year, month, 1) for year in range(first, last + 1) for month in range(1, 13)]
        table = [number for number in range(1, most + 1) for _ in range(step)]
        assert [months_later(day, kind) for day in born] == table
        assert months_later(add_months(born[0], -1), kind) == 0


def test_the_least_contributions_grow_by_half_a_year_from_2030_to_2039() -> None:
    assert [contribution_months(year) for year in (2025, 2029, 2030, 2031, 2038, 2039, 2050)] == [
        180,
        180,
        186,
        192,
        234,
        240,
        240,
    ]


@QUICK
@given(ANY_DAY, st.integers(0, 800))
def test_a_workers_deadline_lies_behind_the_employers(happened: date, after: int) -> None:
    values = injury(Injury(happened, happened + timedelta(after))).values
    assert values["employer"] - happened == timedelta(30)
    assert timedelta(365) <= values["worker"] - happened <= timedelta(366)


@QUICK
@given(ANY_DAY, st.none() | st.integers(0, 800))
def test_a_demand_never_shortens_the_time(began: date, after: int | None) -> None:
    claimed = began + timedelta(after) if after is not None else None
    values = arbitration(Dispute(began, began, False, claimed)).values
    assert values["deadline"] >= values["first"] == add_months(began, 12)
    assert values["deadline"] <= add_months(values["first"], 12)


@QUICK
@given(ANY_DAY, st.integers(0, 700))
def test_months_that_are_added_are_found_again(start: date, months: int) -> None:
    end = add_months(start, months)
    assert whole_months(start, end) == (months, False)
    assert whole_months(start, end + timedelta(1)) == (months, True)
    assert end - timedelta(1) <= last_day(start, months) <= end
