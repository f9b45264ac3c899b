"""Rules for a generator, beside the rules for all networks."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo import rng
from ganzoo.testing.findings import Fault, rule
from ganzoo.testing.inspection import perturb, same
from ganzoo.testing.scenes import COUNT, drawn, working
from ganzoo.testing.subject import Subject

SLACK = 1e-5  # fraction of the range, for rounding


@rule(
    "evaluates",
    "generator",
    asks="In evaluation a z gives the same sample whenever it is drawn and whatever samples are "
    "drawn beside it, and another z gives another sample.",
    mend="Draw no random numbers where self.training is False; compute nothing over the samples "
    "of a batch there, as batch normalisation does not; and use z.",
)
def evaluates(subject: Subject) -> Iterator[Fault]:
    for scene in working(subject):
        if scene.path != "generator":
            continue
        game = scene.game()
        perturb(game.generator, 0.3)
        game.eval()
        draws = ((0, 1), (0, 2), (0, 1, COUNT // 2), (1, 1))
        x, again, few, other = (drawn(scene, game, *draw) for draw in draws)
        if x is None or again is None or few is None or other is None:
            continue  # the rule "samples" says it
        if not same(x, again):
            yield Fault("the samples differ when they are drawn again", case=scene.case)
        elif not torch.allclose(x[: len(few)], few, rtol=1e-3, atol=1e-4):
            yield Fault("samples depend on those drawn beside them", case=scene.case)
        elif not game.conditions() and same(x, other):
            yield Fault("another z gives the same samples", case=scene.case)


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
