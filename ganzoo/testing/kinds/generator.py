"""Rules for a generator, beside the rules for all networks."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo import rng
from ganzoo.testing.findings import Fault, rule
from ganzoo.testing.inspection import perturb
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject

SLACK = 1e-5  # fraction of the range, for rounding


@rule(
    "samples",
    "generator",
    asks="It maps z (N, z_dim) to samples (N, *spec.shape) in [spec.low, spec.high], for any "
    "weights.",
    mend="Take the sizes of all layers from spec.shape, and end with .reshape(-1, *spec.shape). "
    "If spec.bounded, squash the output: spec.ranged(a.tanh()).",
)
def samples(subject: Subject) -> Iterator[Fault]:
    for scene in working(subject):
        if scene.path != "generator":  # in another role its output may be no sample
            continue
        game = scene.game()
        spec, real = game.g_spec(), game.real(scene.batch(game))
        for std in (0.0, 1.0):  # the first weights, then large weights, as after a training
            perturb(game.generator, std)
            with rng.seeded(1), torch.no_grad():
                x = game.fake(real).x
            wanted = (len(real), *spec.shape)
            if x is None or tuple(x.shape) != wanted:
                shape = None if x is None else tuple(x.shape)
                yield Fault(f"the shape of x is {shape}, not {wanted}", case=scene.case)
                break
            slack = SLACK * (spec.high - spec.low)
            if spec.bounded and ((x < spec.low - slack) | (x > spec.high + slack)).any():
                bounds = f"[{spec.low:g}, {spec.high:g}]"
                text = f"x goes from {x.min():.3g} to {x.max():.3g}, outside {bounds}"
                yield Fault(text, case=scene.case)
                break
