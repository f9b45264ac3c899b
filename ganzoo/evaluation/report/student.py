"""Student's t distribution, for the interval of a mean of few numbers."""

from __future__ import annotations

import functools
import math

LEVEL = 0.95  # of the intervals: of so many of them the mean of the population is inside


@functools.cache
def factor(degrees: int) -> float:
    """Half the width of the interval of a mean at LEVEL, in standard errors. degrees: of freedom,
    the count of the numbers less one, at least 1."""
    low, high = 0.0, 1.0
    while within(high, degrees) < LEVEL:
        high *= 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if within(middle, degrees) < LEVEL else (low, middle)
    return high


def within(t: float, degrees: int) -> float:
    """The probability that Student's t with these degrees of freedom is between -t and t: the
    finite series for whole degrees (Abramowitz and Stegun, equations 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine = math.cos(angle)
    odd = degrees % 2
    term, total = cosine if odd else 1.0, 0.0
    for k in range(1 + odd, degrees, 2):
        total += term
        term *= k / (k + 1) * cosine * cosine
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
