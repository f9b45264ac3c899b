"""The meaning of D's loss and accuracy, for each loss of the zoo."""

from __future__ import annotations

import math

import pytest
import torch

from ganzoo import Batch, Game, Loss, Part, Registry, Scores, Spec
from ganzoo.assembly.build import build
from tests.toy import TOY, game_of

REGISTRY = Registry.discover()
LOSSES = REGISTRY.entries("loss")
# Their loss of D is a distance, or of a state that moves, or reads more than the scores.
UNKNOWN = {
    *("wasserstein", "fisher", "mmd", "began"),
    *("auxiliary-classifier", "d2d-ce"),
    *("generator-choice", "mutual-information"),
}


def value(loss: Loss, score: float) -> float:
    """D's loss if D gives every sample the same score, and the energy that is minus the score."""
    score_of_all = torch.full((8,), score)
    aux = {"energy": -score_of_all}
    scores = Scores(score_of_all, Batch(x=torch.zeros(8, 1)), aux)
    return float(loss.discriminator(scores, scores))


@pytest.mark.parametrize("entry", LOSSES, ids=lambda entry: entry.name)
def test_the_loss_of_an_undecided_discriminator_is_the_least_of_equal_scores(entry) -> None:
    loss = entry.load()()
    undecided = loss.undecided()
    if undecided is None:
        assert entry.name in UNKNOWN
        return
    least = min(value(loss, score) for score in torch.linspace(-5, 5, 201).tolist())
    assert undecided == pytest.approx(least, abs=1e-5)


def test_the_value_of_the_gan_paper() -> None:
    loss = Registry.discover().get("loss", "non-saturating").load()
    assert loss().undecided() == pytest.approx(2 * math.log(2))
    assert loss(d_scale=0.5).undecided() == pytest.approx(math.log(2))


def test_sums_are_known_if_all_their_terms_are() -> None:
    get = Registry.discover().get
    hinge, wasserstein = (get("loss", name).load()() for name in ("hinge", "wasserstein"))
    assert (hinge + hinge).undecided() == 4
    assert (hinge + wasserstein).undecided() is None


def test_accuracy_in_words() -> None:
    loss = Registry.discover().get("loss", "non-saturating").load()()
    assert loss.reading({"d_accuracy": 0.59}).startswith("D is right for 59 % of the samples")
    assert loss.reading({"loss_d": 1.0}) == ""


def test_a_distance_in_words() -> None:
    loss = Registry.discover().get("loss", "wasserstein").load()()
    assert "distance of 2.500" in loss.reading({"score_real": 2.0, "score_fake": -0.5})
    assert loss.reading({}) == ""


def test_pairs_in_words() -> None:
    loss = Registry.discover().get("loss", "relativistic").load()()
    assert "in 75 % of the pairs" in loss.reading({"pairs_in_order": 0.75})


def test_a_game_adds_the_loss_of_d_and_mentions_penalties() -> None:
    game = game_of(TOY)
    game.loss = Registry.discover().get("loss", "hinge").load()()
    reading = game.reading({"loss_d": 1.25})
    assert reading.startswith("D's loss is 1.250; ")
    assert reading.endswith("is 2.000.")
    game = game_of(TOY.replace(penalties=(Part("toy"),)))
    game.loss = Registry.discover().get("loss", "hinge").load()()
    assert "1.250 with its penalties" in game.reading({"loss_d": 1.25})


def test_an_unknown_loss_has_no_reading() -> None:
    assert Loss().reading({"loss_d": 1.0}) == ""
    assert Loss().undecided() is None


def test_a_sum_of_losses_has_the_reading_of_its_first_loss() -> None:
    scalars = {"score_real": 2.0, "score_fake": -0.5}
    get = Registry.discover().get
    hinge, wasserstein = (get("loss", name).load()() for name in ("hinge", "wasserstein"))
    assert (wasserstein + hinge).reading(scalars) == wasserstein.reading(scalars) != ""


def test_two_discriminators_have_twice_the_loss_of_one() -> None:
    game = build(REGISTRY.recipe("cyclegan"), Spec((1, 16, 16)), REGISTRY)
    assert game.loss.undecided() == 0.25
    assert game.reading({"loss_d": 1.2}).endswith("is 0.500.")


class OtherLoss(Game):
    def d_loss(self, real: Scores, fake: Scores) -> torch.Tensor:
        return 3 * super().d_loss(real, fake)


def test_the_value_of_the_loss_is_not_said_of_a_game_with_another_loss_of_d() -> None:
    game = OtherLoss(Spec((1, 4, 4)), REGISTRY.get("prior", "normal").load()())
    game.loss = REGISTRY.get("loss", "hinge").load()()
    assert "cannot tell" not in game.reading({"loss_d": 1.25})
