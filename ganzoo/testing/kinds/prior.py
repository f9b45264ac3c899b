"""Rules for a prior."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.errors import UsageError
from ganzoo.interfaces import NoisePrior
from ganzoo.testing.findings import Fault, described, rule
from ganzoo.testing.inspection import same
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject
from ganzoo.types import Batch

CPU = torch.device("cpu")
UNLIKELY = (-1, 1e6, 0.5)  # values that a code of categories does not have


@rule(
    "noise",
    "prior",
    asks="For any n, draw(n) gives z, finite float32 of shape (n, dim), a draw of its own for "
    "each row, and n rows of each latent code; `codes` has the length in z of each code, and "
    "give() fixes a code. For a value that the code does not have, give() raises UsageError.",
    mend="Draw for example torch.randn(n, self.dim, ...), in torch's default precision, and set "
    "self.dim and self.codes in the constructor. Let give() compare the value with the values of "
    "the code: a code of categories has whole numbers only.",
)
def noise(subject: Subject) -> Iterator[Fault]:
    prior = _prior(subject)
    for n in (1, 8, 1000):
        batch = prior.draw(n, device=CPU)
        z, case = batch.z, f"n={n}"
        if not isinstance(z, Tensor) or tuple(z.shape) != (n, prior.dim):
            shape = tuple(z.shape) if isinstance(z, Tensor) else "missing"
            yield Fault(f"z is {shape}, and dim is {prior.dim}", case)
            return
        if z.dtype != torch.float32 or not z.isfinite().all():
            yield Fault(f"z is {z.dtype}, or not finite", case)
        if n > 1 and bool((z == z[0]).all()):
            yield Fault("all rows of z are equal", case)
        for name, code in batch.code.items():
            if code.dim() == 0 or len(code) != n:
                yield Fault(f"code {name!r} is {tuple(code.shape)}", case)
    for name in prior.codes:
        if name not in batch.code:
            yield Fault(f"`codes` names {name!r}, which draw() does not return")
        else:
            yield from _given(prior, batch, name)


def _given(prior: NoisePrior, batch: Batch, name: str) -> Iterator[Fault]:
    """The faults of give() for the value 0, which every code has, and for values that it may lack:
    give() may refuse them."""
    z = cast(Tensor, batch.z)
    for value in (0, *UNLIKELY):
        try:
            fixed = prior.give(batch, name, value)
        except UsageError:
            if value == 0:
                raise
            continue
        except Exception as error:
            text = f"give() fails for the value {value:g} of {name!r}: {described(error)}"
            yield Fault(text)
            return
        if not isinstance(fixed.z, Tensor) or fixed.z.shape != z.shape:
            yield Fault(f"give() changes the shape of z for {name!r}")
            return
        categories = not batch.code[name].is_floating_point()
        if categories and bool(fixed.code[name].ne(value).any()):
            yield Fault(f"give() takes the value {value:g} of {name!r} for another value")
            return


@rule(
    "generator",
    "prior",
    asks="With a generator, it draws only from this generator, and does not change torch's global "
    "one; without a generator, it draws from torch's global one.",
    mend="Pass generator=generator to every function that draws random numbers.",
)
def generator(subject: Subject) -> Iterator[Fault]:
    prior = _prior(subject)

    def drawn(seed: int | None, global_seed: int) -> Tensor:
        own = None if seed is None else torch.Generator().manual_seed(seed)
        with rng.seeded(global_seed):
            before = torch.get_rng_state()
            batch = prior.draw(8, device=CPU, generator=own)
            changed.append(not torch.equal(before, torch.get_rng_state()))
        parts = [cast(Tensor, batch.z), *batch.code.values()]
        return torch.cat([part.reshape(len(part), -1).double() for part in parts], 1)

    changed: list[bool] = []
    if not same(drawn(3, global_seed=1), drawn(3, global_seed=2)):
        yield Fault("with a generator, it also draws from another one")
    elif any(changed):
        yield Fault("with a generator, it changes the global one")
    elif same(drawn(3, global_seed=1), drawn(4, global_seed=1)):
        yield Fault("it draws the same noise from generators with different seeds")
    if not same(drawn(None, global_seed=1), drawn(None, global_seed=1)):
        yield Fault("for the same global seed, it draws different noise")


def _prior(subject: Subject) -> NoisePrior:
    scene = working(subject)[0]
    return cast(NoisePrior, scene.member(scene.game()))
