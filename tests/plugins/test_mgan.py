"""MGAN: its noise, its generators and its loss."""

from __future__ import annotations

import math

import pytest
import torch

from ganzoo import Batch, Part, Scores, Spec, UsageError
from ganzoo.sampling.codes import traversed
from ganzoo_mgan.losses import GeneratorChoice as ChoiceLoss
from ganzoo_mgan.networks import Generators, WithClassifier
from ganzoo_mgan.priors import GeneratorChoice
from tests.plugins.small import PLAIN, engine_of, images, vectors

MGAN = PLAIN.replace(
    generator=Part("mgan", {"generators": 3, "hidden": (6,), "width": 4}),
    discriminator=Part("mgan", {"generators": 3, "hidden": (6,), "width": 4}),
    extra_losses=(Part("generator-choice", {"beta": 0.5}),),
    prior=Part("generator-choice", {"noise": 2, "generators": 3}),
)


def test_the_noise_names_a_generator() -> None:
    prior = GeneratorChoice(noise=2, generators=3)
    noise = prior.draw(3000, device=torch.device("cpu"), generator=torch.Generator().manual_seed(0))
    choice = noise.code["generator"]
    assert noise.z.shape == (3000, prior.dim) == (3000, 5)
    assert torch.equal(noise.z[:, 2:].argmax(1), choice)
    assert torch.equal(noise.z[:, 2:].sum(1), torch.ones(3000))
    assert choice.bincount().tolist() == pytest.approx([1000] * 3, abs=100)
    given = prior.give(noise, "generator", 2.0)
    assert given.code["generator"].unique().tolist() == [2]
    assert torch.equal(given.z[:, :2], noise.z[:, :2])
    for value in (3, -1, 0.5):
        with pytest.raises(UsageError, match="numbers 0 to 2"):
            prior.give(noise, "generator", value)


def test_the_generators_are_drawn_in_turn() -> None:
    prior = GeneratorChoice(noise=2, generators=3)
    assert prior.traversal("generator", 10) == [0, 1, 2]
    with pytest.raises(UsageError, match="no code 'noise'"):
        prior.traversal("noise", 10)
    game = engine_of(MGAN, vectors()).game
    noise = traversed(game, game.noise(2, seed=0), "generator", 10)
    assert noise.code["generator"].tolist() == [0, 1, 2, 0, 1, 2]
    assert torch.equal(noise.z[0, :2], noise.z[2, :2])


@pytest.mark.parametrize("shape", [(2,), (3, 9, 12)])
def test_a_generator_is_its_own_first_layer_and_the_shared_layers(shape) -> None:
    torch.manual_seed(0)
    network = Generators(Spec(shape, z_dim=5), generators=3, hidden=(6,), width=4).eval()
    noise = torch.randn(4, 2)
    ones = torch.eye(3)[torch.tensor([0, 2, 2, 1])]
    x = network(torch.cat((noise, ones), 1))
    assert x.shape == (4, *shape)
    first = network.first[0].weight.unflatten(0, (3, 6))  # (K, 6, 2)
    scale = 1 / math.sqrt(1 + network.first[1].eps)  # the batch norm of a network not yet trained
    for row, k in enumerate((0, 2, 2, 1)):
        h = torch.relu(first[k] @ noise[row] * scale)
        expected = network.shared(h[None]).reshape(shape).tanh()  # bounded by -1 and 1
        assert torch.allclose(x[row], expected, atol=1e-6)


def test_only_the_chosen_first_layer_is_moved() -> None:
    network = Generators(Spec((2,), z_dim=5), generators=3, hidden=(6,))
    ones = torch.eye(3)[torch.full((4,), 1)]
    network(torch.cat((torch.randn(4, 2), ones), 1)).square().sum().backward()
    moved = network.first[0].weight.grad.unflatten(0, (3, 6)).abs().sum((1, 2)) > 0
    assert moved.tolist() == [False, True, False]


def test_the_loss_by_hand() -> None:
    logits = torch.tensor([[0.0, 0.0], [math.log(3), 0.0]], dtype=torch.float64)
    choice = Batch(code={"generator": torch.tensor([0, 1])})
    fake = Scores(torch.zeros(2), choice, {"generator": logits})
    entropy = (math.log(2) + math.log(4)) / 2  # probabilities 1/2 and 1/4
    assert ChoiceLoss(beta=0.5).discriminator(fake, fake).item() == pytest.approx(entropy)
    assert ChoiceLoss(beta=0.5).generator(None, fake).item() == pytest.approx(entropy / 2)
    assert ChoiceLoss().report(fake, fake)["generator_named"].item() == 0.5


def test_score_and_classifier_share_their_layers() -> None:
    network = WithClassifier(Spec((3, 8, 8)), generators=3, hidden=(6,), width=4)
    score, aux = network(torch.rand(5, 3, 8, 8))
    assert (score.shape, aux["generator"].shape) == ((5,), (5, 3))
    (by_score,) = torch.autograd.grad(score.sum(), network.body[0].weight, retain_graph=True)
    (by_class,) = torch.autograd.grad(aux["generator"][:, 0].sum(), network.body[0].weight)
    assert by_score.any()
    assert by_class.any()


def test_a_prior_of_other_generators_is_refused() -> None:
    for prior in (Part("normal", {"dim": 5}), Part("generator-choice", {"noise": 2})):
        with pytest.raises(UsageError, match="generator"):
            engine_of(MGAN.replace(prior=prior), vectors())


def test_a_discriminator_without_the_classifier_is_refused() -> None:
    recipe = MGAN.replace(discriminator=Part("mlp"))
    with pytest.raises(UsageError, match=r"gives 'generator'.*--discriminator mgan"):
        engine_of(recipe, vectors())


def test_labels_behind_the_number_of_the_generator_are_refused() -> None:
    stacked = MGAN.replace(game=(Part("concatenated-labels"),))
    with pytest.raises(UsageError, match="where a game of this recipe joins labels"):
        engine_of(stacked, images(1, 8, 8, classes=5))


def test_it_plays() -> None:
    engine = engine_of(MGAN, images(3, 8, 8))
    before = [weight.detach().clone() for weight in engine.game.parameters()]
    (d_report, _) = engine.advance()
    assert {"d_real", "generator_named"} < d_report.keys()
    assert "score_real" not in d_report  # the first loss reports D's scores
    moved = [not torch.equal(*pair) for pair in zip(before, engine.game.parameters(), strict=True)]
    assert all(moved)


def test_the_share_of_fakes_whose_generator_is_named() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 1.0], [0.0, 4.0]])
    fake = Scores(torch.zeros(4), Batch(code={"generator": torch.tensor([0, 1, 1, 1])}))
    report = ChoiceLoss().report(fake, Scores(fake.score, fake.batch, {"generator": logits}))
    assert report == {"generator_named": 0.75}
