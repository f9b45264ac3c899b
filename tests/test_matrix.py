"""Every loss, penalty, prior, network and game that ganzoo brings plays with every one of another
kind, the other components of the recipe being the plainest.

The components are found through the registry: one that is added later is walked too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
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
    Scores,
    Spec,
    UsageError,
    hookimpl,
)
from ganzoo.assembly.build import build
from ganzoo.assembly.signature import options_of

from .plugins.small import REGISTRY, with_small_parts
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

# Components that play only with particular others, and the sentence by which `build` refuses the
# rest: the walk passes over them.
CHOOSY: dict[str, str] = {
    "mgan": "names a generator|Choose the prior generator-choice|the generator is known|game of "
    "this recipe joins labels",
    "pulling-away": "needs a discriminator that gives 'code'",
    "began": "needs a discriminator that gives 'energy'",
    "ebgan": "needs a discriminator that gives 'energy'",
    # their discriminator sees a sample and its noise as one vector
    "bigan": "is for images, not for samples|a sample that the discrimin|exchanges the roles",
    "veegan": "This network is for images, not for samples of shape|a sample that the discrimin",
    "reconstruction": "needs a discriminator that gives 'seen'",
    "weight-clip": "cannot clip weights|so small that no gradient is left",
    "orthogonal": "is on linear and convolutional layers, and the player 'd' has none",
    "consistency": "shifts images, and a sample that the discriminator sees",
    "aae": "(is for|translates) images, (not for samples of shape|and these samples are vectors)",
    "vae-gan": "use --prior normal",
    "latent-optimisation": "generator that translates images|latent codes into z",
    "patches": "sees the source beside the image|keeps images alone",
    "stylegan2": "mixes the z of several samples .* holds labels too",
}
# The partners with which such components play, by kind and name.
PARTNERS: dict[tuple[str, str], dict[str, Any]] = {
    ("generator", "mgan"): {"prior": Part("generator-choice")},
    ("discriminator", "mgan"): {
        "prior": Part("generator-choice"),
        "extra_losses": (Part("generator-choice"),),  # which trains its classifier
    },
    ("penalty", "pulling-away"): {"discriminator": Part("autoencoder")},
    ("penalty", "reconstruction"): {"discriminator": Part("fastgan")},
    ("loss", "began"): {"discriminator": Part("autoencoder")},
    ("loss", "ebgan"): {"discriminator": Part("autoencoder")},
}

# Components that play in recipes of their own only, on their own kind of data, or beside another
# loss. `ganzoo.testing` trains all recipes.
OF_THEIR_OWN = {
    # losses on further outputs of D, on the codes of a prior, or of G alone
    *("auxiliary-classifier", "d2d-ce"),
    *("generator-choice", "mutual-information", "paired-l1"),
    # translations
    *("patch-contrast", "two-way", "cycle", "identity", "patch-nce"),
    # rows of a table, and numbers over time
    *("conditional-table", "recurrent", "wavegan"),
}

# Weights that only this penalty or extra loss trains.
TRAINED_BY = {
    "reconstruction": ("discriminator.decode",),
    "mutual-information": ("discriminator.q.", "discriminator.heads."),
}

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


def names(kind: str) -> list[str]:
    """The components of that kind that come with ganzoo itself and play in any recipe."""
    own = {plugin.name for plugin in REGISTRY.plugins if plugin.distribution == "ganzoo"}
    alone = OF_THEIR_OWN if kind != "prior" else set()
    return [e.name for e in REGISTRY.entries(kind) if e.plugin in own and e.name not in alone]


AT_ONCE = "standard, both players in one update"
LOSSES, PENALTIES, PRIORS = names("loss"), names("penalty"), names("prior")
GENERATORS, DISCRIMINATORS = names("generator"), names("discriminator")
WALKED = {
    "loss": LOSSES,
    "penalty": PENALTIES,
    "prior": PRIORS,
    "generator": GENERATORS,
    "discriminator": DISCRIMINATORS,
    "game": [*names("game"), AT_ONCE],
}
NORMALISED = [
    name
    for name in DISCRIMINATORS
    if "spectral_norm" in options_of(REGISTRY.get("discriminator", name).load(), "discriminator")
]


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
    """Whether the recipe's game, made small, can be played, and then every weight moves. False for
    a recipe that is refused as it may be."""
    parts = [recipe.loss, recipe.prior, recipe.generator, recipe.discriminator, *recipe.game]
    parts += recipe.penalties
    torch.manual_seed(0)
    with about(*(part.name for part in parts)):
        try:
            still = still_after(recipe, steps)
        except UsageError as error:
            said = [CHOOSY[part.name] for part in parts if part.name in CHOOSY]
            if not any(re.search(sentence, str(error)) for sentence in said):
                raise
            return False
        assert not still, f"these did not move: {still}"
    return True


def still_after(recipe: Recipe, steps: int) -> list[str]:
    """The weights that these steps should change, and do not. Losses and weights stay finite."""
    game = build(with_small_parts(recipe), SPEC, REGISTRY)
    before = {name: weight.clone() for name, weight in game.named_parameters()}
    losses = [loss for update in played(game, recipe, steps) for loss in update.values()]
    assert all(loss.isfinite() for loss in losses), losses
    after = dict(game.named_parameters())
    assert all(weight.isfinite().all() for weight in after.values())
    still = [name for name, weight in before.items() if torch.equal(weight, after[name])]
    trained_by = {part.name for part in (*recipe.penalties, *recipe.extra_losses)}
    for name, weights in TRAINED_BY.items():
        if name not in trained_by:
            still = [weight for weight in still if not weight.startswith(weights)]
    if recipe.loss.name in INDIFFERENT:
        still = [n for n in still if not (n.startswith("discriminator") and n.endswith("bias"))]
    return still


def changes(kind: str, name: str) -> dict[str, Any]:
    """The fields of a recipe that has that component."""
    if kind == "penalty":
        return {"penalties": (Part(name),)}
    if kind != "game":
        return {kind: Part(name)}
    game = Part("standard", {"simultaneous": True}) if name == AT_ONCE else Part(name)
    built = build(with_small_parts(PLAIN.replace(game=game)), SPEC, REGISTRY, training=False)
    return {"game": game, "optimizer": dict.fromkeys(built.players(), ADAM)}


def recipe_of(*components: tuple[str, str]) -> Recipe:
    """A recipe that has these components, each a kind and a name, and the partners they need."""
    recipe = PLAIN
    for component in components:
        recipe = recipe.replace(**PARTNERS.get(component, {}))
    for kind, name in components:
        recipe = recipe.replace(**changes(kind, name))
    return recipe


# -- everything with everything ------------------------------------------------------------------


def test_the_walk_finds_the_first_party_components() -> None:
    assert {"minimax", "hinge", "relativistic"} <= {*LOSSES}
    assert {"r1", "weight-clip"} <= {*PENALTIES}
    assert {"normal", "uniform"} <= {*PRIORS}
    assert {"mlp", "dcgan", "r3gan", "stylegan2", "fastgan", "resnet", "transgan"} <= {
        *GENERATORS
    } & {*DISCRIMINATORS}
    assert {"mlp", "dcgan", "resnet"} <= {*NORMALISED}
    assert {*INDIFFERENT} <= {*LOSSES}
    assert {*CHOOSY} <= {name for walked in WALKED.values() for name in walked}


def test_the_components_that_are_not_walked_are_in_recipes() -> None:
    recipes = [REGISTRY.recipe(entry.name) for entry in REGISTRY.entries("recipe")]
    used = {
        part.name
        for recipe in recipes
        for parts in (recipe.game, recipe.penalties, recipe.extra_losses)
        for part in (*parts, recipe.loss, recipe.generator, recipe.discriminator)
    }
    assert used >= OF_THEIR_OWN


@pytest.mark.parametrize(
    ("kind", "name", "other"),
    [(kind, name, other) for kind, other in combinations(WALKED, 2) for name in WALKED[kind]],
)
def test_a_component_plays_with_all_of_another_kind(kind: str, name: str, other: str) -> None:
    recipes = [recipe_of((kind, name), (other, partner)) for partner in WALKED[other]]
    assert sum(moves(recipe) for recipe in recipes)


def test_both_players_move_in_one_update() -> None:
    recipe = with_small_parts(recipe_of(("game", AT_ONCE)))
    assert [*build(recipe, SPEC, REGISTRY).updates(1)] == [("d", "g")]


# -- two games -----------------------------------------------------------------------------------

GAMES = [entry.name for entry in REGISTRY.entries("game")]


def stack_of(*names: str) -> Recipe:
    """A small recipe with a stack of games, and an optimizer for each of its players."""
    recipe = with_small_parts(PLAIN.replace(game=tuple(map(Part, names))))
    players = build(recipe, SPEC, REGISTRY, training=False).players()
    return recipe.replace(optimizer=dict.fromkeys(players, ADAM))


def defaults(recipe: Recipe) -> dict[str, Any]:
    """The options of the recipe's games, each with its value in the recipe or its default."""
    values = {}
    for part in recipe.game:
        known = options_of(REGISTRY.get("game", part.name).load(), "game")
        own = {name: option.default for name, option in known.items()}
        values |= {**own, **part.options}
    return values


