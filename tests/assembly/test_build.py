"""From a recipe to a game: what fits together, and a sentence about what does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from ganzoo import Game, GanzooError, Loss, Part, Registry, Spec, UsageError, hookimpl
from ganzoo.assembly.build import build
from ganzoo.interfaces import SumLoss

from ..toy import TOY, ToyGenerator, ToyLoss, ToyPenalty, ToyPlugin, registry_of

SPEC = Spec((1, 4, 4))


class Tall(Game):
    """A game whose discriminator sees four samples as one, and which has a third player."""

    def __init__(self, *args, wanted: int = 1, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted
        self.tower = torch.nn.Linear(1, 1)

    def d_spec(self) -> Spec:
        return self.g_spec().replace(shape=(4, 4, 4))

    def players(self) -> dict[str, list[str]]:
        return {**super().players(), "third": ["tower"]}


def fails(error: Exception) -> Callable[[], Loss]:
    def make(gamma: float = 1.0) -> Loss:
        raise error

    return make


class Parts:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.loss("value-error", fails(ValueError("gamma must be odd")))
        registry.loss("runtime-error", fails(RuntimeError("negative dimension -3")))
        registry.loss("own-words", fails(UsageError("Say it with flowers.")))
        registry.loss("not-a-loss", ToyPenalty)
        registry.generator("not-a-generator", lambda spec: torch.nn.Linear(1, 1))
        registry.generator("needs-more", lambda spec, rate: ToyGenerator(spec))
        registry.game("tall", Tall)


@pytest.fixture
def registry() -> Registry:
    return registry_of(toy=ToyPlugin(), parts=Parts())


def test_each_network_is_built_for_its_own_spec(registry: Registry) -> None:
    recipe = TOY.replace(game=Part("tall"), prior=Part("toy", {"dim": 5}))
    recipe = recipe.replace(optimizer={**TOY.optimizer, "third": Part("sgd")})
    game = build(recipe, SPEC, registry)
    assert game.generator.spec == SPEC.replace(z_dim=5)
    assert game.discriminator.spec == SPEC.replace(z_dim=5, shape=(4, 4, 4))


def test_options_reach_the_constructors(registry: Registry) -> None:
    recipe = TOY.replace(
        generator=Part("toy", {"width": 3}),
        penalties=(Part("toy", {"interval": 4}), Part("toy", {"gamma": 7})),
        game=Part("standard", {"d_updates": 2}),
    )
    game = build(recipe, SPEC, registry)
    assert game.generator.last.in_features == 3
    assert [(p.interval, p.gamma) for p in game.penalties] == [(4, 1.0), (1, 7)]
    assert [*game.updates(1)] == [("d",), ("d",), ("g",)]


def test_extra_losses_are_added_to_the_loss(registry: Registry) -> None:
    recipe = TOY.replace(extra_losses=(Part("toy"), Part("toy")))
    loss = build(recipe, SPEC, registry).loss
    assert isinstance(loss, SumLoss)
    assert [type(term) for term in loss.terms] == [ToyLoss] * 3
    assert isinstance(build(TOY, SPEC, registry).loss, ToyLoss)


def test_weights_come_from_torchs_generator(registry: Registry) -> None:
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return build(TOY, SPEC, registry).generator.last.weight

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_sampling_needs_neither_loss_nor_discriminator_nor_penalty(registry: Registry) -> None:
    lost = TOY.replace(loss=Part("lost"), discriminator=Part("lost"), penalties=(Part("lost"),))
    game = build(lost, SPEC, registry, training=False)
    assert game.generate(game.noise(3)).x.shape == (3, 1, 4, 4)
    with pytest.raises(UsageError, match="no loss 'lost'"):
        build(lost, SPEC, registry)


WRONG = {
    "unknown": ({"loss": Part("minmax")}, UsageError, "There is no loss 'minmax'"),
    "unknown-option": ({"loss": Part("toy", {"gama": 1})}, UsageError, "has no option 'gama'"),
    "option-type": (
        {"generator": Part("toy", {"width": "w"})},
        UsageError,
        "takes a whole number, not 'w'",
    ),
    "missing-option": ({"generator": Part("needs-more")}, UsageError, "needs a value for 'rate'"),
    "penalty-option": ({"penalties": (Part("toy", {"g": 1}),)}, UsageError, "penalty 'toy' has no"),
    "value-error": (
        {"loss": Part("value-error", {"gamma": 2})},
        UsageError,
        "loss 'value-error' of plugin 'parts' cannot be made with gamma=2.0: gamma must be odd",
    ),
    "torchs-error": ({"loss": Part("runtime-error")}, UsageError, "its defaults: negative dim"),
    "its-own-words": ({"loss": Part("own-words")}, UsageError, r"^Say it with flowers\.$"),
    "wrong-class": (
        {"loss": Part("not-a-loss")},
        GanzooError,
        "'not-a-loss' of plugin 'parts' is a ToyPenalty, which is not a ganzoo Loss",
    ),
    "no-base": ({"generator": Part("not-a-generator")}, GanzooError, "not a ganzoo Generator"),
    "no-optimizer": (
        {"optimizer": {"d": Part("sgd")}},
        UsageError,
        r"has a player 'g', and the recipe names no optimizer for it.*\[optimizer\.g\]",
    ),
    "third-player": ({"game": Part("tall")}, UsageError, "'tall' has a player 'third'"),
    "idle-optimizer": (
        {"optimizer": {**TOY.optimizer, "dd": Part("sgd")}},
        UsageError,
        "optimizer for 'dd', who does not play.*Did you mean 'd'",
    ),
    "negative-updates": (
        {"game": Part("standard", {"d_updates": -1})},
        UsageError,
        "game.d_updates of 'standard' takes a whole number >= 0 and <= 10000, not -1",
    ),
    "no-updates": (
        {"game": Part("standard", {"d_updates": 0, "g_updates": 0})},
        UsageError,
        "game 'standard'.*d_updates=0, g_updates=0: d_updates",
    ),
}


@pytest.mark.parametrize(("changes", "kind", "message"), WRONG.values(), ids=WRONG)
def test_parts_that_do_not_fit_are_refused(registry: Registry, changes, kind, message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        build(TOY.replace(**changes), SPEC, registry)
    assert type(caught.value) is kind
