"""A polynomial decay."""

from ganzoo import Moment, Positive, Schedule, register


@register("schedule", "my-polynomial")
class Polynomial(Schedule):
    """start * (1 - t)^power, where t goes from 0 to 1 until the moment ``until``.

    Args:
        start: the number in the first step.
        power: 1 for a straight line; more to fall early, less to fall late.
        until: a fraction of the run up to 1, a step above 1.
    """

    def __init__(
        self, start: float, power: Positive = 2.0, until: Moment = 1.0
    ) -> None:
        self.start, self.power, self.until = start, power, until

    def value(self, step: int) -> float:
        left = max(1 - step / self.until, 0.0)
        return self.start * left**self.power
