"""From a recipe, a spec and the registry to a game ready to be played."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from ganzoo.assembly.optimizers import optimizer_settings
from ganzoo.assembly.schedules import averages_of, fixed, in_steps, is_schedule, ranged, schedule_of
from ganzoo.assembly.signature import check_options, handed, options_of
from ganzoo.engine import micro_batches
from ganzoo.engine.game import Game
from ganzoo.engine.optimizers import check_scales
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.interfaces import Augmentation, Component, Network, View
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Entry, Registry
from ganzoo.registry.kinds import KINDS
from ganzoo.run.views import of_shape
from ganzoo.schedules import Schedule
from ganzoo.types import Role, Spec


def build(recipe: Recipe, spec: Spec, registry: Registry, *, training: bool = True) -> Game:
    """The recipe's game for data of that spec, its weights drawn from torch's generator.

    ``training=False`` leaves out all that only training needs, so that samples can be drawn where
    the loss's plugin is missing. Raises UsageError for parts that do not exist or do not fit
    together.
    """
    recipe = fixed(recipe, registry)
    prior = component("prior", recipe.prior, registry)
    given: Mapping[str, Any] = {"spec": spec, "prior": prior}
    if training:
        losses = [component("loss", part, registry) for part in (recipe.loss, *recipe.extra_losses)]
        given = {
            **given,
            "loss": losses[0] if len(losses) == 1 else sum(losses[1:], start=losses[0]),
            "penalties": [component("penalty", part, registry) for part in recipe.penalties],
            "augmentations": [
                component("augmentation", part, registry) for part in recipe.augmentations
            ],
        }
    game = _game(recipe, registry, given)
    game.batch_size, game.steps = recipe.batch_size, recipe.steps
    game.for_training = training
    game.view = view_of(spec, registry)
    for role, about in game.roles().items():
        if training or about.sampling:
            part = in_steps(about.kind, _part_of(role, about, recipe), recipe.steps, registry)
            network: Network = component(about.kind, part, registry, spec=about.spec)
            _check_network(role, about, network)
            setattr(game, role, network)
    game.built()
    if training:
        _check_roles(recipe, game)
        game.optimizers = _optimizers(recipe, game, registry)
        micro_batches.check(game, recipe.batch_size)
        game.averages = averages_of(recipe, registry)
        components = [module for module in game.modules() if isinstance(module, Component)]
        # The check of a loss may score samples, which an augmentation changes after its own check.
        for each in sorted(components, key=lambda each: not isinstance(each, Game | Augmentation)):
            each.check(game)
    return game


def component(kind: str, part: Part, registry: Registry, **given: Any) -> Any:
    """One component, constructed with its options checked and with all that ganzoo hands it. Of a
    scheduled option it is given the number of the first step."""
    entry = registry.get(kind, part.name)
    constructor = entry.load()
    options, schedules = checked_options(constructor, kind, part, registry)
    made = _constructed(constructor, entry, options, handed(constructor, kind, given))
    base = KINDS[kind].base_class()
    if base is not None and not isinstance(made, base):
        raise GanzooError(
            f"The {kind} {entry.name!r} of plugin {entry.plugin!r} is a {type(made).__name__}, "
            f"which is not a ganzoo {base.__name__}; its class should derive from it."
        )
    if schedules:
        _check_scheduled(entry, made, schedules)
        made.schedules = schedules
    return made


def _check_scheduled(entry: Entry, made: Any, schedules: Mapping[str, Schedule]) -> None:
    """Raises GanzooError for a scheduled option that is no attribute, which nothing could set."""
    for name in schedules:
        if not hasattr(made, name):
            raise GanzooError(
                f"The {entry.kind} {entry.name!r} of plugin {entry.plugin!r} takes a schedule for "
                f"{name!r} and has no attribute of this name, which is set before each step. Mend "
                "or update the plugin, or give one number."
            )


def _constructed(
    constructor: Any, entry: Entry, options: Mapping[str, Any], given: Mapping[str, Any]
) -> Any:
    try:
        return constructor(**given, **options)
    except GanzooError:
        raise
    except (ValueError, TypeError, RuntimeError) as error:  # RuntimeError is how torch refuses
        shown = ", ".join(f"{key}={value!r}" for key, value in options.items()) or "its defaults"
        reason = str(error).rstrip(".")
        raise UsageError(
            f"The {entry.kind} {entry.name!r} of plugin {entry.plugin!r} cannot be made with "
            f"{shown}: {reason}."
        ) from error


def checked_options(
    constructor: Any, kind: str, part: Part, registry: Registry
) -> tuple[dict[str, Any], dict[str, Schedule]]:
    """A component's options at the first step, and the schedules of those that change."""
    known, plain, schedules = options_of(constructor, kind), dict(part.options), {}
    field = KINDS[kind].field or kind
    path = f"{field}.{part.bare}" if KINDS[kind].several else field
    for name, value in part.options.items():
        if name in known and is_schedule(value):
            option = known[name]
            if not option.scheduled:
                able = [o.name for o in known.values() if o.scheduled]
                which = f"Options that can: {', '.join(able)}." if able else "It has none that can."
                raise UsageError(
                    f"{kind}.{name} of {part.bare!r} is one value for the whole run and cannot be "
                    f"scheduled. {which}"
                )
            schedules[name] = schedule_of(value, f"{path}.{name}", registry)
            ranged(schedules[name], option, f"{kind}.{name} of {part.bare!r}")
            plain[name] = schedules[name].value(0)
    return check_options(constructor, kind, part.bare, plain), schedules


