"""From a registered recipe to one that can be trained: variants applied, names bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ganzoo.assembly.overrides import in_order, override
from ganzoo.errors import GanzooError, UsageError
from ganzoo.recipe import Part, Recipe, Variant

if TYPE_CHECKING:
    from ganzoo.engine.game import Game
    from ganzoo.registry import Registry
    from ganzoo.registry.entries import Entry

NETWORKS = ("generator", "discriminator", "network")  # the kinds that a role may have


def whole(entry: Entry, registry: Registry, via: tuple[str, ...] = ()) -> Recipe:
    """The recipe that an entry stands for. A component that it names and that several plugins have
    is its own plugin's, else its own distribution's: other installed plugins do not change it.

    ``via``: the variants that led here. Raises GanzooError for an entry that is not a recipe, and
    for a variant of a recipe that does not exist, of itself, or with changes that do not fit.
    """
    recipe = entry.load()
    if isinstance(recipe, Variant):
        recipe = _varied(recipe, entry, registry, via)
    if not isinstance(recipe, Recipe):
        raise GanzooError(
            f"The recipe {entry.name!r} of plugin {entry.plugin!r} is a {type(recipe).__name__}, "
            "not a ganzoo Recipe. Mend or update the plugin."
        )
    recipe = recipe.with_parts(
        lambda kind, part: Part(_own(kind, part, entry, registry), part.options)
    )
    networks = {
        role: Part(_own_network(part, entry, registry), part.options)
        for role, part in recipe.networks.items()
    }
    return recipe.replace(networks=networks)


def bound(recipe: Recipe, registry: Registry) -> Recipe:
    """The recipe with every component's name bound to its plugin, ``plugin:name``: it means the
    same after other plugins are installed. Raises UsageError for a name that there is not, or that
    several plugins have. The networks of further roles are bound by :func:`bound_networks`."""
    return recipe.with_parts(
        lambda kind, part: Part(registry.get(kind, part.name).qualified, part.options)
    )


def bound_networks(recipe: Recipe, game: Game, registry: Registry) -> Recipe:
    """The recipe with the network of every further role of its game, defaults included, bound."""
    networks: dict[str, Part] = {}
    for role, about in game.roles().items():
        if role not in ("generator", "discriminator"):
            part = recipe.network(role, about.default)
            assert part is not None  # build has refused a game without it
            name = registry.get(about.kind, part.name).qualified
            networks[role] = Part(name, part.options)
    return recipe.replace(networks=networks)


def _varied(variant: Variant, entry: Entry, registry: Registry, via: tuple[str, ...]) -> Recipe:
    if entry.qualified in via:
        raise GanzooError(f"The recipe {entry.qualified!r} is a variant of itself.")
    try:
        base = whole(registry.get("recipe", variant.of), registry, (*via, entry.qualified))
        recipe = override(base, in_order(variant.changes.items()))
    except UsageError as error:
        raise GanzooError(
            f"The recipe {entry.name!r} of plugin {entry.plugin!r} is a variant of "
            f"{variant.of!r}, and cannot be made: {error}"
        ) from error
    if "elsewhere" not in variant.changes:
        recipe = recipe.replace(elsewhere=_unchanged(base.elsewhere, variant.changes))
    return recipe.replace(name=variant.name, summary=variant.summary, paper=variant.paper)


def _unchanged(elsewhere: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base recipe's settings on other data, without those of parts that the variant changes:
    there its own changes hold on all data."""

    def within(path: str, other: str) -> bool:
        return path == other or path.startswith(f"{other}.")

    changed_paths = [path.removesuffix(".name") for path in changes]
    return {
        path: value
        for path, value in elsewhere.items()
        if not any(within(path, each) or within(each, path) for each in changed_paths)
    }


def _own(kind: str, part: Part, recipe: Entry, registry: Registry) -> str:
    named = [entry for entry in registry.entries(kind) if entry.name == part.name]
    if len(named) < 2:
        return part.name
    home = registry.plugin(recipe.plugin).distribution
    own = [entry for entry in named if entry.plugin == recipe.plugin] or [
        entry for entry in named if home and registry.plugin(entry.plugin).distribution == home
    ]
    return own[0].qualified if len(own) == 1 else part.name


def _own_network(part: Part, recipe: Entry, registry: Registry) -> str:
    """The name of the network of a further role, whose kind only the game knows."""
    names = (_own(kind, part, recipe, registry) for kind in NETWORKS)
    return next((name for name in names if name != part.name), part.name)
