"""CUDA graphs: the forward and the backward pass of an update, captured once and then replayed, so
that the CPU launches one graph and not each kernel.

Optimizers, schedules, averages and the state that components move in ``updated`` stay outside of
the graphs. Nothing here needs a GPU but :class:`CudaCapture`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from ganzoo.engine.capturable import Key, Players, changed, obstacle, state, update_keys
from ganzoo.engine.game import Game
from ganzoo.engine.optimizers import PlayerOptimizer
from ganzoo.interfaces import Component
from ganzoo.types import Batch, Losses, Scores

WARM_UP = 3  # earlier steps with an update of the same key, before the update is captured

T = TypeVar("T")
Compute = Callable[[Players, Batch, int], Losses]


class Capture(Protocol):
    """How work on a device is captured. Work is a function without arguments that reads and writes
    tensors which stay in their place."""

    def aside(self, work: Callable[[], T]) -> T:
        """The result of the work, computed now, where captures take place: this warms them up."""

    def record(self, work: Callable[[], T]) -> tuple[T, Callable[[], None]]:
        """The result of the work, and a function that computes its tensors anew, in their place.
        The tensors hold no values before the function's first call."""


class CudaCapture:
    """Capture by ``torch.cuda.graph`` on one side stream, into one memory pool."""

    def __init__(self, device: torch.device) -> None:
        self._device = torch.device(device)
        with torch.cuda.device(self._device):
            self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            self._pool = torch.cuda.graph_pool_handle()

    def aside(self, work: Callable[[], T]) -> T:
        # Both waits also make it safe to free tensors of one stream that the other has read.
        current = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream):
            result = work()
        current.wait_stream(self._stream)
        return result

    def record(self, work: Callable[[], T]) -> tuple[T, Callable[[], None]]:
        with torch.cuda.device(self._device):
            generator = torch.cuda.default_generators[torch.cuda.current_device()]
            before = generator.clone_state()
            graph = torch.cuda.CUDAGraph()
            try:
                # torch.cuda.graph leaves its stream current when the end of a capture fails; the
                # outer context puts back the stream from before.
                with (
                    torch.cuda.stream(torch.cuda.current_stream()),
                    torch.cuda.graph(graph, pool=self._pool, stream=self._stream),
                ):
                    result = work()
            except Exception:
                # The generator still counts as captured after a failure, and would refuse to draw.
                generator.graphsafe_set_state(before)
                raise
        return result, graph.replay


@dataclass(frozen=True)
class _Captured:
    """A captured update: what it reads, what it computes, and the function that computes it."""

    batch: Batch
    losses: Losses
    gradients: Mapping[str, Sequence[Tensor | None]]  # by player
    replay: Callable[[], None]


