"""Every loss, penalty, prior and pair of networks that ganzoo brings plays with every other.

The components are found through the registry: one that is added later is walked too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import ganzoo
import ganzoo_vanilla_mlp
from ganzoo import (
    Data,
    Engine,
    Game,
    Loss,
    Part,
    Recipe,
    Registry,
    Scores,
    Spec,
    UsageError,
    hookimpl,
)
from ganzoo.assembly.build import build
from ganzoo.assembly.signature import options_of

from .plugins.small import SMALL
from .toy import registry_of

ADAM = Part("adam", {"lr": 1e-2})
SPEC = Spec((1, 8, 8), classes=2)
PLAIN = Recipe(
    name="plain",
    generator=Part("mlp"),
    discriminator=Part("mlp"),
    loss=Part("non-saturating"),
    prior=Part("normal"),
    optimizer={"d": ADAM, "g": ADAM},
    steps=1,
)
REGISTRY = Registry.discover()

# Components that play only with particular others, by name, and what those must have: `build`
# refuses the rest, and the walk passes over them.
CHOOSY: dict[str, str] = {
    "mgan": "noise that names a generator, from the prior generator-choice",
    "cycle": "a game that translates in two directions",
    "identity": "a game that translates in two directions",
    "patch-nce": "a game with perceptrons for patches",
    "reconstruction": "a discriminator with decoders",
    "pulling-away": "a discriminator with a code",
    "conditional-table": "rows of a table",
    "recurrent": "numbers over time",
    "wavegan": "numbers over time",
    "weight-clip": "weights that are small; those of stylegan2 are scaled in each pass",
}

# Losses that are added to another loss, since they train no discriminator.
ADDED = {"paired-l1"}

# Games that play only with generators of their own, which their recipes have.
OF_THEIR_OWN = {"patch-contrast", "two-way"}

# Losses that do not tell scores from scores that are all higher by as much, at least at the start:
# then a bias of D's last layers is not moved.
INDIFFERENT = {
    "wasserstein": "only the difference of the mean scores counts",
    "relativistic": "only differences of scores count",
    "relativistic-average": "only differences of scores count",
    "fisher": "only the difference of the mean scores counts while the multiplier is 0",
    "ebgan": "below the margin it is linear in the difference of the mean scores",
    "mmd": "a discriminator without codes is trained by differences of scores",
    "hinge": "between -1 and 1, where scores start, it is linear in their differences",
}


# Losses on further outputs of D or on the codes of a prior. They are added to a loss on the scores,
# and their recipes are played elsewhere.
ADDED = {
    *("auxiliary-classifier", "conditional-contrastive", "d2d-ce"),
    *("generator-choice", "mutual-information"),
}


def names(kind: str) -> list[str]:
    """The components of that kind that come with ganzoo itself."""
    own = {plugin.name for plugin in REGISTRY.plugins if plugin.distribution == "ganzoo"}
    return [entry.name for entry in REGISTRY.entries(kind) if entry.plugin in own]


LOSSES = [name for name in names("loss") if name not in ADDED]
GAMES = [name for name in names("game") if name not in OF_THEIR_OWN]
PENALTIES, PRIORS = names("penalty"), names("prior")
GENERATORS, DISCRIMINATORS = names("generator"), names("discriminator")
NORMALISED = [
    name
    for name in DISCRIMINATORS
    if "spectral_norm" in options_of(REGISTRY.get("discriminator", name).load(), "discriminator")
]


def small(kind: str, part: Part, registry: Registry = REGISTRY) -> Part:
    """The component made small; the options that the table does not have stay as they are, and so
    do layers that there are none of."""
    known = options_of(registry.get(kind, part.name).load(), kind)
    fitting = {
        name: value
        for name, value in SMALL.items()
        if name in known and part.options.get(name, known[name].default) != ()
    }
    return Part(part.name, {**part.options, **fitting})


def shrunk(recipe: Recipe) -> Recipe:
    """The recipe with all its components small."""
    one = ("generator", "discriminator", "loss", "prior")
    parts = {kind: small(kind, getattr(recipe, kind)) for kind in one}
    penalties = tuple(small("penalty", part) for part in recipe.penalties)
    games = tuple(small("game", part) for part in recipe.game)
    networks = {role: small("network", part) for role, part in recipe.networks.items()}
    return recipe.replace(**parts, penalties=penalties, game=games, networks=networks)


def played(game: Game, recipe: Recipe, steps: int, n: int = 4) -> list[dict[str, Tensor]]:
    """Play a built game on noise in the spec's range, n samples a batch; images are sources too.
    The losses by update."""
    spec = game.spec
    x = spec.low + (spec.high - spec.low) * torch.rand(4 * n, *spec.shape)
    y = torch.arange(4 * n) % spec.classes if spec.classes else None
    data = Data(x, y, spec.classes, cond={"source": x.flip(0)} if spec.image else {})
    engine = Engine(game, data, recipe.replace(batch_size=n, ema=0.0, steps=steps))
    reports = [report for _ in range(steps) for report in engine.advance()]
    return [
        {name: value for name, value in report.items() if name.startswith("loss_")}
        for report in reports
    ]


@contextmanager
def about(*parts: str) -> Iterator[None]:
    """An error inside is noted with the components that it comes from."""
    try:
        yield
    except Exception as error:
        error.add_note("with " + ", ".join(parts))
        raise


def moves(recipe: Recipe, steps: int = 2) -> bool:
    """Build the recipe's game, made small, and play: losses are finite, and every weight moves.
    False for what is refused as it may be."""
    parts = [recipe.loss, recipe.prior, recipe.generator, recipe.discriminator, *recipe.game]
    parts += recipe.penalties
    torch.manual_seed(0)
    with about(*(part.name for part in parts)):
        try:
            game = build(shrunk(recipe), SPEC, REGISTRY)
        except UsageError:
            if not {part.name for part in parts} & CHOOSY.keys():
                raise
            return False
        before = {name: weight.clone() for name, weight in game.named_parameters()}
        losses = [loss for update in played(game, recipe, steps) for loss in update.values()]
        assert all(loss.isfinite() for loss in losses), losses
        after = dict(game.named_parameters())
        assert all(weight.isfinite().all() for weight in after.values())
        still = [name for name, weight in before.items() if torch.equal(weight, after[name])]
        if "reconstruction" not in {penalty.name for penalty in recipe.penalties}:
            still = [n for n in still if not n.startswith("discriminator.decode")]
        if recipe.loss.name in INDIFFERENT:
            still = [n for n in still if not (n.startswith("discriminator") and n.endswith("bias"))]
        assert not still, f"these did not move: {still}"
    return True


def players(game: str) -> list[str]:
    """The players of a registered game."""
    return [*build(PLAIN.replace(game=Part(game)), SPEC, REGISTRY, training=False).players()]


def penalised(name: str | None) -> tuple[Part, ...]:
    return (Part(name),) if name else ()


# -- everything with everything ------------------------------------------------------------------


def test_the_walk_finds_the_first_party_components() -> None:
    assert {"minimax", "hinge", "relativistic"} <= {*LOSSES}
    assert {"r1", "weight-clip"} <= {*PENALTIES}
    assert {"normal", "uniform"} <= {*PRIORS}
    assert {"mlp", "dcgan", "r3gan", "stylegan2", "fastgan", "resnet"} <= {*GENERATORS} & {
        *DISCRIMINATORS
    }
    assert {"mlp", "dcgan", "resnet"} <= {*NORMALISED}
    assert {*INDIFFERENT} <= {*LOSSES}


@pytest.mark.parametrize("penalty", [None, *PENALTIES])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_and_a_penalty_play_with_all_networks_and_all_priors(loss: str, penalty) -> None:
    rest = [
        *product(["normal"], GENERATORS, DISCRIMINATORS),
        *product([prior for prior in PRIORS if prior != "normal"], ["mlp"], ["mlp"]),
    ]
    recipes = [
        PLAIN.replace(
            loss=Part(loss),
            penalties=penalised(penalty),
            prior=Part(prior),
            generator=Part(generator),
            discriminator=Part(discriminator),
        )
        for prior, generator, discriminator in rest
    ]
    assert sum(moves(recipe) for recipe in recipes)


@pytest.mark.parametrize("penalty", [None, *PENALTIES])
@pytest.mark.parametrize("loss", LOSSES)
def test_both_players_may_move_in_one_update(loss: str, penalty) -> None:
    at_once = PLAIN.replace(
        game=Part("standard", {"simultaneous": True}),
        loss=Part(loss),
        penalties=penalised(penalty),
    )
    alone = shrunk(at_once.replace(penalties=()))
    assert [*build(alone, SPEC, REGISTRY).updates(1)] == [("d", "g")]
    recipes = [at_once.replace(discriminator=Part(name)) for name in DISCRIMINATORS]
    assert sum(moves(recipe) for recipe in recipes)


@pytest.mark.parametrize("game", [name for name in GAMES if name not in CHOOSY])
def test_every_game_is_played_with_every_loss_and_penalty(game: str) -> None:
    plain = PLAIN.replace(game=Part(game), optimizer=dict.fromkeys(players(game), ADAM))
    recipes = [
        plain.replace(loss=Part(loss), penalties=penalised(penalty))
        for loss, penalty in product(LOSSES, [None, *PENALTIES])
    ]
    assert sum(moves(recipe) for recipe in recipes)


# -- a spectral norm -----------------------------------------------------------------------------


def normalised(discriminator: str, **changes: Any) -> Recipe:
    return PLAIN.replace(discriminator=Part(discriminator, {"spectral_norm": True}), **changes)


@pytest.mark.parametrize("discriminator", NORMALISED)
def test_a_spectral_norm_plays_with_every_loss_and_penalty(discriminator: str) -> None:
    penalties = [name for name in (None, *PENALTIES) if name != "weight-clip"]
    for loss, penalty in product(LOSSES, penalties):
        recipe = normalised(discriminator, loss=Part(loss), penalties=penalised(penalty))
        assert moves(recipe) or penalty in CHOOSY


@pytest.mark.parametrize("discriminator", NORMALISED)
def test_clipped_weights_and_a_spectral_norm_are_refused_together(discriminator: str) -> None:
    recipe = normalised(discriminator, penalties=(Part("weight-clip"),))
    said = "'weight-clip' cannot clip weights .*spectral norm.*: leave one of the two out"
    with pytest.raises(UsageError, match=said):
        build(shrunk(recipe), SPEC, REGISTRY)


def test_a_refused_recipe_leaves_no_run_behind(tmp_path: Path) -> None:
    recipe = normalised("mlp", penalties=(Part("weight-clip"),), dataset=Part("ring-8"))
    with pytest.raises(UsageError, match="weight-clip"):
        ganzoo.train(shrunk(recipe), out=tmp_path / "run", device="cpu", registry=REGISTRY)
    assert not [*tmp_path.iterdir()]


# -- a loss that needs labels --------------------------------------------------------------------


class Labelled(Loss):
    """Reads the labels, so that it cannot do without them."""

    def check(self, game: Game) -> None:
        if game.spec.classes == 0:
            raise UsageError("The loss 'labelled' needs labels: choose a dataset that has some.")

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return (fake.score * fake.batch.y - real.score * real.batch.y).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -(fake.score * fake.batch.y).mean()


class Labels:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.loss("labelled", Labelled)


AS = {
    "loss": {"loss": Part("labelled")},
    "first of a sum": {"loss": Part("labelled"), "extra_losses": (Part("minimax"),)},
    "last of a sum": {"extra_losses": (Part("minimax"), Part("labelled"))},
}


@pytest.mark.parametrize("changes", AS.values(), ids=AS)
def test_a_loss_that_needs_labels_is_refused_where_there_are_none(changes) -> None:
    registry, recipe = registry_of(ganzoo_vanilla_mlp, labels=Labels()), PLAIN.replace(**changes)
    with pytest.raises(UsageError, match=r"^The loss 'labelled' needs labels: choose a dataset"):
        build(recipe, SPEC.replace(classes=0), registry)
    updates = played(build(recipe, SPEC, registry), recipe, 2)
    assert all(math.isfinite(loss.item()) for update in updates for loss in update.values())


def test_sampling_asks_nothing_of_the_loss() -> None:
    registry = registry_of(ganzoo_vanilla_mlp, labels=Labels())
    recipe = PLAIN.replace(loss=Part("labelled"))
    game = build(recipe, SPEC.replace(classes=0), registry, training=False)
    assert game.generate(game.noise(2)).x.shape == (2, 1, 8, 8)
