"""The Wasserstein divergence and the consistency term: values by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganzoo import Batch, Registry, Scores, Spec
from ganzoo_dcgan.networks import DCGANDiscriminator
from ganzoo_wasserstein.consistency import ConsistencyTerm
from ganzoo_wasserstein.penalties import Divergence

from .scored_by import ScoredBy


def samples(n: int = 5) -> tuple[Scores, Scores]:
    torch.manual_seed(0)
    real, fake = (
        Scores(torch.zeros(n), Batch(x=torch.randn(n, 2, dtype=torch.float64))) for _ in range(2)
    )
    return real, fake


@pytest.mark.parametrize(
    ("options", "expected", "slope"),
    [  # |w| = 5; the slope is by |w|
        ({}, 2 * 5**6, 2 * 6 * 5**5),
        ({"weight": 0.5, "power": 3.0}, 0.5 * 5**3, 0.5 * 3 * 5**2),
    ],
)
def test_the_divergence_is_a_power_of_the_norm_of_the_gradient(options, expected, slope) -> None:
    w = torch.tensor([3.0, -4.0], dtype=torch.float64, requires_grad=True)
    game = ScoredBy(lambda batch: Scores(batch.x @ w + 7, batch))
    term = Divergence(**options)(game, *samples())
    assert term.item() == pytest.approx(expected)
    (gradient,) = torch.autograd.grad(term, w)  # along w / |w|
    assert gradient.tolist() == pytest.approx([slope * 0.6, slope * -0.8])


@pytest.mark.parametrize("power", [6.0, 2.0, 1.5])
def test_the_divergence_has_a_gradient_where_the_critic_is_flat(power: float) -> None:
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    game = ScoredBy(lambda batch: Scores(batch.x @ w, batch))
    term = Divergence(power=power)(game, *samples())
    (gradient,) = torch.autograd.grad(term, w)
    assert (term.item(), gradient.tolist()) == (0, [0, 0])


@pytest.mark.parametrize("power", [6.0, 2.0, 1.5])
def test_elsewhere_it_is_the_plain_power_to_the_last_bit(power: float) -> None:
    torch.manual_seed(1)
    w = torch.randn(2, dtype=torch.float64, requires_grad=True)
    game = ScoredBy(lambda batch: Scores(batch.x @ w, batch))
    term = Divergence(power=power)(game, *samples())
    plain = 2 * w.expand(5, 2).square().sum(1).pow(power / 2).mean()
    assert torch.equal(term, plain)
    assert torch.equal(*(torch.autograd.grad(each, w)[0] for each in (term, plain)))


class Alternating(nn.Module):
    """The features of the passes are x, then x + 1, and so on; the score is 3 (x1 + x2)."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(2, 1, bias=False).double()
        nn.init.constant_(self.last.weight, 3.0)
        self.passes = 0

    def forward(self, x: Tensor) -> Tensor:
        self.passes += 1
        return self.last(x + (self.passes - 1) % 2).squeeze(1)


def game_of(network: nn.Module) -> Any:
    return SimpleNamespace(
        discriminator=network, score=lambda batch: Scores(network(batch.x), batch)
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [  # scores differ by 6, both features by 1
        ({}, 2 * (36 + 0.1 * 1)),
        ({"weight": 1.0, "share": 2.0}, 36 + 2),
        ({"weight": 1.0, "share": 0.0, "margin": 5.0}, 31),
        ({"margin": 50.0}, 0),
    ],
)
def test_the_consistency_term_compares_scores_and_features(options, expected) -> None:
    real, fake = samples()
    penalty = ConsistencyTerm(**options)
    term = penalty(game_of(Alternating()), real, fake)
    assert term.item() == pytest.approx(expected)
    reported = penalty.report()["consistency_term"].item()
    assert reported * penalty.weight == pytest.approx(expected)


def test_dropout_makes_it_positive_and_nothing_else_does() -> None:
    torch.manual_seed(0)
    batch = Batch(x=torch.rand(4, 1, 8, 8))
    real = Scores(torch.zeros(4), batch)
    for dropout, zero in ((0.0, True), (0.5, False)):
        critic = DCGANDiscriminator(Spec((1, 8, 8)), width=4, norm="layer", dropout=dropout)
        term = ConsistencyTerm()(game_of(critic), real, real)
        assert (term.item() == 0) == zero
        grads = torch.autograd.grad(term, critic.parameters(), allow_unused=True)
        assert any(grad is not None and grad.any() for grad in grads) != zero
    assert not critic.body[-1]._forward_pre_hooks  # nothing stays on the network


def test_without_dropout_the_layers_of_dcgan_keep_their_names() -> None:
    plain = DCGANDiscriminator(Spec((1, 8, 8)), width=4)
    assert not any(isinstance(module, nn.Dropout) for module in plain.modules())


def test_the_recipes_differ_from_wgan_gp_by_their_penalties() -> None:
    registry = Registry.discover()
    wgan_gp = registry.recipe("wgan-gp")
    about = {"name": wgan_gp.name, "summary": wgan_gp.summary, "paper": wgan_gp.paper}
    kept = ("penalties", "discriminator", "steps")
    same = {**about, **{field: getattr(wgan_gp, field) for field in kept}}
    for name, penalties in (
        ("wgan-div", ["wasserstein-divergence"]),
        ("ct-gan", ["gradient-penalty", "consistency-term"]),
    ):
        recipe = registry.recipe(name)
        assert [part.name for part in recipe.penalties] == penalties
        assert recipe.replace(**same) == wgan_gp.replace(optimizer=recipe.optimizer)
    clipped = registry.recipe("wgan-div").optimizer
    assert clipped["d"].options == {**wgan_gp.optimizer["d"].options, "clip_norm": 1.0}
    assert clipped["g"] == wgan_gp.optimizer["g"] == registry.recipe("ct-gan").optimizer["g"]