def _game(recipe: Recipe, registry: Registry, given: Mapping[str, Any]) -> Game:
    """The recipe's game; where it names several, one whose class derives from all of theirs, the
    first one's rules before the next one's."""
    if len(recipe.game) == 1:
        game: Game = component("game", recipe.game[0], registry, **given)
        return game
    entries = [registry.get("game", part.name) for part in recipe.game]
    classes = [entry.load() for entry in entries]
    for entry, each in zip(entries, classes, strict=True):
        if not (isinstance(each, type) and issubclass(each, Game)):
            raise UsageError(f"The game {entry.name!r} cannot be stacked: it is no class of Game.")
    bases = [
        each
        for each in dict.fromkeys(classes)
        if not any(other is not each and issubclass(other, each) for other in classes)
    ]
    _check_stack(recipe, bases, classes)
    options: dict[str, Any] = {}
    schedules: dict[str, Schedule] = {}
    for each, part in zip(classes, recipe.game, strict=True):
        at_first, changing = checked_options(each, "game", part, registry)
        for option in at_first.keys() & options.keys():
            if at_first[option] != options[option]:
                raise UsageError(
                    f"The option {option!r} is that of the whole stack of games, and the recipe "
                    f"has two values for it, {options[option]!r} and {at_first[option]!r}: leave "
                    "out one of them."
                )
        options |= at_first
        schedules |= changing
    name = " + ".join(entry.name for entry in entries)
    try:
        stacked = type(name, tuple(bases), {})
    except TypeError as error:
        raise UsageError(f"The games {name} cannot be stacked in this order: {error}.") from None
    whole = Entry("game", name, entries[0].plugin, stacked)
    stack: Game = _constructed(stacked, whole, options, given)
    _check_scheduled(whole, stack, schedules)
    stack.schedules = schedules
    return stack


def _check_stack(
    recipe: Recipe, bases: Sequence[type[Game]], classes: Sequence[type[Game]]
) -> None:
    """Raises UsageError where two of the stacked games have the same exclusive rule, or declare an
    option of the same name: the stack has one rule, and one value of the option."""
    names = {each: part.bare for each, part in zip(classes, recipe.game, strict=True)}
    for first, second in combinations(bases, 2):
        for rule in sorted({*first.exclusive} & {*second.exclusive}):
            raise UsageError(
                f"The games {names[first]!r} and {names[second]!r} cannot be stacked: each has a "
                f"rule of its own for the {rule}, and the stack would have one rule for the two. "
                "Leave one of the games out."
            )
        for option in sorted({*options_of(first, "game")} & {*options_of(second, "game")}):
            if _declaring(first, option) is not _declaring(second, option):
                raise UsageError(
                    f"The games {names[first]!r} and {names[second]!r} cannot be stacked: both "
                    f"have an option {option!r}, and the stack would have one value for the two. "
                    "Leave one of the games out."
                )


def _declaring(game: type, option: str) -> type | None:
    """The class whose constructor names the option."""
    for each in game.__mro__:
        constructor = vars(each).get("__init__")
        if constructor is not None and option in inspect.signature(constructor).parameters:
            return each
    return None


def _part_of(role: str, about: Role, recipe: Recipe) -> Part:
    named = {"generator": recipe.generator, "discriminator": recipe.discriminator}
    part = named.get(role) or recipe.network(role, about.default)
    if part is None:
        raise UsageError(
            f"The game {game_name(recipe)!r} plays with a network {role!r}, and the recipe names "
            f"none: give one of kind {about.kind}, with --set networks.{role}=NAME"
        )
    return part


def _check_network(role: str, about: Role, network: Network) -> None:
    """Raises UsageError for a schedule in a network that samples are drawn from: its average and a
    loaded generator would keep the first number."""
    if network.schedules and (about.averaged or about.sampling):
        raise UsageError(
            f"The {role} cannot have a schedule ({', '.join(network.schedules)}): samples are "
            "drawn from a copy of it, which would keep the first number. Give one number; the "
            "author of a network can keep a number that changes in copied_buffers."
        )


def _check_roles(recipe: Recipe, game: Game) -> None:
    roles = game.roles()
    further = [role for role in roles if role not in ("generator", "discriminator")]
    for role in recipe.networks:
        if role not in further:
            raise UsageError(
                f"The recipe names a network {role!r}, which the game {game_name(recipe)!r} does "
                f"not play with. {near(role, further)}"
            )


def _optimizers(recipe: Recipe, game: Game, registry: Registry) -> dict[str, Any]:
    players = game.players()
    for player in players:
        if player not in recipe.optimizer:
            raise UsageError(
                f"The game {game_name(recipe)!r} has a player {player!r}, and the recipe names no "
                f"optimizer for it: add an [optimizer.{player}] table."
            )
    for player in recipe.optimizer:
        if player not in players:
            raise UsageError(
                f"The recipe has an optimizer for {player!r}, who does not play in the game "
                f"{game_name(recipe)!r}. {near(player, players)}"
            )
    made = {
        player: optimizer_settings(player, recipe.optimizer[player], registry) for player in players
    }
    for player, settings in made.items():
        check_scales(game, player, settings.lr_scale)
    return made


def view_of(spec: Spec, registry: Registry | None = None) -> View | None:
    """The view that the data names, else the view that the shape of the samples chooses; None if
    they cannot be shown. Raises UsageError if the named view is not installed, or does not fit.
    ``registry``: where a named view is looked up; by default all installed plugins."""
    if spec.view is None:
        return of_shape(spec)
    registry = registry or Registry.discover()
    view: View = component("view", spec.view, registry, spec=spec)
    return view


def game_name(recipe: Recipe) -> str:
    return " + ".join(part.bare for part in recipe.game)
