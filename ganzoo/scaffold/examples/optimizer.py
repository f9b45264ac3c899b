"""Optimistic gradient descent."""

import torch
from ganzoo import register


@register("optimizer", "my-optimistic", paper="arXiv:1711.00141, equation 2")
class Optimistic(torch.optim.Optimizer):
    """A step subtracts lr * (2 g - h); g is the gradient, h the one of the last step.

    The method uses g as a prediction of the next gradient. In a bilinear game it
    converges, where gradient descent does not.

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
