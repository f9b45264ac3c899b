"""From a registered recipe to one that can be trained: variants applied, names made certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.components import Entry
from ganzoo.errors import GanzooError, UsageError
from ganzoo.overrides import override
from ganzoo.recipe import KIND_OF, PART_LISTS, PARTS, Part, Recipe, Variant

if TYPE_CHECKING:
    from ganzoo.registry import Registry


def whole(entry: Entry, registry: Registry, via: tuple[str, ...] = ()) -> Recipe:
    """The recipe that an entry stands for. A component that it names and that several plugins have
    is its own plugin's, else its own distribution's: what else is installed does not change it.

    ``via``: the variants that led here. Raises GanzooError for what is not a recipe, and for a
    variant of what is not there, of itself, or with changes that do not fit.
    """
    recipe = entry.load()
    if isinstance(recipe, Variant):
        return _own_parts(_varied(recipe, entry, registry, via), entry, registry)
    if isinstance(recipe, Recipe):
        return _own_parts(recipe, entry, registry)
    raise GanzooError(
        f"The recipe {entry.name!r} of plugin {entry.plugin!r} is a {type(recipe).__name__}, not "
        "a ganzoo Recipe. Mend or update the plugin."
    )


def _varied(variant: Variant, entry: Entry, registry: Registry, via: tuple[str, ...]) -> Recipe:
    if entry.qualified in via:
        raise GanzooError(f"The recipe {entry.qualified!r} is a variant of itself.")
    try:
        base = whole(registry.get("recipe", variant.of), registry, (*via, entry.qualified))
        recipe = override(base, variant.changes.items())
    except UsageError as error:
        raise GanzooError(
            f"The recipe {entry.name!r} of plugin {entry.plugin!r} is a variant of "
            f"{variant.of!r}, and cannot be made: {error}"
        ) from error
    return recipe.but(name=variant.name, summary=variant.summary, paper=variant.paper)


def _own_parts(recipe: Recipe, entry: Entry, registry: Registry) -> Recipe:
    changes: dict[str, Any] = {
        field: _own(getattr(recipe, field), field, entry, registry) for field in PARTS
    }
    for field in PART_LISTS:
        parts = getattr(recipe, field)
        changes[field] = tuple(_own(part, field, entry, registry) for part in parts)
    return recipe.but(**changes)


def _own(part: Part, field: str, recipe: Entry, registry: Registry) -> Part:
    named = [entry for entry in registry.entries(KIND_OF[field]) if entry.name == part.name]
    if len(named) < 2:
        return part
    home = registry.plugin(recipe.plugin).distribution
    own = [entry for entry in named if entry.plugin == recipe.plugin] or [
        entry for entry in named if home and registry.plugin(entry.plugin).distribution == home
    ]
    return Part(own[0].qualified, part.knobs) if len(own) == 1 else part
