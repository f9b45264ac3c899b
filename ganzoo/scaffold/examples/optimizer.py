"""Optimistic gradient descent."""

import torch
from ganzoo import register


@register("optimizer", "my-optimistic", paper="arXiv:1711.00141, equation 2")
class Optimistic(torch.optim.Optimizer):
    """Each step is lr * (2 g - h): g this step's gradient, h the last one's.

    It takes the last gradient for a forecast of the next one, with which the players of
    a bilinear game meet where plain descent circles.

    Args:
        lr: the learning rate.
    """

    def __init__(self, parameters, lr: float = 0.02) -> None:
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]  # its tensors are saved in checkpoints
                last = state.setdefault("last", torch.zeros_like(weight))
                weight.sub_(group["lr"] * (2 * weight.grad - last))
                last.copy_(weight.grad)
