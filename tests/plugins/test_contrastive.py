"""The contrastive loss D2D-CE, by hand in double precision."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from ganzoo import Batch, Part, Scores, UsageError
from ganzoo_acgan.contrastive import DataToData

from .small import PLAIN, engine_of, images

LABELS = [0, 0, 1, 2]


def vectors(seed: int) -> Tensor:
    dice = torch.Generator().manual_seed(seed)
    return normalize(torch.randn(4, 5, dtype=torch.float64, generator=dice))


EMBEDDING, PROXY = vectors(0), vectors(1)


def scores(embedding: Tensor = EMBEDDING, proxy: Tensor = PROXY) -> Scores:
    batch = Batch(x=torch.zeros(4, 1), y=torch.tensor(LABELS))
    return Scores(torch.zeros(4), batch, {"embedding": embedding, "proxy": proxy})


def cosine(a: Tensor, b: Tensor) -> float:
    return (a @ b).item()


def data_to_data_by_hand(t: float, positive: float, negative: float) -> float:
    total = 0.0
    for i in range(4):
        near = math.exp(min(cosine(EMBEDDING[i], PROXY[i]) - positive, 0) / t)
        far = sum(
            math.exp(max(cosine(EMBEDDING[i], EMBEDDING[k]) - negative, 0) / t)
            for k in range(4)
            if LABELS[k] != LABELS[i]
        )
        total -= math.log(near / (near + far)) / 4
    return total


def test_d2d_ce_by_hand() -> None:
    loss = DataToData(weight=2.0, temperature=0.7, positive=0.4, negative=0.1)
    expected = 2 * data_to_data_by_hand(0.7, 0.4, 0.1)
    assert loss.discriminator(scores(), scores(PROXY)).item() == pytest.approx(expected, rel=1e-12)
    assert loss.generator(None, scores()).item() == pytest.approx(expected, rel=1e-12)


def test_cosines_beyond_the_margins_of_d2d_ce_have_no_gradient() -> None:
    """Each embedding is its proxy, and orthogonal to the samples of other classes."""
    rows = torch.eye(4, dtype=torch.float64).requires_grad_()
    loss = DataToData(positive=0.9, negative=0.1).generator(None, scores(rows, torch.eye(4)))
    loss.backward()
    assert rows.grad is not None
    assert not rows.grad.any()
    assert loss.item() == pytest.approx(0.5 * (2 * math.log(3) + 2 * math.log(4)) / 4)


def test_gradients_and_large_arguments() -> None:
    loss = DataToData()
    raw = torch.randn(4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(2))

    def value(x: Tensor, proxies: Tensor) -> Tensor:
        return loss.generator(None, scores(normalize(x), normalize(proxies)))

    assert torch.autograd.gradcheck(value, (raw.requires_grad_(), PROXY.clone().requires_grad_()))
    sharp = DataToData(temperature=1e-3)
    assert sharp.generator(None, scores()).isfinite()


def test_a_generator_that_takes_no_label_is_refused() -> None:
    recipe = PLAIN.replace(
        discriminator=Part("resnet", {"width": 4, "labels": "proxy"}),
        extra_losses=(Part("d2d-ce"),),
    )
    with pytest.raises(UsageError, match="this generator takes no label"):
        engine_of(recipe, images(1, 8, 8, classes=3))


def test_a_discriminator_without_embeddings_is_refused() -> None:
    recipe = PLAIN.replace(extra_losses=(Part("d2d-ce"),))
    said = r"gives 'embedding'.*discriminator\.labels=proxy"
    with pytest.raises(UsageError, match=said):
        engine_of(recipe, images(1, 8, 8, classes=3))
