"""Rules for a game, beside the rules for all components of a game."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ganzoo import rng
from ganzoo.assembly.build import build
from ganzoo.engine.game import Game
from ganzoo.errors import UsageError
from ganzoo.recipe import Part
from ganzoo.testing.dummies import QUALIFIED
from ganzoo.testing.findings import Fault, rule
from ganzoo.testing.inspection import calls, same
from ganzoo.testing.scenes import COUNT, Scene, drawn, few, working
from ganzoo.testing.subject import Subject


@rule(
    "samples",
    "game",
    "recipe",
    asks="From the weights in sampling_state() it generates finite samples of the data's shape: "
    "the same samples for the same seed, others for another seed; images are in [low, high].",
    mend="Let generate(noise) return noise.replace(x=...); draw noise only from the generator that "
    "noise() gets; and give every role that generating needs sampling=True in roles().",
)
def samples(subject: Subject) -> Iterator[Fault]:
    for scene in working(subject):
        game, missing = _for_sampling(scene)
        if missing:
            yield Fault(f"{missing} is not in sampling_state()", case=scene.case)
            continue
        seeds = ((3, 1), (3, 2), (4, 1))
        x, again, other = (drawn(scene, game, *pair) for pair in seeds)
        spec = scene.data.spec(scene.recipe.low, scene.recipe.high)
        wanted = (COUNT, *spec.shape)
        if x is None or again is None or other is None or tuple(x.shape) != wanted:
            shape = "missing" if x is None else tuple(x.shape)
            yield Fault(f"the shape of x is {shape}, not {wanted}", case=scene.case)
            continue
        if not x.isfinite().all():
            yield Fault("the samples are not finite", case=scene.case)
        elif ((x < spec.low - 1e-4) | (x > spec.high + 1e-4)).any():
            extent = f"from {x.min():.3g} to {x.max():.3g}"
            bounds = f"[{spec.low:g}, {spec.high:g}]"
            yield Fault(f"the samples go {extent}, outside {bounds}", scene.case)
        if not same(x, again):
            yield Fault("the samples differ for the same seed", case=scene.case)
        if same(x, other):
            yield Fault("the samples are the same for another seed", case=scene.case)


def _for_sampling(scene: Scene) -> tuple[Game, str]:
    """The game with only the networks for sampling, as from generator.safetensors; and a tensor
    that is missing there, or an empty string."""
    engine = scene.engine()
    with rng.seeded(5):
        spec = scene.data.spec(scene.recipe.low, scene.recipe.high)
        game = build(scene.recipe, spec, scene.registry, training=False).eval()
    missing = game.load_state_dict(engine.averaged.sampling_state(), strict=False).missing_keys
    return game, next((key for key in game.sampling_state() if key in missing), "")


@rule(
    "given",
    "game",
    asks="give() fixes every name in givable(): a label in a conditional game, the prior's codes.",
    mend="Let give(noise, name, value) return the noise with that label or code; leave out of "
    "givable() every name that cannot be fixed.",
)
def given(subject: Subject) -> Iterator[Fault]:
    for scene in working(subject):
        game = scene.game()
        for name in game.givable():
            noise = game.noise(COUNT, given={name: 0})
            if name == "label" and (noise.y is None or bool(noise.y.ne(0).any())):
                yield Fault("for the label 0, it draws noise with other labels", case=scene.case)


@rule(
    "additions",
    "game",
    asks="It calls the penalties of a player in the player's updates, and the augmentations when "
    "it scores samples; or its check() refuses them with ganzoo.UsageError.",
    mend="In a losses() of your own, add each penalty of self.due(players, step) to the loss of "
    "its player, and score samples with self.score(batch), which calls the augmentations. If the "
    "game cannot use them, raise ganzoo.UsageError in check() where self.penalties or "
    "self.augmentations is not empty.",
)
def additions(subject: Subject) -> Iterator[Fault]:
    called: dict[str, bool] = {}
    for scene in few(subject):
        for name, added in _with_additions(scene):
            try:
                game = added.game()
            except UsageError:  # the game refuses it
                continue
            called[name] = bool(calls(added, game)) or called.get(name, False)
    ignored = [name for name, was_called in called.items() if not was_called]
    if ignored:
        yield Fault(f"no update calls {', '.join(ignored)}")


def _with_additions(scene: Scene) -> Iterator[tuple[str, Scene]]:
    """The scene with one penalty or one augmentation more, which becomes the member under
    examination; a penalty for each player of its updates."""
    recipe = scene.recipe
    updates = scene.game().updates(scene.start + 1)
    moved = dict.fromkeys(player for players in updates for player in players)
    for player in moved:
        penalties = (*recipe.penalties, Part(QUALIFIED, {"player": player}))
        path = f"penalties.{len(recipe.penalties)}"
        added = recipe.replace(penalties=penalties)
        yield f"a penalty of player {player!r}", replace(scene, recipe=added, path=path)
    path = f"augmentations.{len(recipe.augmentations)}"
    added = recipe.replace(augmentations=(*recipe.augmentations, Part(QUALIFIED)))
    yield "an augmentation", replace(scene, recipe=added, path=path)
