"""The noise of samples: the k-th of a seed is the same however many are drawn."""

from __future__ import annotations

from typing import ClassVar

import pytest
import torch

from ganzoo import Batch, NoisePrior, Part, Registry, UsageError
from ganzoo.assembly.build import component
from ganzoo.engine.noise import BLOCK, seeded_noise
from ganzoo_vanilla_mlp import priors

SIZES = (1, 7, 64, 65, BLOCK, 500)


class WithCode(NoisePrior):
    """A normal z whose last coordinates are a code, and labels of its own."""

    dim = 7
    codes: ClassVar = {"width": 2}

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(1))

    def draw(self, n, *, device, generator=None) -> Batch:
        z = torch.randn(n, self.dim, device=device, generator=generator) * self.scale
        y = torch.randint(0, 3, (n,), device=device, generator=generator)
        return Batch(z=z, y=y, code={"width": z[:, -2:]})


PRIORS = {
    "normal": priors.Normal(dim=5),
    "uniform": priors.Uniform(dim=7),
    "sphere": priors.UniformSphere(dim=3),
    "bernoulli": priors.Bernoulli(dim=11),
    "code": WithCode(),
}


@pytest.mark.parametrize("name", PRIORS)
def test_fewer_draws_are_the_first_of_more(name: str) -> None:
    whole = seeded_noise(PRIORS[name], 1000, seed=3)
    assert len(whole) == 1000
    for n in SIZES:
        some = seeded_noise(PRIORS[name], n, seed=3)
        assert torch.equal(some.z, whole.z[:n])
        assert (some.y is None) == (whole.y is None)
        assert some.y is None or torch.equal(some.y, whole.y[:n])
        for code, values in some.code.items():
            assert torch.equal(values, whole.code[code][:n])


def test_no_block_is_another_ones_or_another_seeds() -> None:
    draws = [seeded_noise(PRIORS["normal"], 3 * BLOCK, seed).z for seed in (0, 1, 2**63 - 1)]
    rows = torch.cat(draws)
    assert len(rows.unique(dim=0)) == len(rows)
    assert abs(rows.mean()) < 0.05
    assert abs(rows.std() - 1) < 0.05


def test_torchs_own_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    seeded_noise(PRIORS["code"], 5, seed=1)
    assert torch.equal(before, torch.get_rng_state())


def test_a_prior_need_not_tell_the_values_of_its_codes() -> None:
    with pytest.raises(UsageError, match="WithCode does not tell the values of its code 'width'"):
        WithCode().traversal("width", 3)
    with pytest.raises(UsageError, match="WithCode has no code 'height'"):
        WithCode().traversal("height", 3)


def test_all_installed_priors_tell_the_values_of_their_codes() -> None:
    registry = Registry.discover()
    names = [entry.name for entry in registry.entries("prior")]
    priors = [component("prior", Part(name), registry) for name in names]
    codes = [(prior, name) for prior in priors for name in prior.codes]
    assert {name for _, name in codes} >= {"category", "c1", "generator"}
    for prior, name in codes:
        noise = prior.draw(2, device=torch.device("cpu"))
        for value in prior.traversal(name, 3):
            given = prior.give(noise, name, value).code[name]
            assert given.tolist() == torch.full_like(given, value).tolist()
