"""The schedule of the averaged weights of R3GAN."""

import math

from ganzoo import Moment, Schedule


class HalfLife(Schedule):
    """The decay 0.5^(1 / h) of an average whose half-life of h steps goes from ``start`` to ``end``
    along half a cosine between the moments ``since`` and ``until`` (arXiv:2501.05441; in the code
    of its authors training/training_loop.py). The decay is 0 where h is 0.

    start, end: of the half-life, as moments: a fraction of the run up to 1, steps above 1.
    """

    def __init__(
        self,
        start: Moment = 0.0,
        end: Moment = 1 / 40,
        since: Moment = 0.0,
        until: Moment = 1.0,
    ) -> None:
        self.start, self.end, self.since, self.until = start, end, since, until

    def value(self, step: int) -> float:
        done = (step - self.since) / max(self.until - self.since, 1)
        done = min(max(done, 0.0), 1.0)
        half_life = self.end + (self.start - self.end) * (1 + math.cos(math.pi * done)) / 2
        return 0.5 ** (1 / half_life) if half_life > 0 else 0.0
