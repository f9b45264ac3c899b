"""Games with an encoder, beside labels and augmentations."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Engine, Part, Recipe, Trained, UsageError
from ganzoo.evaluation.measure import reconstructed
from ganzoo.recipe import to_dict

from .small import REGISTRY, engine_of, images, shrunk

LABELLED = images(1, 16, 16, classes=3)


def with_labels(name: str, first: bool = False) -> Recipe:
    recipe, labels = shrunk(REGISTRY.recipe(name)), Part("concatenated-labels")
    return recipe.replace(game=(labels, *recipe.game) if first else (*recipe.game, labels))


@pytest.mark.parametrize("first", [False, True], ids=["last", "first"])
@pytest.mark.parametrize("name", ["bigan", "aae", "veegan", "vae-gan"])
def test_a_game_with_an_encoder_is_stacked_with_labels(name: str, first: bool) -> None:
    engine = engine_of(with_labels(name, first), LABELLED)
    assert engine.game.encode(next(engine.batches)).z.shape == (4, engine.game.prior.dim)
    for _ in range(2):
        assert all(value.isfinite() for report in engine.advance() for value in report.values())


def test_images_are_reconstructed_with_their_labels() -> None:
    recipe = with_labels("vae-gan")
    one = Trained(engine_of(recipe, LABELLED).game, {"recipe": to_dict(recipe)}, 0)
    image = torch.rand(1, 1, 16, 16).expand(4, -1, -1, -1)
    made = one.reconstruct(image, torch.tensor([1, 1, 2, 2]))
    assert torch.equal(made[0], made[1])
    assert torch.equal(made[2], made[3])
    assert not torch.equal(made[0], made[2])
    with pytest.raises(UsageError, match="draws samples by their labels: give those of the images"):
        one.reconstruct(image)
    with pytest.raises(UsageError, match="There are 3 labels for 4 images"):
        one.reconstruct(image, torch.tensor([1, 1, 2]))
    pixels = one.reconstruct(LABELLED.x, LABELLED.y).mul(255).round().to(torch.uint8)
    assert torch.equal(reconstructed(one, LABELLED).x, pixels)


# -- the distance of VAE-GAN ---------------------------------------------------------------------


def distances(augmentations: tuple[Part, ...]) -> tuple[float, float]:
    """The distance in a layer of D of perfect reconstructions, and of other images."""
    recipe = shrunk(REGISTRY.recipe("vae-gan")).replace(augmentations=augmentations)
    engine: Engine = engine_of(recipe, images(1, 16, 16))
    game, real = engine.game, next(engine.batches)
    fake = game.fake(real)
    both = []
    for made in (real.x, real.x.roll(1, 0)):
        x = torch.cat((fake.x[: len(real)], made))
        scores = game.score_both(real, fake.replace(x=x))
        both.append(float(game._distance(*scores)))
    return both[0], both[1]


@pytest.mark.parametrize("augmentation", ["small-affine", "diffaugment", "instance-noise"])
def test_an_augmentation_does_not_part_a_sample_from_its_reconstruction(augmentation: str) -> None:
    assert distances(()) == distances((Part(augmentation),))
    perfect, other = distances((Part(augmentation),))
    assert perfect < 1e-6 < other
