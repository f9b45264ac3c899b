"""The game differs from the standard one in its first steps."""

import torch
from ganzoo import Batch, NoisePrior, Spec

from game import HeadStart


class Zeros(NoisePrior):
    dim = 1

    def draw(self, n, *, device, generator=None):
        return Batch(z=torch.zeros(n, 1, device=device))


def test_d_has_more_updates_in_the_first_steps() -> None:
    game = HeadStart(Spec((2,)), Zeros(), first=2, more=3, d_updates=2)
    usual = [("d",), ("d",), ("g",)]
    assert [*game.updates(2)] == [("d",)] * 3 + usual
    assert [*game.updates(3)] == usual
