"""ganzoo's Adam and AdamW compute what torch's compute, bit for bit."""

from __future__ import annotations

import pytest
import torch
from torch.nn import Parameter

from ganzoo.engine import uncompiled

PAIRS = {
    "adam": (uncompiled.Adam, torch.optim.Adam),
    "adamw": (uncompiled.AdamW, torch.optim.AdamW),
}


@pytest.mark.parametrize("name", PAIRS)
def test_weights_and_state_equal_torchs_also_after_a_restored_state(name: str) -> None:
    torch.manual_seed(0)
    first = [torch.randn(7, 5), torch.randn(3), torch.randn(4, dtype=torch.float64)]
    trainings = []
    for kind in PAIRS[name]:
        torch.manual_seed(1)
        weights = [Parameter(tensor.clone()) for tensor in first]

        def new(kind=kind, weights=weights) -> torch.optim.Optimizer:
            return kind(weights, lr=0.01, betas=(0.5, 0.9), weight_decay=0.1, fused=True)

        optimizer = new()
        for step in range(6):
            if step == 3:
                state = optimizer.state_dict()
                optimizer = new()
                optimizer.load_state_dict(state)
            for place, weight in enumerate(weights):
                absent = step == 1 and place == 0  # a weight without a gradient stays as it is
                weight.grad = None if absent else torch.randn_like(weight)
            optimizer.step()
        trainings.append((weights, optimizer.state_dict()["state"]))
    (ours, our_state), (theirs, their_state) = trainings
    assert all(map(torch.equal, ours, theirs))
    for index, values in their_state.items():
        assert all(torch.equal(value, our_state[index][key]) for key, value in values.items())


def test_a_closure_evaluates_the_loss_with_gradients() -> None:
    weight = Parameter(torch.ones(2))
    optimizer = uncompiled.Adam([weight], lr=0.1, fused=True)

    def closure() -> torch.Tensor:
        loss = weight.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure) == 2
    torch.testing.assert_close(weight.detach(), torch.full((2,), 0.9))
