"""The penalties of ganzoo_regularisers: their values where networks are linear, and their state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ganzoo import Batch, Part, Scores, UsageError
from ganzoo_regularisers.consistency import Consistency, _shifted
from ganzoo_regularisers.lecam import LeCam
from ganzoo_regularisers.orthogonal import Orthogonal, filters
from ganzoo_regularisers.path_length import PathLength

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

OURS = ["consistency", "lecam", "orthogonal", "path-length"]


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values), Batch(x=torch.zeros(len(values), 1)))


def scored_by(function: Any) -> Any:
    """A game whose discriminator is the function of x."""
    return SimpleNamespace(score=lambda batch: Scores(function(batch.x), batch))


# -- consistency ---------------------------------------------------------------------------------


def of_images(game: Any, x: Tensor) -> Scores:
    return game.score(Batch(x=x))


def test_a_score_that_a_shift_leaves_costs_nothing() -> None:
    """The mean square of an image whose rows and columns are constant near the edges."""
    x = torch.zeros(4, 2, 16, 16)
    x[:, :, 6:10, 6:10] = torch.rand(4, 2, 4, 4)
    game = scored_by(lambda x: x.square().sum((1, 2, 3)))
    real, fake = of_images(game, x), of_images(game, x)
    for flip in (False, True):
        term = Consistency(fake_weight=1.0, flip=flip)(game, real, fake)
        assert term.item() == pytest.approx(0.0, abs=1e-6)


def test_it_is_the_mean_squared_difference_of_the_two_scores() -> None:
    """Every image is a ramp with a step of 1 a column, D its first pixel: a shift by k changes the
    score by k, or by what the mirrored edge has there."""
    ramp = torch.arange(16.0).expand(400, 1, 16, 16).contiguous()
    game = scored_by(lambda x: x[:, 0, 0, 0])
    torch.manual_seed(0)
    term = Consistency(weight=3.0, shift=0.125)(game, of_images(game, ramp), of_images(game, ramp))
    # shifts of -2 .. 2 show the columns 1, 0, 0, 1, 2 there, alike often
    assert term.item() == pytest.approx(3 * (1 + 0 + 0 + 1 + 4) / 5, rel=0.15)


def test_fakes_count_by_a_weight_of_their_own() -> None:
    ramp = torch.arange(16.0).expand(400, 1, 16, 16).contiguous()
    game = scored_by(lambda x: x[:, 0, 0, 0])
    real, fake = of_images(game, 0 * ramp), of_images(game, ramp)
    assert Consistency()(game, real, fake) == 0
    assert Consistency(fake_weight=1.0)(game, real, fake) > 0.5


def test_a_mirror_image_is_one_of_the_changes() -> None:
    torch.manual_seed(0)
    ramp = torch.arange(8.0).expand(400, 1, 8, 8).contiguous()
    game = scored_by(lambda x: x[:, 0, 0, 0])
    real = of_images(game, ramp)
    term = Consistency(weight=1.0, shift=0.0, flip=True)(game, real, real)
    assert term.item() == pytest.approx(49 / 2, rel=0.2)


@pytest.mark.parametrize("axis", [2, 3])
def test_shifts_are_whole_pixels_with_mirrored_edges(axis: int) -> None:
    torch.manual_seed(0)
    x = torch.rand(50, 2, 5, 7)
    wide = torch.cat([x.flip(axis), x, x.flip(axis)], axis)
    side = x.shape[axis]
    found = set()
    for image, seen in zip(wide, _shifted(x, 2, axis), strict=True):
        found |= {
            by for by in range(-2, 3) if torch.equal(image.narrow(axis - 1, side + by, side), seen)
        }
    assert found == {*range(-2, 3)}


# -- lecam ---------------------------------------------------------------------------------------


def test_the_first_update_sets_the_averages_and_later_ones_move_them() -> None:
    penalty = LeCam(weight=2.0, decay=0.75)
    real, fake = scores(1.0, 3.0), scores(-1.0, -1.0)
    assert penalty(None, real, fake) == 0
    penalty.updated(real, fake)
    assert [t.item() for t in penalty.report().values()] == [2.0, -1.0]
    # (2² + 4²) / 2 from the fakes' -1, 3² from the reals' 2
    assert penalty(None, real, fake).item() == pytest.approx(2 * (10 + 9))
    penalty.updated(scores(6.0), scores(3.0))
    assert [t.item() for t in penalty.report().values()] == pytest.approx([3.0, 0.0])


# -- orthogonal ----------------------------------------------------------------------------------


def game_of(layer: nn.Module, player: str = "d") -> Any:
    return SimpleNamespace(
        players=lambda: {"d": ["one"], "g": ["other"]},
        get_submodule=lambda role: layer if role == {"d": "one", "g": "other"}[player] else None,
    )


def test_it_is_the_squared_inner_products_of_different_rows() -> None:
    layer = nn.Linear(2, 3)
    layer.weight.data = torch.tensor([[1.0, 0.0], [2.0, 5.0], [0.0, 7.0]])
    term = Orthogonal(weight=0.5)(game_of(layer), None, scores(0.0))
    assert term.item() == pytest.approx(0.5 * 2 * (2**2 + 0**2 + 35**2))


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (4, 4)])
def test_its_gradient_is_the_formula_for_wide_and_tall_weights(shape: tuple[int, int]) -> None:
    """4 weight (W Wᵀ ⊙ (1 - I)) W."""
    layer = nn.Linear(shape[1], shape[0]).double()
    Orthogonal(weight=0.5)(game_of(layer), None, scores(0.0)).backward()
    w = layer.weight.detach()
    expected = 4 * 0.5 * ((w @ w.T) * (1 - torch.eye(len(w)))) @ w
    torch.testing.assert_close(layer.weight.grad, expected)


def test_orthogonal_filters_of_any_norm_cost_nothing() -> None:
    layer = nn.Conv2d(3, 4, 3)
    q, _ = torch.linalg.qr(torch.randn(27, 4))
    layer.weight.data = (q * torch.tensor([1.0, 2.0, 3.0, 4.0])).T.reshape(4, 3, 3, 3)
    term = Orthogonal(weight=1.0, player="g")(game_of(layer, "g"), None, scores(0.0))
    assert term.item() == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(5, 3), (1, 3, 5)),
        (nn.Conv2d(4, 6, 3), (1, 6, 36)),
        (nn.Conv2d(4, 6, 3, groups=2), (2, 3, 18)),
        (nn.ConvTranspose2d(4, 6, 3), (1, 6, 36)),
        (nn.ConvTranspose2d(4, 6, 3, groups=2), (2, 3, 18)),
        (spectral_norm(nn.Linear(5, 3)), (1, 3, 5)),
    ],
)
def test_a_filter_is_what_an_output_is_computed_from(layer: nn.Module, shape: Any) -> None:
    assert filters(layer).shape == shape


def test_a_filter_of_a_transposed_convolution_is_that_of_an_output() -> None:
    layer = nn.ConvTranspose2d(2, 3, 1, bias=False)
    seen = layer(torch.eye(2).reshape(2, 2, 1, 1))[:, :, 0, 0]  # (inputs, outputs)
    assert torch.allclose(filters(layer)[0], seen.T)


# -- path length ---------------------------------------------------------------------------------


def linear_game(matrix: Tensor) -> Any:
    """G(z) = A z, as images of one position; a generator without styles."""
    return SimpleNamespace(
        styles=lambda batch: None,
        generate=lambda batch: batch.replace(x=(batch.z @ matrix.T)[:, :, None, None]),
    )


def test_of_a_linear_generator_it_is_the_spread_of_the_lengths() -> None:
    """G(z) = 3 z with one coordinate: |Jᵀ y| = 3 |y|."""
    game = linear_game(torch.tensor([[3.0]]))
    fake = Scores(torch.zeros(20_000), Batch(z=torch.randn(20_000, 1)))
    torch.manual_seed(0)
    penalty = PathLength(weight=2.0, decay=0.0, shrink=1)
    term = penalty(game, None, fake)
    mean = 3 * (2 / torch.pi) ** 0.5  # E |y| = sqrt(2 / pi), E y² = 1
    assert penalty.report()["path_length"].item() == pytest.approx(mean, rel=0.02)
    assert term.item() == pytest.approx(2 * (9 - mean**2), rel=0.05)


def test_the_average_moves_by_its_decay_each_time() -> None:
    game = linear_game(torch.tensor([[3.0]]))
    fake = Scores(torch.zeros(20_000), Batch(z=torch.randn(20_000, 1)))
    penalty = PathLength(decay=0.9, shrink=4)
    mean = 3 * (2 / torch.pi) ** 0.5
    penalty(game, None, fake)
    assert penalty.mean.item() == pytest.approx(0.1 * mean, rel=0.05)
    penalty(game, None, fake)
    assert penalty.mean.item() == pytest.approx(0.19 * mean, rel=0.05)


def test_of_a_generator_with_styles_it_is_that_of_the_styles() -> None:
    """G = 2 w1 + 5 w2 with w = 10 z in both layers: the root of the mean of the squares is taken,
    and the factor 10 between z and w does not count."""
    game = SimpleNamespace(
        styles=lambda batch: 10 * batch.z[:, None].expand(-1, 2, -1),
        synthesise=lambda w: (2 * w[:, 0] + 5 * w[:, 1])[:, :, None, None],
    )
    z = torch.randn(20_000, 1)
    penalty = PathLength(weight=2.0, decay=0.0, shrink=1)
    term = penalty(game, None, Scores(torch.zeros(20_000), Batch(z=z)))
    slope = ((4 + 25) / 2) ** 0.5
    mean = slope * (2 / torch.pi) ** 0.5
    assert penalty.mean.item() == pytest.approx(mean, rel=0.02)
    assert term.item() == pytest.approx(2 * (slope**2 - mean**2), rel=0.05)


# -- in a game -----------------------------------------------------------------------------------


def recipe_with(*parts: Part | str, **changes: Any) -> Any:
    named = tuple(Part(part) if isinstance(part, str) else part for part in parts)
    return PLAIN.replace(penalties=named, **changes)


REFUSED = {
    **{
        (recipe, "consistency"): "a sample that the discriminator sees here has the shape"
        for recipe in ("aae", "alice", "veegan")
    },
    ("progressive", "orthogonal"): "the player 'd' has none",  # its layers scale their weights
}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("recipe", IMAGE_GAMES_FROM_NOISE)
def test_every_game_on_images_plays_with_each(recipe: str, name: str) -> None:
    options = {"path-length": {"interval": 1}, "consistency": {"fake_weight": 1.0}}.get(name, {})
    whole = shrunk(REGISTRY.recipe(recipe))
    whole = whole.replace(penalties=(*whole.penalties, Part(name, options)))
    if (recipe, name) in REFUSED:
        with pytest.raises(UsageError, match=REFUSED[recipe, name]):
            engine_of(whole, images(1, 8, 8, classes=3))
        return
    engine = engine_of(whole, images(1, 8, 8, classes=3))
    for _ in range(2):
        for report in engine.advance():
            assert all(scalar.isfinite() for scalar in report.values())


@pytest.mark.parametrize("name", ["lecam", "orthogonal", "path-length"])
def test_most_play_on_vectors_too(name: str) -> None:
    engine = engine_of(recipe_with(name, steps=4), vectors())
    before = weights(engine)
    for _ in range(4):
        engine.advance()
    assert all(not torch.equal(before[key], weight) for key, weight in weights(engine).items())


@pytest.mark.parametrize(
    ("part", "player"),
    [
        (Part("consistency", {"weight": 1e3}), "discriminator"),
        (Part("lecam", {"weight": 1e3}), "discriminator"),
        (Part("orthogonal", {"weight": 1e3}), "discriminator"),
        (Part("orthogonal", {"weight": 1e3, "player": "g"}), "generator"),
        (Part("path-length", {"weight": 1e3, "interval": 1}), "generator"),
    ],
)
def test_each_moves_the_weights_of_its_own_player(part: Part, player: str) -> None:
    """A simultaneous step, with and without it; lecam has no averages before the second."""
    steps = 2 if part.name == "lecam" else 1
    after = []
    sgd = {who: Part("sgd", {"lr": 1e-6}) for who in ("d", "g")}
    for parts in ((), (part,)):
        at_once = Part("standard", {"simultaneous": True})
        recipe = recipe_with(*parts, optimizer=sgd, game=(at_once,))
        engine = engine_of(recipe, images(1, 8, 8))
        for _ in range(steps):
            torch.manual_seed(0)
            engine.advance()
        after.append(weights(engine))
    differ = {
        key.partition(".")[0] for key in after[0] if not torch.equal(after[0][key], after[1][key])
    }
    assert player in differ
    if steps == 1:
        assert differ == {player}


def test_the_states_are_reported() -> None:
    engine = engine_of(recipe_with("lecam", "path-length"), images(1, 8, 8))
    reported = {name for report in engine.advance() for name in report}
    assert {"lecam_real", "lecam_fake", "path_length"} <= reported


def test_weights_may_be_scheduled() -> None:
    weight = {"schedule": "linear", "start": 0.0, "end": 1.0}
    engine = engine_of(recipe_with(Part("lecam", {"weight": weight}), steps=2), vectors())
    engine.advance()
    engine.advance()
    assert engine.game.penalties[0].weight == 0.5


def test_consistency_plays_with_packs_and_other_augmentations() -> None:
    recipe = recipe_with(Part("consistency", {"fake_weight": 1.0}), augmentations=(Part("pack"),))
    for report in engine_of(recipe, images(1, 8, 8)).advance():
        assert all(scalar.isfinite() for scalar in report.values())


# -- what does not fit is refused ----------------------------------------------------------------


def test_consistency_refuses_vectors() -> None:
    with pytest.raises(UsageError, match=r"^The penalty 'consistency' shifts images, and a sample"):
        engine_of(recipe_with("consistency"), vectors())


def test_orthogonal_refuses_a_player_without_layers() -> None:
    with pytest.raises(UsageError, match=r"the player 'd' has none: leave it out"):
        Orthogonal().check(game_of(nn.LayerNorm(3)))


def test_path_length_refuses_a_game_without_a_generator_that_moves() -> None:
    with pytest.raises(UsageError, match=r"this game has no player 'g': leave it out"):
        PathLength().check(SimpleNamespace(players=lambda: {"d": ["discriminator"]}))
