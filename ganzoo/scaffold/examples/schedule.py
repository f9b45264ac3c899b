"""A polynomial decay."""

from ganzoo import Moment, Positive, Schedule, register


@register("schedule", "my-polynomial")
class Polynomial(Schedule):
    """start * (1 - t)^power, where t goes from 0 to 1 until the moment ``until``.

    Args:
        start: value at step 0.
        power: 1 is a straight line; a larger power falls earlier, a smaller one later.
        until: end of the decay; up to 1 a fraction of the run, above 1 a step.
    """

    def __init__(
        self, start: float, power: Positive = 2.0, until: Moment = 1.0
    ) -> None:
        self.start, self.power, self.until = start, power, until

    def value(self, step: int) -> float:
        left = max(1 - step / self.until, 0.0)
        return self.start * left**self.power
