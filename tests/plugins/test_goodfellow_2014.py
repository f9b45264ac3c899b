"""The GAN paper's own MNIST recipe: every hyperparameter of its published code (mnist.yaml)."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from ganzoo import Batch, Data, Game, Recipe, Registry, Spec
from ganzoo.assembly.build import build
from ganzoo.engine.optimizers import PlayerOptimizer
from ganzoo_vanilla_mlp.dropout import Dropout

EPOCH = 500  # updates: 50,000 digits in batches of 100
ROOT3 = math.sqrt(3)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return Registry.discover().get("recipe", "goodfellow-2014").load()


@pytest.fixture(scope="module")
def game(recipe: Recipe) -> Game:
    torch.manual_seed(0)
    spec = Spec((1, 28, 28), classes=10, low=recipe.low, high=recipe.high)
    return build(recipe, spec, Registry.discover())


def test_the_data_are_the_first_50_000_digits_in_the_unit_range(recipe: Recipe) -> None:
    assert (recipe.dataset.name, recipe.dataset.options) == ("mnist", {"limit": 50_000})
    assert (recipe.low, recipe.high) == (0.0, 1.0)
    assert recipe.batch_size == 100


def test_the_noise_is_uniform_with_unit_variance(game: Game) -> None:
    z = game.prior.draw(2000, device=torch.device("cpu")).z
    assert z.shape == (2000, 100)
    assert -ROOT3 <= z.min() < -ROOT3 + 0.001
    assert ROOT3 - 0.001 < z.max() <= ROOT3


def test_the_generator_is_relu_1200_relu_1200_sigmoid_784(game: Game) -> None:
    layers = [*game.generator.body, game.generator.last]
    kinds = [type(layer) for layer in layers]
    assert kinds == [nn.Linear, nn.ReLU, nn.Linear, nn.ReLU, nn.Linear]
    shapes = [(m.in_features, m.out_features) for m in layers if isinstance(m, nn.Linear)]
    assert shapes == [(100, 1200), (1200, 1200), (1200, 784)]
    z = torch.randn(3, 100)
    squashed = game.generator.last(game.generator.body(z)).sigmoid()
    torch.testing.assert_close(game.generator(z).flatten(1), squashed)


def test_the_discriminator_is_maxout_240_by_5_twice_then_one_unit(game: Game) -> None:
    linear = [m for m in game.discriminator.modules() if isinstance(m, nn.Linear)]
    shapes = [(m.in_features, m.out_features) for m in linear]
    assert shapes == [(784, 240 * 5), (240, 240 * 5), (240, 1)]
    pieces = [m.pieces for m in game.discriminator.modules() if hasattr(m, "pieces")]
    assert pieces == [5, 5]


@pytest.mark.parametrize(("player", "reach"), [("generator", 0.05), ("discriminator", 0.005)])
def test_weights_start_uniform_and_biases_zero(game: Game, player: str, reach: float) -> None:
    for module in getattr(game, player).modules():
        if isinstance(module, nn.Linear):
            assert module.weight.abs().max() <= reach
            assert module.weight.std().item() == pytest.approx(reach / ROOT3, rel=0.1)
            assert not module.bias.any()


def test_the_generators_output_bias_is_the_logit_of_the_pixel_means(recipe: Recipe) -> None:
    noise = torch.Generator().manual_seed(0)
    x = torch.randint(0, 200, (40, 1, 28, 28), dtype=torch.uint8, generator=noise)
    x[:, :, 0, 0] = 0
    game = build(recipe, Spec((1, 28, 28), low=0.0, high=1.0), Registry.discover())
    game.prepare(Data(x))
    mean = (x.double() / 255).mean(0).clamp(1e-7, 1 - 1e-7).flatten()
    expected = (mean / (1 - mean)).log().float()
    torch.testing.assert_close(game.generator.last.bias.detach(), expected, atol=1e-4, rtol=1e-4)
    assert not game.discriminator.last.bias.any()


def test_dropout_is_on_every_layers_input_and_scales_what_it_keeps(game: Game) -> None:
    seen: dict[int, tuple[float, float]] = {}

    def watch(index: int):
        def hook(module: Dropout, args, out: torch.Tensor) -> None:
            (given,) = args
            kept = (out != 0) & (given != 0)
            seen[index] = (
                (kept.sum() / (given != 0).sum()).item(),
                (out[kept] / given[kept]).mean().item(),
            )

        return hook

    modules = [m for m in game.discriminator.modules() if isinstance(m, Dropout)]
    handles = [m.register_forward_hook(watch(i)) for i, m in enumerate(modules)]
    game.discriminator.train()
    game.discriminator(torch.rand(400, 1, 28, 28) + 0.1)
    for handle in handles:
        handle.remove()
    assert [kept for kept, _ in seen.values()] == pytest.approx([0.8, 0.5, 0.5], abs=0.01)
    assert [scale for _, scale in seen.values()] == pytest.approx([1.25, 2.0, 2.0], abs=1e-3)
    order = [type(layer).__name__ for layer in game.discriminator.body]
    assert order == ["Flatten", "Dropout", "Maxout", "Dropout", "Maxout", "Dropout"]


def test_the_generator_has_no_dropout(game: Game) -> None:
    assert not [m for m in game.generator.modules() if isinstance(m, Dropout)]


def test_both_move_at_once_from_one_pass_the_discriminator_on_half_the_sum(game: Game) -> None:
    assert [*game.updates(1)] == [("d", "g")]
    torch.manual_seed(0)
    losses = game.train().losses(("d", "g"), Batch(x=torch.rand(10, 1, 28, 28)), 1)
    real, fake = losses.real.score, losses.fake.score
    cross_entropies = -real.sigmoid().log().mean() - (1 - fake.sigmoid()).log().mean()
    torch.testing.assert_close(losses.by_player["d"], cross_entropies / 2)
    # From the same scores, so with the same dropout.
    torch.testing.assert_close(losses.by_player["g"], -fake.sigmoid().log().mean())


@pytest.mark.parametrize("player", ["d", "g"])
def test_sgd_decays_per_update_down_to_its_floor(game: Game, player: str) -> None:
    sgd = PlayerOptimizer(game.optimizers[player], game, player)
    for update in (0, 1, 1000, 150_000):
        expected = 0.1 / 1.000004**update
        assert sgd.at(update + 1)["lr"] == pytest.approx(expected, rel=1e-9)
    assert sgd.at(10**7)["lr"] == 1e-6
    assert isinstance(sgd.optimizer, torch.optim.SGD)
    assert (sgd.optimizer.defaults["nesterov"], sgd.optimizer.defaults["weight_decay"]) == (
        False,
        0.0,
    )


@pytest.mark.parametrize("player", ["d", "g"])
def test_momentum_ramps_from_one_half_over_epochs_1_to_250(game: Game, player: str) -> None:
    sgd = PlayerOptimizer(game.optimizers[player], game, player)
    at = {0: 0.5, EPOCH: 0.5, 250 * EPOCH: 0.7, 300 * EPOCH: 0.7}
    at[EPOCH + 249 * EPOCH // 2] = 0.6
    for update, momentum in at.items():
        assert sgd.at(update + 1)["momentum"] == pytest.approx(momentum)


def test_the_ramp_and_the_decay_reach_the_optimizer(game: Game) -> None:
    sgd = PlayerOptimizer(game.optimizers["d"], game, "d")
    for step, lr, momentum in ((1, 0.1, 0.5), (125_001, 0.1 / 1.000004**125_000, 0.7)):
        sgd.step(step)
        (group,) = sgd.optimizer.param_groups
        assert group["lr"] == pytest.approx(lr)
        assert group["momentum"] == pytest.approx(momentum)


def test_nothing_is_averaged_or_penalised(recipe: Recipe) -> None:
    assert recipe.ema == 0
    assert recipe.penalties == ()
    assert recipe.extra_losses == ()
