"""The optimizer compared with steps computed by hand."""

import pytest
import torch

from optimizer import Optimistic


def test_a_step_is_twice_the_gradient_minus_the_last_gradient() -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = Optimistic([weight], lr=0.1)
    expected = 1.0
    for gradient, last in ((3.0, 0.0), (1.0, 3.0), (1.0, 1.0)):
        weight.grad = torch.tensor([gradient])
        optimizer.step()
        expected -= 0.1 * (2 * gradient - last)
        assert weight.item() == pytest.approx(expected)


def test_a_bilinear_game_converges() -> None:
    x, y = (torch.nn.Parameter(torch.tensor(1.0)) for _ in range(2))
    optimizers = [Optimistic([player], lr=0.1) for player in (x, y)]
    for _ in range(2000):  # x minimises x y, y maximises it
        x.grad, y.grad = y.detach().clone(), -x.detach().clone()
        for optimizer in optimizers:
            optimizer.step()
    assert abs(x.item()) + abs(y.item()) < 1e-3
