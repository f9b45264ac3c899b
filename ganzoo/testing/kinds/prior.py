"""Rules for a prior."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.interfaces import NoisePrior
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.looking import same
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject

CPU = torch.device("cpu")


@rule(
    "noise",
    "prior",
    asks="draw(n) gives z, finite float32 of the shape (n, dim), and n rows of each latent code, "
    "for any n; `codes` names each code with its length in z, and give() holds it.",
    mend="Draw torch.randn(n, self.dim, ...) or the like, in torch's default precision, and set "
    "self.dim and self.codes in the constructor.",
)
def noise(subject: Subject) -> Iterator[Seen]:
    prior = _prior(subject)
    for n in (1, 8, 1000):
        batch = prior.draw(n, device=CPU)
        z, case = batch.z, f"n={n}"
        if not isinstance(z, Tensor) or tuple(z.shape) != (n, prior.dim):
            shape = tuple(z.shape) if isinstance(z, Tensor) else "missing"
            yield Seen(f"z is {shape}, and dim is {prior.dim}", case)
            return
        if z.dtype != torch.float32 or not z.isfinite().all():
            yield Seen(f"z is {z.dtype}, or not finite", case)
        for name, code in batch.code.items():
            if code.dim() == 0 or len(code) != n:
                yield Seen(f"code {name!r} is {tuple(code.shape)}", case)
    for name in prior.codes:
        if name not in batch.code:
            yield Seen(f"`codes` names {name!r}, which it does not draw")
        else:
            held = prior.give(batch, name, 0)
            if held.z is None or held.z.shape != batch.z.shape:  # type: ignore[union-attr]
                yield Seen(f"give() changes the shape of z for {name!r}")


@rule(
    "generator",
    "prior",
    asks="Given a generator, it draws from that alone and leaves the global one as it was; given "
    "none, it follows torch's global seed.",
    mend="Pass generator=generator to every function that draws, and draw from nothing else.",
)
def generator(subject: Subject) -> Iterator[Seen]:
    prior = _prior(subject)

    def drawn(seed: int | None, around: int) -> Tensor:
        given = None if seed is None else torch.Generator().manual_seed(seed)
        with rng.seeded(around):
            before = torch.get_rng_state()
            batch = prior.draw(8, device=CPU, generator=given)
            moved.append(not torch.equal(before, torch.get_rng_state()))
        parts = [cast(Tensor, batch.z), *batch.code.values()]
        return torch.cat([part.reshape(len(part), -1).double() for part in parts], 1)

    moved: list[bool] = []
    if not same(drawn(3, around=1), drawn(3, around=2)):
        yield Seen("given a generator, it draws from another all the same")
    elif any(moved):
        yield Seen("given a generator, it moves the global one")
    elif same(drawn(3, around=1), drawn(4, around=1)):
        yield Seen("it draws the same from generators with other seeds")
    if not same(drawn(None, around=1), drawn(None, around=1)):
        yield Seen("under the same global seed, it draws something else")


def _prior(subject: Subject) -> NoisePrior:
    scene = working(subject)[0]
    return cast(NoisePrior, scene.member(scene.game()))
