"""AC-GAN: the auxiliary classifier's loss, and who sees the label."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ganzoo import Batch, Part, Registry, Scores, Spec, UsageError
from ganzoo.assembly.build import build
from ganzoo_acgan.losses import AuxiliaryClassifier

from .small import engine_of, images, shrunk

REGISTRY = Registry.discover()


def scores(logits: list[list[float]], labels: list[int]) -> Scores:
    rows = torch.tensor(logits, dtype=torch.float64)
    batch = Batch(x=torch.zeros(len(rows), 1), y=torch.tensor(labels))
    return Scores(torch.zeros(len(rows)), batch, {"class": rows})


REAL = scores([[2.0, 0.0], [0.0, 1.0]], [0, 0])
FAKE = scores([[0.0, 3.0]], [1])
ON_REAL = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(1))) / 2
ON_FAKE = math.log(1 + math.exp(-3))


def test_the_cross_entropies_by_hand() -> None:
    loss = AuxiliaryClassifier(weight=2.0, g_weight=0.5)
    assert loss.discriminator(REAL, FAKE).item() == pytest.approx(2 * (ON_REAL + ON_FAKE))
    assert loss.generator(None, FAKE).item() == pytest.approx(0.5 * ON_FAKE)
    only_real = AuxiliaryClassifier(on_fakes=False)
    assert only_real.discriminator(REAL, FAKE).item() == pytest.approx(ON_REAL)
    assert loss.report(REAL, FAKE) == {"classified_real": 0.5, "classified_fake": 1.0}


def test_a_discriminator_without_class_logits_is_refused() -> None:
    recipe = shrunk(REGISTRY.recipe("cgan")).replace(extra_losses=(Part("auxiliary-classifier"),))
    with pytest.raises(UsageError, match=r"gives 'class'.*discriminator\.class_logits=true"):
        build(recipe, Spec((1, 8, 8), classes=3), REGISTRY)


@pytest.mark.parametrize("m", [2, 4])
def test_a_pack_has_no_class_of_each_of_its_samples(m: int) -> None:
    recipe = shrunk(REGISTRY.recipe("dcgan"))
    network = recipe.discriminator
    packed = recipe.replace(
        discriminator=Part(network.name, {**network.options, "class_logits": True}),
        extra_losses=(Part("auxiliary-classifier"),),
        augmentations=(Part("pack", {"m": m}),),
    )
    with pytest.raises(
        UsageError, match=f"Pack joins {m} samples to one: leave out the augmentation"
    ):
        engine_of(packed, images(1, 8, 8, classes=3))


def test_a_generator_that_takes_no_label_is_refused() -> None:
    """Its fakes would be compared with the labels of real samples."""
    recipe = shrunk(REGISTRY.recipe("dcgan"))
    network = recipe.discriminator
    plain = recipe.replace(
        discriminator=Part(network.name, {**network.options, "class_logits": True}),
        extra_losses=(Part("auxiliary-classifier"),),
    )
    data = images(1, 8, 8, classes=3)
    with pytest.raises(UsageError, match="this generator takes no label"):
        engine_of(plain, data)
    of_reals = Part("auxiliary-classifier", {"on_fakes": False, "g_weight": 0.0})
    engine_of(plain.replace(extra_losses=(of_reals,)), data)
    labelled = plain.replace(game=(Part("concatenated-labels", {"d_labels": False}),))
    engine_of(labelled, data)


def test_data_without_labels_is_refused() -> None:
    with pytest.raises(UsageError, match="needs labels"):
        build(
            REGISTRY.recipe("acgan").replace(game=REGISTRY.recipe("dcgan").game),
            Spec((1, 28, 28)),
            REGISTRY,
        )


def test_g_sees_the_label_and_d_predicts_it() -> None:
    data = images(1, 8, 8, classes=3)
    game = engine_of(shrunk(REGISTRY.recipe("acgan")), data).game
    assert game.discriminator.spec.shape == (1, 8, 8)
    assert game.generator.spec.z_dim == game.prior.dim + 3
    batch = Batch(x=data.x.float() / 255, y=data.y)
    losses = game.losses(("d", "g"), batch, 1)
    assert losses.real is not None
    assert losses.real.aux["class"].shape == (12, 3)

    def of_other_labels(labels: Tensor) -> Tensor:
        return game.score(batch.replace(y=labels)).score

    game.eval()
    torch.testing.assert_close(of_other_labels(data.y), of_other_labels(data.y.flip(0)))


def test_the_scores_beside_class_logits_are_those_of_the_same_layer() -> None:
    """The score is the first output of the last layer, and the logits are the others."""
    game = engine_of(shrunk(REGISTRY.recipe("acgan")), images(1, 8, 8, classes=3)).game
    network = game.discriminator.eval()
    x = torch.randn(2, 1, 8, 8)
    score, further = network(x)
    torch.testing.assert_close(
        torch.cat((score[:, None], further["class"]), 1), network.body(x), rtol=0, atol=0
    )
