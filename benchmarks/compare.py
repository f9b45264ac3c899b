"""ganzoo beside other training loops, and beside the floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from benchmarks.floor import Floor
from benchmarks.measure import Times, take_turns
from benchmarks.subjects import REGISTRY, Subject
from benchmarks.tutorial import LOOPS
from ganzoo import Engine
from ganzoo.assembly.build import build
from ganzoo.device import is_cuda
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.graph import CudaCapture

FLOOR, TUTORIAL, TORCHGAN = "floor", "tutorial", "torchgan"


def compare(
    subject: Subject, *, device: str, turns: int, seconds: float, clock: str
) -> dict[str, Any]:
    """The loops that train one subject, as in speed.json: the median milliseconds of a step, the
    share of the floor that is reached, and the ratio to the tutorial's loop."""
    loops = dict(contestants(subject, device))
    times = take_turns(loops, turns=turns, seconds=seconds, clock=clock, device=device)
    return {
        "subject": subject.name,
        "device": device,
        "batch_size": subject.recipe.batch_size,
        "loops": {loop: line(times, loop) for loop in loops},
    }


def line(times: Times, loop: str) -> dict[str, float]:
    """The numbers of one loop. of_floor: 1 is as fast as the floor. of_tutorial: 2 is twice as fast
    as the tutorial's loop."""
    numbers = {
        "ms": 1000 * times.median(loop),
        "of_floor": 1 / times.ratio(loop, FLOOR),
    }
    if TUTORIAL in times.seconds:
        numbers["of_tutorial"] = times.ratio(TUTORIAL, loop)
    return {name: round(number, 3) for name, number in numbers.items()}


def contestants(subject: Subject, device: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """The loops by name, each as a function that takes a step."""
    yield FLOOR, Floor(subject, device).step
    if subject.tutorial:
        yield TUTORIAL, LOOPS[subject.tutorial](subject, device).step
    if subject.tutorial == "gan" and (torchgan := trainer_of_torchgan()):
        yield TORCHGAN, torchgan(subject, device).step
    yield "fp32", engine(subject, device).advance
    if is_cuda(device):
        yield "fp32, without graphs", engine(subject, device, graphs=False).advance
    if subject.shares:
        yield "fp32, shared fakes", engine(subject, device, shared=True).advance
    options: dict[str, Any] = {"device": device, "shared": subject.shares}
    if is_cuda(device):
        yield "tf32", engine(subject, arithmetic=Arithmetic("tf32"), **options).advance
    if subject.convolutional:
        arithmetic = Arithmetic("fp32", "channels-last")
        yield "fp32, channels last", engine(subject, arithmetic=arithmetic, **options).advance
    yield "bf16", engine(subject, arithmetic=Arithmetic("bf16"), **options).advance
    if subject.convolutional:
        arithmetic = Arithmetic("bf16", "channels-last")
        yield "bf16, channels last", engine(subject, arithmetic=arithmetic, **options).advance


def engine(
    subject: Subject,
    device: str = "cpu",
    arithmetic: Arithmetic = Arithmetic(),  # noqa: B008 - it is frozen
    shared: bool = False,
    samples: int | None = None,
    graphs: bool = True,
) -> Engine:
    """A training of the subject by ganzoo. graphs: whether a GPU computes with CUDA graphs."""
    recipe = subject.playing(share_fakes=True) if shared else subject.recipe
    data = subject.data(samples) if samples else subject.data()
    game = build(recipe, data.spec(recipe.low, recipe.high), REGISTRY)
    capture = CudaCapture(torch.device(device)) if graphs and is_cuda(device) else None
    return Engine(game, data, recipe, device=device, arithmetic=arithmetic, capture=capture)


def trainer_of_torchgan() -> type | None:
    """torchgan's contestant, where torchgan can be imported."""
    try:
        from benchmarks.torchgan_trainer import TorchGan
    except ImportError:
        return None
    return TorchGan
