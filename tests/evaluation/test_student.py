"""The quantiles of Student's t, against the tables and against its density."""

from __future__ import annotations

import math

import pytest

from ganzoo.evaluation.report.student import factor, within

# Two-sided 95 % quantiles, as in every table of the distribution.
TABLE = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 9: 2.262, 10: 2.228, 30: 2.042, 120: 1.980}


@pytest.mark.parametrize(("degrees", "quantile"), TABLE.items())
def test_the_quantiles_are_those_of_the_tables(degrees: int, quantile: float) -> None:
    assert factor(degrees) == pytest.approx(quantile, abs=5e-4)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 12])
@pytest.mark.parametrize("t", [0.3, 1.0, 2.5])
def test_the_probability_is_the_integral_of_the_density(degrees: int, t: float) -> None:
    constant = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2))
    constant /= math.sqrt(degrees * math.pi)
    cells, step = 20_000, 2 * t / 20_000
    middles = (-t + (cell + 0.5) * step for cell in range(cells))
    total = sum((1 + x * x / degrees) ** (-(degrees + 1) / 2) for x in middles)
    assert within(t, degrees) == pytest.approx(constant * total * step, abs=1e-7)


def test_for_many_numbers_it_is_the_normal_distribution() -> None:
    assert factor(100_000) == pytest.approx(1.95996, abs=1e-4)
