"""BEGAN and EBGAN: the energies, the losses and the balance by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from ganzoo import Batch, Part, Registry, Scores, Spec, UsageError
from ganzoo.assembly.build import build
from ganzoo_energy.losses import BEGAN, EBGAN
from ganzoo_energy.networks import Autoencoder
from ganzoo_energy.penalties import PullingAway

from .small import PLAIN, engine_of, images, shrunk

REGISTRY = Registry.discover()


def scores(*energies: float) -> Scores:
    """Scores of these energies."""
    values = torch.tensor(energies, dtype=torch.float64)
    return Scores(-values, Batch(), {"energy": values.requires_grad_()})


# -- the autoencoder -----------------------------------------------------------------------------


def graying(spec: Spec, **options) -> Autoencoder:
    """An autoencoder that makes of every image a gray one of the value 1/4."""
    network = Autoencoder(spec, width=4, hidden=(8,), code=3, **options)
    nn.init.zeros_(network.decoder[-1].weight)
    nn.init.constant_(network.decoder[-1].bias, 0.25)
    return network


@pytest.mark.parametrize(("energy", "expected"), [("absolute", 0.75), ("squared", 0.75**2)])
def test_the_score_is_minus_the_mean_error(energy, expected) -> None:
    score, outputs = graying(Spec((1, 9, 12)), energy=energy)(torch.ones(2, 1, 9, 12))
    assert score.tolist() == pytest.approx([-expected] * 2)
    assert outputs["code"].shape == (2, 3)
    assert torch.equal(outputs["energy"], -score)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 18, 25), (2, 9, 30)])
def test_a_reconstruction_has_the_size_of_its_image(shape) -> None:
    network = Autoencoder(Spec(shape), width=4, hidden=(8,), code=3)
    assert network.decoder(network.encoder(torch.rand(2, *shape))).shape == (2, *shape)


# -- BEGAN ---------------------------------------------------------------------------------------


def test_the_balance_follows_its_rule_by_hand() -> None:
    """gamma = 1/2, lambda = 1/4. k moves from 0 by 1/4 (1/2 * 2 - 0.2) = 0.2; then by
    1/4 (1/2 * 1 - 0.3) = 0.05; then by 1/4 (1/2 * 0.4 - 3) to below 0, and stays at 0; and by
    1/4 (1/2 * 40 - 0) to above 1, and stays at 1."""
    loss = BEGAN(gamma=0.5, lambda_k=0.25).double()
    moves = [((1.0, 3.0), (0.1, 0.3), 0.2), ((1.0,), (0.3,), 0.25)]
    moves += [((0.4,), (3.0,), 0.0), ((40.0,), (0.0,), 1.0)]
    for real, fake, expected in moves:
        with torch.no_grad():
            loss.updated(scores(*real), scores(*fake))
        assert loss.k.item() == pytest.approx(expected)


def test_the_losses_of_began_by_hand() -> None:
    loss = BEGAN(gamma=0.5).double()
    loss.k.fill_(0.25)
    real, fake = scores(1.0, 3.0), scores(0.5, 1.5)
    assert loss.discriminator(real, fake).item() == pytest.approx(2 - 0.25 * 1)
    assert loss.generator(None, fake).item() == pytest.approx(1)
    report = {name: value.item() for name, value in loss.report(real, scores(0.25)).items()}
    assert report == pytest.approx(
        {"energy_real": 2, "energy_fake": 0.25, "began_k": 0.25, "convergence": 2 + 0.75}
    )


def test_a_training_moves_k_by_the_energies_that_it_logs() -> None:
    engine = engine_of(shrunk(REGISTRY.recipe("began")).replace(steps=4), images(1, 12, 12))
    (loss,) = (m for m in engine.game.modules() if isinstance(m, BEGAN))
    loss.k.fill_(0.5)
    expected = 0.5
    for _ in range(4):
        report = engine.advance()[0]
        assert report["began_k"].item() == pytest.approx(loss.k.item())
        move = loss.gamma * report["energy_real"].item() - report["energy_fake"].item()
        expected = min(max(expected + loss.lambda_k * move, 0.0), 1.0)
        assert loss.k.item() == pytest.approx(expected, abs=1e-7)
    assert expected != 0.5
    assert any(name.endswith("loss.k") for name in engine.state())  # of a checkpoint


# -- EBGAN ---------------------------------------------------------------------------------------


def test_the_losses_of_ebgan_by_hand() -> None:
    real, fake = scores(1.0, 3.0), scores(0.5, 4.0)
    loss = EBGAN(margin=2.0)
    assert loss.discriminator(real, fake).item() == pytest.approx(2 + (1.5 + 0) / 2)
    assert loss.generator(None, fake).item() == pytest.approx(2.25)
    (slope,) = torch.autograd.grad(loss.discriminator(real, fake), fake.aux["energy"])
    assert slope.tolist() == [-0.5, 0]  # a fake beyond the margin is left alone


def pulled(codes: list[list[float]]) -> torch.Tensor:
    code = torch.tensor(codes, dtype=torch.float64, requires_grad=True)
    return PullingAway(weight=1.0)(
        None, None, Scores(torch.zeros(len(code)), Batch(), {"code": code})
    )


def test_the_pulling_away_term_is_the_mean_squared_cosine_of_two_codes() -> None:
    """Of (2, 0), (0, 3) and (1, 1): cosines 0, and the root of 1/2 twice."""
    assert pulled([[2, 0], [0, 3], [1, 1]]).item() == pytest.approx((0 + 0.5 + 0.5) / 3)
    assert pulled([[1, 2], [2, 4], [-1, -2]]).item() == pytest.approx(1)
    assert pulled([[1, 2]]).item() == 0


def test_only_the_generator_has_the_pulling_away_term() -> None:
    recipe = shrunk(REGISTRY.recipe("ebgan"))
    torch.manual_seed(0)
    game = build(recipe, Spec((1, 12, 12), low=0.0), REGISTRY)
    assert [penalty.player for penalty in game.due(("g",), 1)] == ["g"]
    assert not game.due(("d",), 1)


def test_a_discriminator_without_codes_is_refused() -> None:
    recipe = shrunk(REGISTRY.recipe("dcgan")).replace(penalties=(Part("pulling-away"),))
    with pytest.raises(UsageError, match=r"gives 'code'.*Choose --discriminator autoencoder"):
        build(recipe, Spec((1, 12, 12)), REGISTRY)


@pytest.mark.parametrize("fakes", [0.1, 0.4])
def test_a_reading_compares_the_energies(fakes: float) -> None:
    said = BEGAN(gamma=0.5).reading({"energy_real": 0.2, "energy_fake": fakes})
    assert f"is {fakes / 0.2:.2f} of the energy of data; in equilibrium it is 0.5." in said
    assert BEGAN().reading({}) == ""
    assert math.isclose(EBGAN(margin=0.3).undecided(), 0.3)


@pytest.mark.parametrize("loss", ["began", "ebgan"])
def test_the_losses_of_energies_refuse_other_scores(loss: str) -> None:
    with pytest.raises(
        UsageError, match=rf"'{loss}' needs .* gives 'energy'.*--discriminator autoenc"
    ):
        build(PLAIN.replace(loss=Part(loss)), Spec((1, 8, 8)), REGISTRY)