@pytest.mark.parametrize("first", GAMES)
def test_no_game_changes_the_options_of_another(first: str) -> None:
    played_with = set()
    for second in GAMES:
        if second == first:
            continue
        with about(first, second):
            try:
                recipe = stack_of(first, second)
                game = build(recipe, SPEC, REGISTRY)
            except UsageError:
                continue
            for name, value in defaults(recipe).items():
                held = getattr(game, name, value)
                if name != "share_fakes" and not isinstance(held, torch.nn.Module):
                    assert held == value, name
            losses = [loss for each in played(game, recipe, 2) for loss in each.values()]
            assert all(loss.isfinite() for loss in losses), losses
            played_with.add(second)
    assert played_with or first in OF_THEIR_OWN


def test_games_that_change_noise_and_gradients_are_stacked() -> None:
    for names in (("top-k", "latent-optimisation"), ("unrolled", "latent-optimisation")):
        for order in (names, names[::-1]):
            losses = played(build(stack_of(*order), SPEC, REGISTRY), stack_of(*order), 2)
            assert all(loss.isfinite() for each in losses for loss in each.values())


@pytest.mark.parametrize("name", ["aae", "vae-gan"])
def test_the_noise_of_fakes_is_not_moved_where_a_game_makes_its_own_fakes(name: str) -> None:
    for names in ((name, "latent-optimisation"), ("latent-optimisation", name)):
        with pytest.raises(UsageError, match="a rule of its own for the fakes"):
            build(stack_of(*names), SPEC, REGISTRY)


