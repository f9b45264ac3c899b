"""Rules for a generator alone."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo import rng
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.looking import stir
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject

SLACK = 1e-5  # of the range: for rounding


@rule(
    "samples",
    "generator",
    asks="It turns z (N, z_dim) into samples (N, *spec.shape) in [spec.low, spec.high], whatever "
    "its weights become.",
    mend="Take the sizes of all layers from spec.shape, and end with .reshape(-1, *spec.shape). "
    "Where spec.bounded, squash the output: low + (high - low) * a.sigmoid(), or the same with "
    "tanh.",
)
def samples(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        if scene.path != "generator":  # in another role it makes what that role is for
            continue
        game = scene.game()
        spec, real = game.g_spec(), game.real(scene.batch(game))
        for reach in (0.0, 1.0):  # the first weights, then great ones, as training may make them
            stir(game.generator, reach)
            with rng.seeded(1), torch.no_grad():
                x = game.fake(real).x
            wanted = (len(real), *spec.shape)
            if x is None or tuple(x.shape) != wanted:
                found = None if x is None else tuple(x.shape)
                yield Seen(f"x is {found}, not {wanted}", case=scene.case)
                break
            slack = SLACK * (spec.high - spec.low)
            if spec.bounded and ((x < spec.low - slack) | (x > spec.high + slack)).any():
                bounds = f"[{spec.low:g}, {spec.high:g}]"
                shown = f"x goes from {x.min():.3g} to {x.max():.3g}, outside {bounds}"
                yield Seen(shown, case=scene.case)
                break
