"""torch's optimizers and dispatch modes without torch's compiler.

torch decorates the methods of its optimizers and modes for ``torch.compile``. When a decorated
method is first called, torch imports its compiler, ``torch._dynamo``, which takes seconds; each
later call goes through the decorator. ganzoo compiles neither, so the classes here call the
functions under the decorators. Where a version of torch decorates nothing, they are torch's own
classes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.utils._python_dispatch import TorchDispatchMode


class DispatchMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is entered, its ``__torch_dispatch__`` is called in place of each operation."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # torch would import the compiler in order to skip it


class Uncompiled(Optimizer):
    """The decorated methods of the base class of all optimizers that ganzoo calls, without their
    decorators."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        inspect.unwrap(Optimizer.add_param_group)(self, param_group)

    def state_dict(self) -> dict[str, Any]:
        state: dict[str, Any] = inspect.unwrap(Optimizer.state_dict)(self)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        inspect.unwrap(Optimizer.load_state_dict)(self, state_dict)


def _step(kind: type[Optimizer]) -> Any:
    """The class's ``step`` without its decorators, of which one switches gradients off."""
    return torch.no_grad()(inspect.unwrap(kind.step))


class _Fused(Uncompiled):
    """A step of torch's Adam or AdamW with ``fused=True``, which calls the kernel at once. torch's
    own step also chooses among kernels and options that ganzoo's functions do not offer, and adds 1
    to each step number by an operation of its own: for small networks on a CPU it takes half as
    long again as the kernel."""

    _kernel: Callable[..., None]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # A gradient scaler unscales the gradients itself, and leaves out a step with infinite ones:
        # torch's own step hands both to the kernel.
        self._step_supports_amp_scaling = False

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the weights. ``closure``, as in torch: evaluates the loss again."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            alike: dict[Any, list[Tensor]] = {}  # a kernel moves weights of one device and type
            for weight in group["params"]:
                if weight.grad is not None:
                    alike.setdefault((weight.device, weight.dtype), []).append(weight)
            for weights in alike.values():
                self._move(weights, group)
        return loss

    def _move(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        states = [self.state[weight] or self._started(weight) for weight in weights]
        steps = [state["step"] for state in states]
        torch._foreach_add_(steps, _ONE if steps[0].is_cpu else 1)
        type(self)._kernel(
            weights,
            [weight.grad for weight in weights],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            steps,
            lr=group["lr"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )

    def _started(self, weight: Tensor) -> dict[str, Tensor]:
        """The state of a weight before its first step, as torch's Adam makes it."""
        state: dict[str, Tensor] = self.state[weight]
        state["step"] = torch.zeros((), device=weight.device, dtype=torch.float32)
        state["exp_avg"] = torch.zeros_like(weight, memory_format=torch.preserve_format)
        state["exp_avg_sq"] = torch.zeros_like(weight, memory_format=torch.preserve_format)
        return state


_ONE = torch.tensor(1.0)  # a number would be made a tensor anew for each weight


class Adam(_Fused, torch.optim.Adam):
    _kernel = staticmethod(torch._fused_adam_)


class AdamW(_Fused, torch.optim.AdamW):
    _kernel = staticmethod(torch._fused_adamw_)


class SGD(Uncompiled, torch.optim.SGD):
    step = _step(torch.optim.SGD)


class RMSprop(Uncompiled, torch.optim.RMSprop):
    step = _step(torch.optim.RMSprop)
