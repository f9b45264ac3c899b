"""Training in several processes, on torch.distributed, with the backends gloo and NCCL.

Every process computes its rows of each global batch. The gradients are averaged before a player
steps, so that all processes move the same weights in the same way. No network is wrapped.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import math
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import ParamSpec, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous

from ganzoo.engine import micro_batches
from ganzoo.engine.game import Game
from ganzoo.engine.sync_batch_norm import synchronise
from ganzoo.engine.world import World, several
from ganzoo.errors import GanzooError, Interrupted, OfProcess, ToldElsewhere, UsageError
from ganzoo.interfaces import Component, NoisePrior
from ganzoo.types import Batch

P = ParamSpec("P")
T = TypeVar("T")

TIMEOUT = timedelta(minutes=30)  # while the first process writes or measures, the others wait
GRACE = timedelta(seconds=2)  # in which the first process may have the same error
ASKED_EVERY = 0.25  # seconds between two agreements of the processes on whether to stop


class LostProcess(GanzooError):
    """The connection to another process is lost."""


def together(training: Callable[P, T]) -> Callable[P, T]:
    """A training that all processes of a launch end together: an error of one of them ends the
    others, and one process tells it. The others raise ToldElsewhere. Warnings are those of the
    first process."""

    @functools.wraps(training)
    def ended_together(*arguments: P.args, **named: P.kwargs) -> T:
        ranks = world()
        if not isinstance(ranks, Ranks):
            return training(*arguments, **named)
        ranks.trainings += 1
        try:
            with warnings.catch_warnings():
                if not ranks.is_first:
                    warnings.simplefilter("ignore")
                return training(*arguments, **named)
        except BaseException as error:
            if not ranks.tells(error):
                raise ToldElsewhere(str(error)) from error
            if ranks.is_first or not isinstance(error, Exception):
                raise
            known = isinstance(error, GanzooError)
            sentence = str(error) if known else f"{type(error).__name__}: {error}"
            raise OfProcess(f"In process {ranks.rank} of {ranks.size}: {sentence}") from error

    return ended_together


def world() -> World:
    """The processes of this training: this one alone, or those that torchrun has started. The
    first call in each process connects it to the others."""
    global _ranks
    if not several():
        return World()
    if _ranks is None:
        _ranks = Ranks()
    return _ranks


_ranks: Ranks | None = None


class Ranks(World):
    """This process among several.

    Torch's global generators draw the same numbers in every process, so that all of them shuffle
    the data alike and draw the noise of the global batch. Inside of ``own_draws`` they are seeded
    by the seed of the training, the step and the rank, so that the state of the shared numbers is
    the whole random state of a checkpoint.
    """

    def __init__(self) -> None:
        self._store, self.rank, self.size = next(rendezvous("env://", timeout=TIMEOUT))
        nccl = torch.cuda.is_available() and dist.is_nccl_available()
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if nccl else "gloo",
            store=self._store,
            rank=self.rank,
            world_size=self.size,
            timeout=TIMEOUT,
        )
        atexit.register(_leave)
        self.rows = slice(self.rank, None, self.size)
        self.trainings = 0  # begun by this process
        self._shared: dict[str, torch.Generator] = {}
        self._pass = 0, 0  # the step, and how many passes there were in it
        self._until_asked = self._counted = 1
        self._since = time.perf_counter()

    def tells(self, error: BaseException) -> bool:
        """Whether this process tells the error. The first process tells those that all processes
        have, and an end without words of another one; any other process tells its own."""
        lost = isinstance(error, LostProcess)
        failed, told = f"ganzoo failed {self.trainings}", f"ganzoo told {self.trainings}"
        try:
            if self.is_first and not lost:
                self._store.set(failed, "")
                return True
            if lost or isinstance(error, Interrupted):
                return self.is_first and not self._store.check([told])
            with suppress(dist.DistError):  # the time is over
                self._store.wait([failed], GRACE)
                return False
            self._store.set(told, "")
        except (dist.DistError, RuntimeError):  # the launcher has ended, with the store
            return self.is_first
        return True

    def device(self, name: str) -> str:
        kind, _, index = name.partition(":")
        if kind not in ("cpu", "cuda") or index:
            raise UsageError(
                f"Several processes cannot train on {name}: --device is cpu or cuda, of which each "
                "process takes a GPU of its own."
            )
        if kind == "cpu":
            return name
        local, count = int(os.environ.get("LOCAL_RANK", self.rank)), torch.cuda.device_count()
        if local >= count:
            raise UsageError(
                f"There is no GPU for every process: this machine has {count}. Start as many "
                f"processes as it has GPUs: torchrun --nproc-per-node {count}"
            )
        torch.cuda.set_device(local)
        return f"cuda:{local}"

    def prepare(self, game: Game, *, sync_batch_norm: bool) -> None:
        whole = game.batch_size
        share, rest = divmod(whole, self.size)
        if rest:
            raise UsageError(
                f"A batch of {whole} cannot be divided equally among {self.size} processes: choose "
                f"a batch_size that is a multiple of {self.size}."
            )
        if sync_batch_norm:
            for network in game.networks.values():
                synchronise(network)
        of = f"The share of each of {self.size} processes"
        micro_batches.check(game, share, of, ", or set sync_batch_norm=true")
        game.batch_size = share
        try:
            for module in game.modules():
                if isinstance(module, Component):
                    module.check(game)
        finally:
            game.batch_size = whole

    def noise(self, prior: NoisePrior, n: int, device: torch.device) -> Batch:
        shared = self._shared.get(device.type)
        return prior.draw(n * self.size, device=device, generator=shared)[self.rows]

    @contextmanager
    def own_draws(self, step: int) -> Iterator[None]:
        last, count = self._pass
        self._pass = step, count + 1 if step == last else 0
        seed = _digest(f"{torch.initial_seed()} {self._pass} {self.rank}")
        generators = _generators()
        self._shared = {one.device.type: one.clone_state() for one in generators}
        for one in generators:
            one.manual_seed(seed)
        try:
            yield
        finally:
            for one in generators:
                one.set_state(self._shared[one.device.type].get_state())
            self._shared = {}

    @contextmanager
    def moved_together(self, game: Game) -> Iterator[None]:
        before = [state.clone() for state in _state(game)]
        yield
        after = _state(game)
        if not after:
            return
        with torch.no_grad():
            moves = [*torch._foreach_sub(after, before)]
            self._average_all(moves)
            for own, old, move in zip(after, before, moves, strict=True):
                own.copy_(old + move)

    def average_gradients(self, parameters: Sequence[nn.Parameter]) -> None:
        self._average_all([weight.grad for weight in parameters if weight.grad is not None])

    @torch.no_grad()
    def _average_all(self, tensors: list[Tensor]) -> None:
        """Replace the tensors by their means, which takes one reduction."""
        if tensors:
            flat = self.average(torch.cat([tensor.reshape(-1) for tensor in tensors]))
            pieces = torch.split(flat, [tensor.numel() for tensor in tensors])
            means = [piece.view_as(own) for piece, own in zip(pieces, tensors, strict=True)]
            torch._foreach_copy_(tensors, means)

    def average(self, tensor: Tensor) -> Tensor:
        with _connected():
            dist.all_reduce(tensor)
        return tensor.div_(self.size)

    def align(self, tensors: Iterable[Tensor]) -> None:
        with _connected():
            for tensor in tensors:
                whole = tensor.detach().contiguous()
                dist.broadcast(whole, 0)
                tensor.detach().copy_(whole)
            for generator in _generators():
                state = generator.get_state()
                dist.broadcast(state, 0)
                generator.set_state(state)

    def text(self, text: str) -> str:
        plain = torch.tensor(list(text.encode(errors="surrogateescape")), dtype=torch.uint8)
        size = torch.tensor(len(plain))
        with _connected():
            dist.broadcast(size, 0)
            plain = plain if self.is_first else torch.empty(int(size), dtype=torch.uint8)
            dist.broadcast(plain, 0)
        return bytes(plain.tolist()).decode(errors="surrogateescape")

    def stops(self, asked: bool) -> bool:
        """The processes agree several times a second, not after each step. Until they do: False."""
        self._until_asked -= 1
        if self._until_asked:
            return False
        now = time.perf_counter()
        step_seconds = max((now - self._since) / self._counted, 1e-6)
        steps = min(max(math.ceil(ASKED_EVERY / step_seconds), 1), 1000) if self.is_first else 0
        agreed = torch.tensor([int(asked), steps])
        with _connected():
            dist.all_reduce(agreed, dist.ReduceOp.MAX)
        stop, self._until_asked = agreed.tolist()
        self._since, self._counted = now, self._until_asked
        return bool(stop)

    def agrees(self, asked: bool) -> bool:
        answer = torch.tensor(int(asked))
        with _connected():
            dist.all_reduce(answer, dist.ReduceOp.MAX)
        return bool(answer)


def _generators() -> list[torch.Generator]:
    """Torch's global generators: of the CPU, and of the GPU that this process uses."""
    found = [torch.default_generator]
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        found.append(torch.cuda.default_generators[torch.cuda.current_device()])
    return found


def _state(game: Game) -> list[Tensor]:
    """The state that scores move: the floating-point buffers of the game, and of all its components
    but the networks. Other modules of a game, such as a pool of samples, are of one process."""
    parts = (game.prior, game.loss, game.penalties, game.augmentations)
    tensors = [*game.buffers(recurse=False), *(t for part in parts for t in part.buffers())]
    return [tensor for tensor in tensors if tensor.is_floating_point()]


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


@contextmanager
def _connected() -> Iterator[None]:
    """Raises LostProcess where the processes cannot reach each other any more."""
    try:
        yield
    except RuntimeError as error:
        raise LostProcess(
            "The connection to another process of this training is lost: it was ended, perhaps for "
            "lack of memory, or its machine cannot be reached. `ganzoo --debug` shows more."
        ) from error


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()
