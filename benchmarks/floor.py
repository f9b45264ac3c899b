"""The floor of a step's time: its matrix products and convolutions, forward and backward, and the
memory traffic of its optimizers. A loop that trains the same networks by these kernels takes
longer, since it also computes all between them. On a GPU the kernels are launched as one CUDA
graph.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import flop_registry

from benchmarks.subjects import Subject
from ganzoo.data.batches import Batches
from ganzoo.device import is_cuda
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.graph import CudaCapture
from ganzoo.engine.uncompiled import DispatchMode
from ganzoo.training.rehearsal import Rehearsal


class Recorder(DispatchMode):
    """Keeps each matrix product and convolution with its arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func.overloadpacket in flop_registry:
            self.calls.append((func, args, kwargs))
        return func(*args, **kwargs)


class Floor:
    """The arithmetic of a step in which G's forward pass serves both updates, where the game allows
    that, and one call of the fused Adam for each player's update."""

    def __init__(self, subject: Subject, device: str) -> None:
        recipe = subject.recipe
        game = subject.game(share_fakes=True) if subject.shares else subject.game()
        game.to(device)
        data = subject.data()
        spec = data.spec(recipe.low, recipe.high)
        batch = next(Batches(data, spec, recipe.batch_size, torch.device(device)))
        rehearsal = Rehearsal(game, batch, Arithmetic())
        self.calls: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = []
        self.moves: list[Adam] = []
        players = game.players()
        for update, times in rehearsal.updates.items():
            with Recorder() as recorder:
                rehearsal.update(update)
            self.calls += times * recorder.calls
            for player in update:
                networks = [rehearsal.game.get_submodule(role) for role in players[player]]
                self.moves += times * [Adam([w for net in networks for w in net.parameters()])]
        self._launch = self._kernels
        if is_cuda(device):
            capture = CudaCapture(torch.device(device))
            capture.aside(self._kernels)
            _, self._launch = capture.record(self._kernels)

    def step(self) -> None:
        # Not the graph's own function, which would not keep the tensors of this object.
        self._launch()

    @torch.no_grad()
    def _kernels(self) -> None:
        for func, args, kwargs in self.calls:
            func(*args, **kwargs)
        for move in self.moves:
            move()


class Adam:
    """The fused kernel of Adam, over tensors of the weights' sizes."""

    def __init__(self, weights: list[Tensor]) -> None:
        self.tensors = [[torch.zeros_like(w, requires_grad=False) for w in weights] for _ in "wgmv"]
        self.steps = [torch.zeros((), device=w.device) for w in weights]

    def __call__(self) -> None:
        options = {"lr": 2e-4, "beta1": 0.5, "beta2": 0.999, "weight_decay": 0.0, "eps": 1e-8}
        torch._fused_adam_(*self.tensors, [], self.steps, amsgrad=False, maximize=False, **options)
