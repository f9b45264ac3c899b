"""Rules for a game, beside those for everything that plays."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.assembly.build import build
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.looking import same
from ganzoo.testing.scenes import Scene, working
from ganzoo.testing.subject import Subject

COUNT = 8


@rule(
    "samples",
    "game",
    "recipe",
    asks="From the weights of sampling_state() alone it generates finite samples of the data's "
    "shape, the same ones under a seed, other ones under another; images lie in [low, high].",
    mend="Let generate(noise) return noise.replace(x=...), draw noise from the generator that "
    "noise() is given alone, and name every role that generating takes in roles(), with "
    "sampling=True.",
)
def samples(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        seeds = ((3, 1), (3, 2), (4, 1))
        x, again, other = (_drawn(scene, *each) for each in seeds)
        spec = scene.data.spec(scene.recipe.low, scene.recipe.high)
        wanted = (COUNT, *spec.shape)
        if x is None or again is None or other is None or tuple(x.shape) != wanted:
            found = "missing" if x is None else tuple(x.shape)
            yield Seen(f"x is {found}, not {wanted}", case=scene.case)
            continue
        if not x.isfinite().all():
            yield Seen("they are not finite", case=scene.case)
        elif ((x < spec.low - 1e-4) | (x > spec.high + 1e-4)).any():
            shown = f"from {x.min():.3g} to {x.max():.3g}"
            yield Seen(f"they go {shown}, outside [{spec.low:g}, {spec.high:g}]", scene.case)
        if not same(x, again):
            yield Seen("they differ under the same seed", case=scene.case)
        if same(x, other):
            yield Seen("they are the same under another seed", case=scene.case)


def _drawn(scene: Scene, seed: int, around: int) -> Tensor | None:
    """Samples of a game with the networks of sampling alone, as a generator's file has them.
    ``around``: the global seed, which must not matter."""
    engine = scene.engine()
    spec = scene.data.spec(scene.recipe.low, scene.recipe.high)
    with rng.seeded(5):
        game = build(scene.recipe, spec, scene.registry, training=False)
    missing = game.load_state_dict(engine.averaged.sampling_state(), strict=False).missing_keys
    wanted = [key for key in game.sampling_state() if key in missing]
    if wanted:
        raise KeyError(f"{wanted[0]} is not in sampling_state()")
    with rng.seeded(around), torch.no_grad():
        noise = game.eval().noise(COUNT, seed)
    with rng.seeded(1), torch.no_grad():
        return game.generate(noise).x


@rule(
    "given",
    "game",
    asks="It holds every name of givable(): a label in a conditional game, the prior's codes.",
    mend="Let give(noise, name, value) return the noise with that label or code, and leave out of "
    "givable() whatever cannot be held.",
)
def given(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        game = scene.game()
        for name in game.givable():
            noise = game.noise(COUNT, given={name: 0})
            if name == "label" and (noise.y is None or bool(noise.y.ne(0).any())):
                yield Seen("given label 0, it draws noise with others", case=scene.case)
