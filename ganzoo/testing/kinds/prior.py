"""What is asked of a prior."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import torch

from ganzoo import rng
from ganzoo.assembly.signature import options_of
from ganzoo.errors import UsageError
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.places import told
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import accelerators, differing, on_meta, saved_and_read
from ganzoo.testing.trials import working
from ganzoo.testing.trials.prior import PriorTrial


@rule(
    "shape",
    "prior",
    asks="draw(n) fills z of the shape (n, dim), and n rows of every code, for any n.",
    mend="Draw torch.randn(n, self.dim, ...) or the like; a code has n rows too.",
)
def shape(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PriorTrial):
        for n in (1, 8):
            drawn = trial.draws(trial.build(), n)
            if "z" not in drawn:
                yield Seen("it draws no z", case=f"n={n}")
            for name, tensor in drawn.items():
                found = tuple(tensor.shape)
                if found[:1] != (n,) or (name == "z" and len(found) != 2):
                    yield Seen(f"{name} is {found}", case=f"n={n}")


@rule(
    "dim",
    "prior",
    asks="`dim` is the length of z, and an option called dim makes it longer.",
    mend="Set self.dim in the constructor to the length of what draw() gives.",
)
def dim(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PriorTrial):
        priors = {"as made": trial.build()}
        if "dim" in options_of(subject.target, "prior"):
            with suppress(UsageError):  # such a length may be none for it
                priors |= {f"dim={n}": trial.build(dim=n) for n in (8, 9)}
        for case, prior in priors.items():
            width = trial.draws(prior)["z"].shape[-1]
            if prior.dim != width:
                yield Seen(f"dim is {prior.dim!r}, and z has a length of {width}", case=case)
        if len(priors) > 1 and priors["dim=9"].dim != priors["dim=8"].dim + 1:
            yield Seen("turning the option from 8 to 9 does not make z longer by 1", case="dim=9")


@rule(
    "dtype",
    "prior",
    asks="z is float32.",
    mend="Draw in torch's default precision, and convert what comes from numpy with .float().",
)
def dtype(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PriorTrial):
        found = trial.draws(trial.build()).get("z")
        if found is not None and found.dtype != torch.float32:
            yield Seen(f"it is {found.dtype}")


@rule(
    "finite",
    "prior",
    asks="All that it draws is finite.",
    mend="Look for the logarithm of 0 and for a division by 0.",
)
def finite(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PriorTrial):
        for name, tensor in trial.draws(trial.build(), 1000).items():
            if not tensor.isfinite().all():
                yield Seen(f"{name} is not")


@rule(
    "device",
    "prior",
    asks="It draws on the device that it is asked to.",
    mend="Pass device=device to every function that makes a tensor.",
)
def device(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PriorTrial):
        expected = trial.draws(trial.build())
        try:
            found = trial.draws(trial.build(), around=on_meta())
        except (RuntimeError, NotImplementedError) as error:
            yield Seen(f"a tensor is made on the default device: {told(error)}")
            continue
        if differing(found, expected):
            yield Seen("what it draws depends on the default device")
        for kind in accelerators():
            for name, tensor in trial.draws(trial.build().to(kind), device=kind).items():
                if tensor.device.type != kind:
                    yield Seen(f"asked for {kind}, {name} is on {tensor.device}")


@rule(
    "deterministic",
    "prior",
    asks="Given a generator, it draws from that alone: the same for the same seed, whatever the "
    "global generators' state, which it leaves alone; given none, it follows torch's global seed.",
    mend="Pass generator=generator to every function that draws, and draw from nothing else.",
)
def deterministic(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PriorTrial):
        prior = trial.build()

        first, again, elsewhere = (
            trial.draws(prior, seed=seed, generator=torch.Generator().manual_seed(3))
            for seed in (1, 1, 2)
        )
        if differing(first, again):
            yield Seen("given a generator with the same seed, it draws something else")
        elif differing(first, elsewhere):
            yield Seen("given a generator, it draws from the global one all the same")
        elif _moves_the_global_one(trial):
            yield Seen("given a generator, it moves the global one")
        if differing(trial.draws(prior, seed=1), trial.draws(prior, seed=1)):
            yield Seen("under the same global seed, it draws something else")


def _moves_the_global_one(trial: PriorTrial) -> bool:
    prior = trial.build()
    before = rng.state()
    prior.draw(8, device=torch.device("cpu"), generator=torch.Generator().manual_seed(3))
    return bool(differing(before, rng.state()))


@rule(
    "state",
    "prior",
    asks="What its state_dict holds, read back from a safetensors file, makes it draw the same.",
    mend="Keep tables drawn in the constructor (centres, directions) in buffers: register_buffer.",
)
def state(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PriorTrial):
        first, other = trial.build(), trial.build(seed=5)
        trial.draws(first)
        other.load_state_dict(saved_and_read(first))
        if differing(trial.draws(first, seed=2), trial.draws(other, seed=2)):
            yield Seen("it draws something else")
