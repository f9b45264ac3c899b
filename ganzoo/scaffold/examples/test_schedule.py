"""The schedule compared with values computed by hand."""

import pytest

from schedule import Polynomial


@pytest.mark.parametrize(
    ("step", "value"), [(0, 8.0), (50, 2.0), (100, 0.0), (150, 0.0)]
)
def test_the_value_is_a_power_of_the_share_of_steps_left(step, value) -> None:
    assert Polynomial(8.0, power=2.0, until=100).value(step) == pytest.approx(value)