# -- a spectral norm -----------------------------------------------------------------------------


def normalised(discriminator: str, **changes: Any) -> Recipe:
    return PLAIN.replace(discriminator=Part(discriminator, {"spectral_norm": True}), **changes)


@pytest.mark.parametrize("discriminator", NORMALISED)
def test_a_spectral_norm_plays_with_every_loss_and_penalty(discriminator: str) -> None:
    for loss in LOSSES:
        assert moves(normalised(discriminator, loss=Part(loss))) or loss in CHOOSY
    for penalty in PENALTIES:
        if penalty != "weight-clip":
            recipe = normalised(discriminator, penalties=(Part(penalty),))
            assert moves(recipe) or penalty in CHOOSY


@pytest.mark.parametrize("discriminator", NORMALISED)
def test_clipped_weights_and_a_spectral_norm_are_refused_together(discriminator: str) -> None:
    recipe = normalised(discriminator, penalties=(Part("weight-clip"),))
    said = "'weight-clip' cannot clip weights .*spectral norm.*: leave one of the two out"
    with pytest.raises(UsageError, match=said):
        build(with_small_parts(recipe), SPEC, REGISTRY)


def test_a_refused_recipe_leaves_no_run_behind(tmp_path: Path) -> None:
    recipe = normalised("mlp", penalties=(Part("weight-clip"),), dataset=Part("ring-8"))
    with pytest.raises(UsageError, match="weight-clip"):
        ganzoo.train(
            with_small_parts(recipe), out=tmp_path / "run", device="cpu", registry=REGISTRY
        )
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