class Graphs:
    """The captured updates of a game.

    compute: the losses of an update, with the gradients added to the weights of its players; step
    is its third argument. active: whether updates are captured. It becomes False, with a warning,
    where the game cannot be captured, or where a capture fails.
    """

    def __init__(
        self,
        game: Game,
        optimizers: Mapping[str, PlayerOptimizer],
        compute: Compute,
        capture: Capture,
        device: torch.device,
    ) -> None:
        self._game, self._optimizers = game, optimizers
        self._compute, self._capture = compute, capture
        self._numbers = _Numbers(game, device)
        self._state = state(game)
        self._captured: dict[Key, _Captured] = {}
        self._steps: dict[Key, tuple[int, int]] = {}  # the last step, and how many before it
        self.active = True
        if reason := obstacle(game, optimizers):
            self._end(reason)

    def start(self, updates: Sequence[Players], step: int) -> list[Key | None]:
        """Begin a step, once its scheduled numbers are set: a key for each of its updates, or None
        for an update that is not captured."""
        if not self.active:
            return [None] * len(updates)
        self._numbers.fill()
        return update_keys(self._game, updates, step)

    def gradients(self, key: Key, players: Players, batch: Batch, step: int) -> Losses:
        """The losses of an update; the gradients of its players are set. The tensors of the losses
        change in the next update with this key."""
        key = (*key, *((name, t.shape, t.dtype) for name, t in _tensors(batch)))
        captured = self._captured.get(key)
        if captured is not None:
            pairs = zip(_tensors(captured.batch), _tensors(batch), strict=True)
            for (_, static), (_, given) in pairs:
                static.copy_(given)
        elif self.active and self._earlier(key, step) >= WARM_UP:
            # Its batch is a copy of this one. To write to it again would forbid the backward pass
            # of a following update through kept fakes, which may have saved the labels.
            captured = self._record(key, players, batch, step)
        if captured is None:
            return self._eager(players, batch, step)
        captured.replay()
        for player, gradients in captured.gradients.items():
            self._set_gradients(player, gradients)
        return captured.losses

    def _eager(self, players: Players, batch: Batch, step: int) -> Losses:
        def work() -> Losses:
            return self._compute(players, batch, step)

        return self._capture.aside(work) if self.active else work()

    def _earlier(self, key: Key, step: int) -> int:
        """In how many earlier steps there was an update of that key."""
        last, earlier = self._steps.get(key, (step, 0))
        if last != step:
            earlier += 1
        self._steps[key] = step, earlier
        return earlier

    def _record(self, key: Key, players: Players, batch: Batch, step: int) -> _Captured | None:
        """Capture an update; None where that fails."""
        if replaced := changed(self._state, state(self._game)):
            self._end(f"{replaced} is not a buffer that is changed in place")
            return None
        static = batch.map(Tensor.clone)

        def work() -> tuple[Losses, dict[str, list[Tensor | None]]]:
            for player in players:
                self._set_gradients(player, None)
            with self._numbers.as_tensors():
                losses = self._compute(players, static, step)
            gradients = {
                player: [weight.grad for weight in self._optimizers[player].parameters]
                for player in losses.by_player
            }
            return _detached(losses), gradients

        try:
            (losses, gradients), replay = self._capture.record(work)
        except Exception as error:
            for player in players:
                self._set_gradients(player, None)
            self._game.forget_fakes()
            sentence = str(error).strip().partition("\n")[0] or type(error).__name__
            self._end(f"the capture of the update of {' and '.join(players)} failed ({sentence})")
            return None
        self._captured[key] = _Captured(static, losses, gradients, replay)
        return self._captured[key]

    def _set_gradients(self, player: str, gradients: Sequence[Tensor | None] | None) -> None:
        weights = self._optimizers[player].parameters
        for weight, gradient in zip(weights, gradients or [None] * len(weights), strict=True):
            weight.grad = gradient

    def _end(self, reason: str) -> None:
        self.active = False
        self._captured.clear()
        warnings.warn(f"Training without CUDA graphs: {reason}.", stacklevel=2)


class _Numbers:
    """The scheduled numbers of the components, each as a tensor () that graphs read."""

    def __init__(self, game: Game, device: torch.device) -> None:
        self._tensors = [
            (component, name, torch.zeros((), device=device))
            for component in game.modules()
            if isinstance(component, Component)
            for name in component.schedules
        ]

    def fill(self) -> None:
        """Take over the numbers of this step."""
        for component, name, tensor in self._tensors:
            tensor.fill_(getattr(component, name))

    @contextmanager
    def as_tensors(self) -> Iterator[None]:
        """Within it the components compute with the tensors, and not with the numbers."""
        before = [getattr(component, name) for component, name, _ in self._tensors]
        for component, name, tensor in self._tensors:
            setattr(component, name, tensor)
        try:
            yield
        finally:
            for (component, name, _), number in zip(self._tensors, before, strict=True):
                setattr(component, name, number)


def _tensors(batch: Batch) -> list[tuple[str, Tensor]]:
    named = {"x": batch.x, "z": batch.z, "y": batch.y}
    named |= {f"code.{name}": tensor for name, tensor in batch.code.items()}
    named |= {f"cond.{name}": tensor for name, tensor in batch.cond.items()}
    return [(name, tensor) for name, tensor in named.items() if tensor is not None]


def _detached(losses: Losses) -> Losses:
    """The losses without their graph of derivatives, whose memory the next capture may take."""

    def scores(some: Scores | None) -> Scores | None:
        if some is None:
            return None
        aux = {name: tensor.detach() for name, tensor in some.aux.items()}
        return Scores(some.score.detach(), some.batch.map(Tensor.detach), aux)

    by_player = {player: loss.detach() for player, loss in losses.by_player.items()}
    return Losses(by_player, scores(losses.real), scores(losses.fake))
