"""Parzen: a direct computation's, by the protocol of the paper's code."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ganzoo import Data, Registry, UsageError
from ganzoo_metrics import parzen
from ganzoo_metrics.parzen import SIGMAS, Parzen, log_likelihoods

from .metric_tools import noise, normal

Array = NDArray[np.float64]


def flat(samples: Data) -> Array:
    return samples.x.numpy().reshape(len(samples), -1) / 255.0


def direct(x: Array, means: Array, sigma: float) -> Array:
    """As ``parzen_ll.py`` has it, with its differences."""
    a = (x[:, None] - means[None]) / sigma
    exponents = -0.5 * (a**2).sum(2)
    top = exponents.max(1)
    inner = top + np.log(np.exp(exponents - top[:, None]).mean(1))
    normaliser = means.shape[1] * np.log(sigma * np.sqrt(np.pi * 2))
    return np.asarray(inner - normaliser)


def test_it_is_registered():
    entry = Registry.discover().get("metric", "parzen")
    assert (entry.plugin, entry.load()) == ("metrics", Parzen)
    assert Parzen.num_fakes == 10_000


def test_the_widths_are_the_papers():
    assert np.array_equal(SIGMAS, np.logspace(-1, 0, 10))


@pytest.mark.parametrize("spread", [40, 255])
def test_it_is_a_direct_computations(spread):
    """With fakes near enough that the choice of sigma is no matter of course."""
    train, real, fake = noise(80, 0), noise(70, 1), noise(60, 2)
    train, real, fake = (replace(data, x=data.x % spread) for data in (train, real, fake))
    valid = flat(train)[50:70]
    means = [direct(valid, flat(fake), sigma).mean() for sigma in SIGMAS]
    sigma = SIGMAS[int(np.argmax(means))]
    expected = direct(flat(real), flat(fake), sigma)
    assert sigma not in (SIGMAS[0] if spread > 40 else None, SIGMAS[-1])
    found = {
        "parzen": pytest.approx(expected.mean(), rel=1e-10),
        "parzen_standard_error": pytest.approx(expected.std() / math.sqrt(70), rel=1e-10),
        "sigma": sigma,
    }
    assert Parzen({"train": train}, valid_from=50, valid_count=20)(real, fake) == found
    limited = {"train": train.first(45), "rest": train.after(45)}  # they are the same images
    assert Parzen(limited, valid_from=50, valid_count=20)(real, fake) == found


def test_each_likelihood_agrees_whatever_the_pieces(monkeypatch):
    x, means = flat(noise(50, 0, (1, 28, 28))), flat(noise(40, 1, (1, 28, 28)))
    means[7] = x[3]  # a copy: the distance is 0
    for rows in (500, 7):
        monkeypatch.setattr(parzen, "ROWS", rows)
        found = log_likelihoods(torch.from_numpy(x), torch.from_numpy(means), (0.1, 0.4, 1.0))
        for sigma, row in zip((0.1, 0.4, 1.0), found, strict=True):
            np.testing.assert_allclose(row.numpy(), direct(x, means, sigma), rtol=1e-10)


def test_one_fake_is_one_gaussian():
    (found,) = log_likelihoods(torch.zeros(1, 2).double(), torch.ones(3, 2).double(), (0.5,))
    assert found.item() == pytest.approx(-math.log(2 * math.pi * 0.25) - 2 / (2 * 0.25))


def test_only_the_validation_images_choose():
    """Those of the protocol: from 50,000 on, the first 1,000."""
    fake, real = Data(noise(30, 2).x // 4), noise(30, 3)  # dark, far from white
    x = torch.full((51_500, 1, 5, 4), 255, dtype=torch.uint8)
    x[50_000:51_000] = fake.x[:1]  # so near a fake that the narrowest is best
    assert Parzen({"train": Data(x)})(real, fake)["sigma"] == SIGMAS[0]
    x[50_000:51_000] = noise(1000, 4).x
    assert Parzen({"train": Data(x)})(real, fake)["sigma"] > SIGMAS[0]


def test_what_it_refuses():
    images = noise(30)
    with pytest.raises(
        UsageError, match="from number 50000 on, and there are 30: set a smaller valid_"
    ):
        Parzen({"train": images}).check(images)
    small = Parzen({"train": images}, valid_from=20)
    with pytest.raises(UsageError, match=r"'parzen' is for images, and these .* shape \(8,\)"):
        small.check(normal(30))
    with pytest.raises(
        UsageError, match=r"shape \(1, 5, 4\) and the generated samples \(1, 4, 5\)"
    ):
        small(images, noise(30, 0, (1, 4, 5)))
    with pytest.raises(UsageError, match="needs 2 generated samples or more, and there are 1"):
        small(images, images.first(1))
    with pytest.raises(UsageError, match="valid_count of the metric 'parzen' must be 1 or more"):
        Parzen({"train": images}, valid_count=0)
