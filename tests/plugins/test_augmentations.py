"""Augmentations: what each does to an image, and that it plays with every recipe."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from ganzoo import Augmentation, Batch, Data, Engine, Part, Scores, Spec, UsageError
from ganzoo_augmentations.ada import ADA
from ganzoo_augmentations.affine import SmallAffine
from ganzoo_augmentations.colors import changed_colors
from ganzoo_augmentations.diffaugment import DiffAugment, color, cut_out, translated
from ganzoo_augmentations.flip import Flip
from ganzoo_augmentations.instance_noise import InstanceNoise
from ganzoo_augmentations.pack import Pack
from ganzoo_augmentations.positions import moved, resampled, turned

from .small import (
    IMAGE_GAMES_FROM_NOISE,
    PLAIN,
    REGISTRY,
    engine_of,
    images,
    shrunk,
    vectors,
    weights,
)

OURS = ["flip", "diffaugment", "ada", "small-affine", "instance-noise", "pack"]  # pack comes last
GRAY = Spec((1, 8, 8), low=0.0, high=1.0)


def fitted(augmentation: Any, spec: Spec = GRAY, processes: int = 1) -> Any:
    """The augmentation as a game of that data has it, in a training of so many processes."""
    loss, world = SimpleNamespace(probability=torch.sigmoid), SimpleNamespace(size=processes)
    game = SimpleNamespace(spec=spec, augmentations=[augmentation], loss=loss, world=world)
    augmentation.check(game)
    return augmentation


def recipe_with(*parts: Part | str, **changes: Any):
    named = tuple(Part(part) if isinstance(part, str) else part for part in parts)
    return PLAIN.replace(augmentations=named, **changes)


# -- what each does to an image ------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_flip_mirrors_left_to_right(p: float) -> None:
    x = torch.rand(5, 3, 4, 6)
    seen = fitted(Flip(p=p), GRAY.replace(shape=(3, 4, 6)))(Batch(x=x)).x
    assert torch.equal(seen, x.flip(3) if p else x)


def test_each_image_is_mirrored_on_its_own() -> None:
    torch.manual_seed(0)
    x = torch.rand(200, 1, 4, 4)
    seen = fitted(Flip(), GRAY.replace(shape=(1, 4, 4)))(Batch(x=x)).x
    mirrored = (seen == x.flip(3)).flatten(1).all(1)
    assert ((seen == x).flatten(1).all(1) ^ mirrored).all()
    assert 60 < mirrored.sum() < 140


def test_small_affine_changes_are_within_their_ranges() -> None:
    torch.manual_seed(0)
    columns = torch.arange(33.0).expand(33, 33)
    x = columns.expand(200, 1, 33, 33)  # each pixel is its column
    inner = (slice(None), 0, slice(12, 21), slice(12, 21))  # away from reflected edges
    none = {"degrees": 0.0, "scale": 0.0, "shear": 0.0, "translation": 0.0}

    def moved_by(**options: float) -> torch.Tensor:
        seen = fitted(SmallAffine(**{**none, **options}), GRAY.replace(shape=(1, 33, 33)))
        return (seen(Batch(x=x)).x - x)[inner]

    assert torch.equal(moved_by(), torch.zeros(200, 9, 9))
    assert torch.equal(moved_by(degrees=90.0, shear=1.0, p=0.0), torch.zeros(200, 9, 9))
    shift = moved_by(translation=0.1)
    assert torch.allclose(shift, shift[:, :1, :1].expand_as(shift), atol=1e-4)
    assert 3.2 < shift.abs().max() <= 3.3 + 1e-4
    slope = moved_by(shear=0.5)[:, 8, 4] / 4  # 4 rows below the middle one
    assert 0.48 < slope.abs().max() <= 0.5 + 1e-5
    turn = moved_by(degrees=10.0)[:, 8, 4] / 4
    assert 0.97 < turn.abs().max() / math.sin(math.radians(10)) <= 1 + 1e-4
    growth = moved_by(scale=0.2)[:, 4, 8] / 4
    assert math.exp(0.19) < 1 + growth.max() <= math.exp(0.2) + 1e-5


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_color_is_one_affine_map_an_image_and_one_of_the_distance_from_gray(channels: int) -> None:
    torch.manual_seed(0)
    x = 2 * torch.rand(50, channels, 5, 4, dtype=torch.float64) - 1
    seen = color(x)
    mean, seen_mean = x.mean((1, 2, 3)), seen.mean((1, 2, 3))
    assert (seen_mean - mean).abs().max() <= 0.5  # brightness: half of [-1, 1] a side
    gray, seen_gray = x.mean(1), seen.mean(1)
    contrast = (seen_gray - seen_mean[:, None, None]) / (gray - mean[:, None, None])
    assert torch.allclose(contrast, contrast[:, :1, :1])
    assert 0.5 <= contrast.min() < contrast.max() <= 1.5
    if channels > 1:
        ratio = (seen - seen_gray[:, None]) / (x - gray[:, None]) / contrast[:, None]
        assert torch.allclose(ratio, ratio[:, :1, :1, :1])
        assert 0 <= ratio.min() < 0.5
        assert 1.5 < ratio.max() <= 2


def test_a_translation_shifts_by_at_most_an_eighth_and_moves_zeros_in() -> None:
    torch.manual_seed(0)
    x = torch.rand(60, 2, 16, 24) + 1
    shifts = set()
    for image, seen in zip(x, translated(x, 0.125), strict=True):
        found = [
            (down, across)
            for down in range(-2, 3)
            for across in range(-3, 4)
            if torch.equal(_shifted(image, down, across), seen)
        ]
        assert len(found) == 1
        shifts.add(found[0])
    assert {down for down, _ in shifts} == {*range(-2, 3)}
    assert {across for _, across in shifts} == {*range(-3, 4)}


def _shifted(image: torch.Tensor, down: int, across: int) -> torch.Tensor:
    """seen[i, j] = image[i + down, j + across], zero outside."""
    _, height, width = image.shape
    wide = torch.nn.functional.pad(image, (4, 4, 4, 4))
    return wide[:, 4 + down : 4 + down + height, 4 + across : 4 + across + width]


def test_a_cutout_is_a_rectangle_of_half_the_sides_that_the_border_may_clip() -> None:
    torch.manual_seed(0)
    seen = cut_out(torch.ones(300, 2, 8, 12), 0.5)
    heights, widths = set(), set()
    for image in seen:
        assert torch.equal(image[0], image[1])
        hole = (image[0] == 0).nonzero()
        height, width = (hole.max(0).values - hole.min(0).values + 1).tolist()
        assert len(hole) == height * width
        heights.add(height)
        widths.add(width)
    assert (min(heights), max(heights)) == (2, 4)
    assert (min(widths), max(widths)) == (3, 6)


def test_diffaugment_lays_open_the_middle_of_the_range() -> None:
    seen = fitted(DiffAugment(policy=("cutout",)))(Batch(x=torch.ones(20, 1, 8, 8))).x
    assert {*seen.unique().tolist()} == {0.5, 1.0}


def test_a_policy_is_made_of_the_changes_it_names() -> None:
    x = torch.rand(4, 1, 8, 8)
    assert torch.allclose(fitted(DiffAugment(policy=()))(Batch(x=x)).x, x)
    still = fitted(DiffAugment(policy=("translation", "cutout"), translation=0.0, cutout=0.0))
    assert torch.allclose(still(Batch(x=x)).x, x)


@pytest.mark.parametrize(
    "made", [DiffAugment, lambda: ADA(p=0.8), InstanceNoise], ids=["diffaugment", "ada", "noise"]
)
def test_images_in_0_to_1_and_in_minus_1_to_1_are_changed_alike(made: Any) -> None:
    x = torch.rand(6, 3, 8, 8)
    spec = Spec((3, 8, 8), low=0.0, high=1.0)
    torch.manual_seed(1)
    unit = fitted(made(), spec)(Batch(x=x)).x
    torch.manual_seed(1)
    wide = fitted(made(), spec.replace(low=-1.0))(Batch(x=2 * x - 1)).x
    assert not torch.allclose(unit, x)
    assert torch.allclose(2 * unit - 1, wide, atol=1e-5)


def test_noise_has_the_standard_deviation_that_is_asked_for() -> None:
    torch.manual_seed(0)
    x = torch.zeros(1000, 4)
    plane = Spec((4,), low=-math.inf, high=math.inf)
    assert fitted(InstanceNoise(sigma=2.0), plane)(Batch(x=x)).x.std() == pytest.approx(2, rel=0.05)
    image = Spec((1, 2, 2), low=0.0, high=1.0)
    seen = fitted(InstanceNoise(sigma=2.0), image)(Batch(x=x.reshape(-1, 1, 2, 2))).x
    assert seen.std() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("shape", [(2,), (3, 4, 5)], ids=["vectors", "images"])
def test_a_pack_joins_neighbours_along_the_first_axis(shape: tuple[int, ...]) -> None:
    x = torch.rand(6, *shape)
    packed = Pack(m=3)(Batch(x=x, y=torch.arange(6)))
    assert Pack(m=3).d_spec(Spec(shape)).shape == packed.x.shape[1:]
    assert torch.equal(packed.x[1], torch.cat([*x[3:]]))
    assert packed.y is None


# -- ADA -----------------------------------------------------------------------------------------


def test_with_probability_0_ada_changes_nothing() -> None:
    x = torch.rand(4, 3, 7, 10)
    seen = fitted(ADA(p=0.0), Spec((3, 7, 10), low=0.0, high=1.0))(Batch(x=x)).x
    assert torch.allclose(seen, x, atol=1e-6)


def test_blitting_moves_whole_pixels() -> None:
    """All values of a changed square image are values of the image, those in its middle once."""
    torch.manual_seed(0)
    x = torch.arange(64.0).reshape(1, 1, 8, 8).expand(40, -1, -1, -1)
    seen = fitted(ADA(p=1.0, policy=("blit",)), Spec((1, 8, 8)))(Batch(x=x)).x
    assert torch.allclose(seen, seen.round(), atol=1e-3)
    kept = [len(image.round().unique()) for image in seen]
    assert min(kept) >= 7 * 7  # moved by a pixel at most, the edges mirrored
    assert len({tuple(image.round().flatten().tolist()) for image in seen}) > 20


def _upright(n: int, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    place = torch.arange(side) - (side - 1) / 2
    return place.expand(n, side, side), place[:, None].expand(n, side, side)


@pytest.mark.parametrize("change", [turned, moved], ids=["blit", "geometry"])
def test_positions_are_changed_by_affine_maps(change: Any) -> None:
    torch.manual_seed(0)
    u, v = change(*_upright(100, 9), torch.tensor(1.0))
    for place in (u, v):
        assert torch.allclose(place.diff(n=2, dim=1), torch.zeros(100, 7, 9), atol=1e-4)
        assert torch.allclose(place.diff(n=2, dim=2), torch.zeros(100, 9, 7), atol=1e-4)
    along, down = (u.diff(dim=2)[:, 0, 0], v.diff(dim=2)[:, 0, 0]), (u.diff(dim=1)[:, 0, 0],)
    lengths = torch.stack(along).norm(dim=0)
    if change is turned:
        assert torch.allclose(lengths, torch.ones(100), atol=1e-5)
    else:  # scalings of 0.2 ln 2 in the logarithm, twice
        assert lengths.log().std() == pytest.approx(0.2 * math.log(2) * 2**0.5, rel=0.4)
    assert down[0].abs().max() > 0.5  # some are turned


@pytest.mark.parametrize("change", [turned, moved], ids=["blit", "geometry"])
def test_an_image_is_moved_along_both_axes_or_none(change: Any) -> None:
    """The centre moves with a translation alone: rotations and scalings are about it."""
    torch.manual_seed(0)
    u, v = change(*_upright(2000, 65), torch.tensor(0.3))
    still = (u[:, 32, 32] == 0) & (v[:, 32, 32] == 0)
    assert still.float().mean() == pytest.approx(0.7, abs=0.04)


def test_half_a_pixel_is_the_mean_of_two() -> None:
    x = torch.tensor([[[[1.0, 3.0, 9.0]]]])
    u, v = torch.tensor([[[-1.5, 0.5, 1.5]]]), torch.zeros(1, 1, 3)
    assert resampled(x, u, v).flatten().tolist() == [1.0, 6.0, 9.0]  # mirrored at the edges


def test_a_probability_is_of_each_image() -> None:
    torch.manual_seed(0)
    x = torch.rand(1000, 1, 4, 4)
    gray = changed_colors(x, torch.tensor(0.3))
    changed = 1 - (gray - x).abs().flatten(1).amax(1).lt(1e-6).float().mean()
    # brightness, contrast, and inverted luma, which is none half of the time
    assert changed == pytest.approx(1 - 0.7 * 0.7 * 0.85, abs=0.05)


def test_hues_turn_about_gray_and_keep_the_distance_from_it() -> None:
    from ganzoo_augmentations.colors import _turned_hue

    x = torch.rand(1, 3, 2, 2)
    rest = x - x.mean(1, keepdim=True)
    third = _turned_hue(rest, torch.full((1, 1, 1, 1), 2 * math.pi / 3))
    assert torch.allclose(third, rest.roll(1, 1), atol=1e-6)  # red to green


def told(ada: ADA, real: float, fake: float, n: int = 10) -> None:
    scores = [Scores(torch.full((n,), each), Batch(x=torch.zeros(n, 1))) for each in (real, fake)]
    ada.updated(*scores)


def test_p_goes_up_where_d_is_sure_and_down_where_it_is_not() -> None:
    ada = fitted(ADA(p=0.5, kimg=0.1, interval=2))  # 20 of 100 images: a fifth
    told(ada, 1.0, -1.0)
    assert ada.p == 0.5
    told(ada, 1.0, -1.0)
    assert ada.p == pytest.approx(0.7)
    assert ada.report()["ada_p"] == pytest.approx(0.7)
    assert ada.report()["ada_r"] == 1
    for _ in range(4):
        told(ada, -1.0, -1.0)
    assert ada.p == pytest.approx(0.3)
    for _ in range(10):
        told(ada, -1.0, -1.0)
    assert ada.p == 0


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_p_takes_as_many_images_in_several_processes(processes: int) -> None:
    """Each process sees its share of the batch, and p moves by the mean of their moves."""
    shares = [fitted(ADA(kimg=0.1, interval=2), processes=processes) for _ in range(processes)]
    for _ in range(4):
        for ada in shares:
            told(ada, 1.0, -1.0, n=10 // processes)
        for name in ("p", "images", "signs"):
            mean = torch.stack([getattr(ada, name) for ada in shares]).mean()
            for ada in shares:
                getattr(ada, name).copy_(mean)
    assert shares[0].p == pytest.approx(0.4)  # 40 of 100 images


def test_the_mean_sign_is_compared_with_the_target() -> None:
    ada = fitted(ADA(p=0.5, kimg=0.1, interval=1, target=0.6))
    fake = Scores(-torch.ones(10), Batch(x=torch.zeros(10, 1)))
    signs = torch.tensor([1.0] * 8 + [-1.0] * 2)  # r = 0.6: p stays
    ada.updated(Scores(torch.cat([signs, torch.ones(10)]), Batch(x=torch.zeros(20, 1))), fake)
    assert ada.p == pytest.approx(0.7)  # r = 0.8
    ada.updated(Scores(signs - 0.5, Batch(x=torch.zeros(10, 1))), fake)
    assert ada.r == pytest.approx(0.6)


def test_scores_that_are_no_probabilities_are_counted_from_the_middle() -> None:
    ada = fitted(ADA(p=0.5, kimg=0.1, interval=1))
    ada._probability = lambda score: None
    told(ada, 12.0, 10.0)
    assert ada.p == pytest.approx(0.6)
    told(ada, 10.0, 12.0)
    assert ada.p == pytest.approx(0.5)


def test_a_kimg_of_0_leaves_p_alone() -> None:
    ada = fitted(ADA(p=0.25, kimg=0.0, interval=1))
    told(ada, 1.0, -1.0)
    assert ada.p == 0.25


# -- in a game -----------------------------------------------------------------------------------


def made(name: str) -> Augmentation:
    part = {"flip": {"p": 1.0}, "ada": {"p": 1.0}}.get(name, {})
    return REGISTRY.get("augmentation", name).load()(**part)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 13, 20), (2, 5, 9)])
def test_gradients_and_their_gradients_pass_through(name: str, shape: tuple[int, ...]) -> None:
    augmentation = made(name)
    if name != "pack":
        fitted(augmentation, Spec(shape))
    x = torch.rand(4, *shape, requires_grad=True)
    seen = augmentation(Batch(x=x)).x
    assert seen.isfinite().all()
    (gradient,) = torch.autograd.grad(seen.square().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(gradient.square().sum(), x)
    assert gradient.flatten(1).any(1).all()
    assert second.flatten(1).any(1).all()


def moves_all(engine: Engine) -> bool:
    before = weights(engine)
    for _ in range(2):
        losses = [v for report in engine.advance() for k, v in report.items() if "loss" in k]
        assert all(loss.isfinite() for loss in losses)
    return all(not torch.equal(weight, before[name]) for name, weight in weights(engine).items())


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("recipe", IMAGE_GAMES_FROM_NOISE)
def test_every_game_plays_on_images(recipe: str, name: str) -> None:
    whole = shrunk(REGISTRY.recipe(recipe)).replace(augmentations=(Part(name),))
    data = images(1, 8, 8, classes=3)
    game = engine_of(whole.replace(augmentations=()), data).game
    # D scores each sample by its label, its code or its noise; that of the recipe aae, noise alone.
    each_by_its_own = game.conditional or game.prior.codes or "encoder" in game.networks
    if recipe == "aae" or (name == "pack" and each_by_its_own):
        with pytest.raises(UsageError, match=r"augmentation.*: leave"):
            engine_of(whole, data)
        return
    engine = engine_of(whole, data)
    before = weights(engine)
    for _ in range(2):
        for report in engine.advance():
            assert all(scalar.isfinite() for scalar in report.values())
    after = weights(engine)
    for player in ("generator", "discriminator"):
        moved = [n for n in before if n.startswith(player) and not torch.equal(before[n], after[n])]
        assert moved, player


@pytest.mark.parametrize("name", ["instance-noise", "pack"])
def test_some_play_on_vectors_too(name: str) -> None:
    assert moves_all(engine_of(recipe_with(name), vectors()))


def test_all_of_them_play_together() -> None:
    engine = engine_of(recipe_with(*OURS), images(3, 8, 8))
    assert moves_all(engine)
    assert engine.game.discriminator.spec.shape == (6, 8, 8)


@pytest.mark.parametrize("name", ["flip", "diffaugment", "ada", "pack"])
def test_a_gradient_penalty_differentiates_by_the_sample_itself(name: str) -> None:
    """Of a linear D the gradient by x is D's weight carried back through the augmentation: as large
    as x, not as what D sees."""
    options = {"p": 1.0} if name in ("flip", "ada") else {}
    recipe = recipe_with(Part(name, options), penalties=(Part("r1", {"gamma": 2.0}),))
    linear = recipe.replace(discriminator=Part("mlp", {"hidden": ()}))
    engine = engine_of(linear, images(1, 8, 8))
    x = next(engine.batches).x.requires_grad_()
    real = engine.game.score(Batch(x=x))
    assert real.batch.x is x
    (penalty,) = engine.game.penalties
    term = penalty(engine.game, real, real)
    assert term > 0
    (by_weight, *_) = torch.autograd.grad(term, [*engine.game.discriminator.parameters()][:1])
    assert by_weight.any()
    if name == "flip":
        weight = next(engine.game.discriminator.parameters())
        assert term.item() == pytest.approx(weight.square().sum().item())


def test_a_scheduled_sigma_follows_its_schedule() -> None:
    sigma = {"schedule": "linear", "start": 1.0, "end": 0.0}
    recipe = recipe_with(Part("instance-noise", {"sigma": sigma}), steps=4)
    engine, seen = engine_of(recipe, vectors()), []
    for _ in range(4):
        engine.advance()
        seen.append(engine.game.augmentations[0].sigma)
    assert seen == pytest.approx([1.0, 0.75, 0.5, 0.25])


def test_p_moves_in_a_training_and_is_reported() -> None:
    recipe = recipe_with(Part("ada", {"p": 0.5, "kimg": 0.04, "interval": 1}), steps=3)
    engine = engine_of(recipe, images(1, 8, 8))
    reports = [report for _ in range(3) for report in engine.advance() if "ada_p" in report]
    expected = 0.5
    for report in reports:  # 4 of 40 images each
        expected += 0.1 if report["ada_r"] > 0.6 else -0.1
        assert report["ada_p"].item() == pytest.approx(expected)
    assert len(reports) == 3


# -- what does not fit is refused ----------------------------------------------------------------

PLANE = vectors()
FLOATS = Data(torch.rand(12, 1, 8, 8))  # float images, whose range nobody knows


@pytest.mark.parametrize("data", [PLANE, FLOATS], ids=["vectors", "no range"])
@pytest.mark.parametrize("name", ["flip", "diffaugment", "ada"])
def test_what_is_for_images_refuses_other_data(name: str, data: Data) -> None:
    with pytest.raises(UsageError, match=f"^The augmentation '{name}' is for images of a known"):
        engine_of(recipe_with(name), data)


@pytest.mark.parametrize("name", ["pacgan", "pacgan-stacked"])
def test_a_pack_of_one_sample_trains_the_same_weights_as_no_pack(name: str) -> None:
    whole = shrunk(REGISTRY.recipe(name))
    data = images(3, 8, 8) if name == "pacgan-stacked" else vectors()
    trained = []
    for augmentations in ((Part("pack", {"m": 1}),), ()):
        engine = engine_of(whole.replace(augmentations=augmentations), data)
        engine.advance()
        engine.advance()
        trained.append(engine.state())
    one, other = trained
    assert one.keys() == other.keys()
    assert all(torch.equal(one[key], other[key]) for key in other)


def test_images_are_changed_before_they_are_packed() -> None:
    with pytest.raises(UsageError, match=r"'flip' must come before an augmentation that joins"):
        engine_of(recipe_with("pack", "flip"), images(1, 8, 8))


def test_a_batch_that_is_no_multiple_of_a_pack_is_refused() -> None:
    pack = Part("pack", {"m": 3})
    with pytest.raises(UsageError, match=r"joins 3 samples, and a batch of 4 is no multiple"):
        engine_of(recipe_with(pack), images(1, 8, 8))
    parts = {"d": Part("adam", {"accumulate": 2}), "g": Part("adam")}
    with pytest.raises(UsageError, match=r"joins 4 samples, and a micro-batch of 2 is no multiple"):
        engine_of(recipe_with(Part("pack", {"m": 4}), optimizer=parts), images(1, 8, 8))


def test_packs_of_packs_join_the_product_of_their_samples() -> None:
    packs = Part("pack", {"m": 4}), Part("pack", {"m": 2})
    with pytest.raises(UsageError, match=r"join 8 samples, and a batch of 4 is no multiple of 8"):
        engine_of(recipe_with(*packs), images(1, 8, 8))
    assert moves_all(engine_of(recipe_with(*packs, batch_size=8), images(1, 8, 8)))
