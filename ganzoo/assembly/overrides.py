"""How a recipe is changed from outside: a config file, a component swapped by name, an option set.

The module ``assembly.settings`` reads the text of files and of ``--set``.

All three end as one operation, ``assign(tree, path, value)`` on the recipe written as plain data,
and are applied in the order recipe < config file < named option < ``--set``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ganzoo.assembly.setting_paths import setting_paths
from ganzoo.assembly.types_in_words import reason
from ganzoo.errors import UsageError, near
from ganzoo.recipe import DEFAULT, PART_LISTS, PART_TABLES, PARTS, Recipe, from_dict, to_dict

if TYPE_CHECKING:
    from ganzoo.registry import Registry

Change = tuple[str, Any]
LR_SCALE = "lr_scale"  # the option of an optimizer that is a table


def override(recipe: Recipe, changes: Iterable[Change]) -> Recipe:
    """The recipe with each dotted path set to its value, in turn.

    ``("loss", "minimax")`` swaps a component (its options start from their defaults),
    ``("optimizer.d.lr", 1e-4)`` sets an option of an optimizer, ``("penalties.r1.gamma", 10)`` one
    of a penalty, ``("penalties+", "r1")`` adds to a list, ``("recipe", {...})`` puts a whole recipe
    in this one's place.
    Raises UsageError for a path that leads nowhere or a value of the wrong type.
    """
    tree = to_dict(recipe)
    misfit: UsageError | None = None
    for path, value in changes:
        try:
            assign(tree, path, value)
        except (TypeError, KeyError, AttributeError):
            if misfit is None:
                raise
            raise misfit from None  # a value before it has the wrong form
        try:
            tree = to_dict(from_dict(tree))
            misfit = None
        except (msgspec.ValidationError, ValueError) as error:
            # The next change may mend it: the high end of a range may come after the low one.
            misfit = misfit or UsageError(
                f"{path}={_shown(value)} does not fit the recipe: {reason(error)}."
            )
    if misfit is not None:
        raise misfit
    return from_dict(tree)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """The changes of one source, such as all ``--set`` of a command, in an order in which all of
    them hold: a component comes before its options, which it would reset."""

    def depth(change: Change) -> int:
        path = change[0].removesuffix(".name").removesuffix(".schedule")
        return path.count(".")

    return sorted(changes, key=depth)


def adapted(recipe: Recipe, changes: Iterable[Change]) -> Recipe:
    """The recipe with the changes made; on data that it was not tuned for, over the settings that
    it has for such data."""
    changes = list(changes)
    changed = override(recipe, changes)
    if not recipe.tuned_for or changed.dataset.bare in recipe.tuned_for:
        return changed
    return override(on_other_data(recipe), changes)


def on_other_data(recipe: Recipe) -> Recipe:
    """The recipe with the settings that it has for data that it was not tuned for."""
    return override(recipe, recipe.elsewhere.items()).replace(tuned_for=(), elsewhere={})


def assign(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set one dotted path in a recipe written as plain data."""
    if path == "recipe" and isinstance(value, Mapping):
        tree.clear()
        tree.update(value)
        return
    adding = path.endswith("+")
    head, *rest = path.removesuffix("+").split(".")
    check_known(path, tree)
    if adding and (rest or head not in PART_LISTS):
        raise UsageError(f"{path}: only to {', '.join(PART_LISTS)} can be added.")
    if head in PART_LISTS:
        tree[head] = _changed_list(tree[head], rest, value, path, adding)
    elif head in PARTS:
        tree[head] = _changed_part(tree[head], rest, value, path)
    elif head in PART_TABLES:
        tree[head] = _changed_table(tree[head], rest, value, path)
    elif head == "ema" and rest:  # a number that may be a schedule, as an option may
        tree[head] = _changed_option(tree[head], rest, value, path)
    elif rest:
        raise UsageError(f"{path}: there is nothing below {head}; leave out '.{rest[0]}'.")
    else:
        tree[head] = value


def check_known(path: str, tree: Mapping[str, Any]) -> None:
    """Raises UsageError if the first word of a dotted path is no setting of a recipe."""
    head = path.removesuffix("+").partition(".")[0]
    if head not in tree:
        raise UsageError(f"A recipe has no setting {path!r}. {_meant(path, head, tree)}")


def _meant(path: str, head: str, tree: Mapping[str, Any]) -> str:
    """The settings that an unknown path may mean: those that it is the end of, such as
    optimizer.g.lr for lr, else near matches of its first word."""
    found = [known for known in setting_paths(tree) if known.endswith(f".{path}")]
    if found:
        return f"Did you mean {' or '.join(map(repr, found))}?"
    return near(head, tree)


def _changed_part(
    part: Mapping[str, Any], rest: list[str], value: Any, path: str
) -> dict[str, Any]:
    """A component's options are known only to its constructor, so ``build`` checks them."""
    if not rest:
        plain = _named(value, path, default=part["name"])
        return {**part, **plain} if _same(plain["name"], part["name"]) else dict(plain)
    if rest == ["name"]:
        return _changed_part(part, [], value, path)
    option, *deeper = rest
    if option == LR_SCALE and deeper:  # its keys are dotted paths themselves
        table = _changed_option(part.get(option, {}), [".".join(deeper)], value, path)
        return {**part, option: table}
    return {**part, option: _changed_option(part.get(option), deeper, value, path)}


def _changed_option(option: Any, rest: list[str], value: Any, path: str) -> Any:
    """An option is a plain value, a schedule, or a list that may hold schedules."""
    if not rest:
        return value
    key, *deeper = rest
    if isinstance(option, list | tuple) and key.isdecimal() and int(key) < len(option):
        changed = _changed_option(option[int(key)], deeper, value, path)
        return [changed if place == int(key) else one for place, one in enumerate(option)]
    if key == "schedule" and not deeper:  # a number becomes a schedule, or a schedule another
        return {"schedule": value}
    if not isinstance(option, Mapping):
        raise UsageError(
            f"{path}: an option that is no schedule has nothing below it; leave out '.{key}'."
        )
    return {**option, key: _changed_option(option.get(key), deeper, value, path)}


def _changed_list(
    parts: list[dict[str, Any]], rest: list[str], value: Any, path: str, adding: bool
) -> list[dict[str, Any]]:
    if not rest:
        given = value if isinstance(value, list | tuple) else [value]
        # A single game is meant where there is one: its options stay, unless it is another.
        if len(given) == len(parts) == 1 and path == "game":
            return [_changed_part(parts[0], [], given[0], path)]
        return [*(parts if adding else ()), *(dict(_named(part, path)) for part in given)]
    bare = [part["name"].rpartition(":")[2] for part in parts]
    if rest[0] in bare and bare.count(rest[0]) == 1:
        index, option = bare.index(rest[0]), rest[1:]
    elif len(parts) == 1 and (len(rest) == 1 or rest[0] in parts[0]):
        index, option = 0, rest
    else:
        head = path.partition(".")[0]
        raise UsageError(f"{path}: this recipe's {head} has no {rest[0]!r}. {near(rest[0], bare)}")
    changed = _changed_part(parts[index], option, value, path)
    return [changed if place == index else part for place, part in enumerate(parts)]


def _changed_table(
    table: Mapping[str, Any], rest: list[str], value: Any, path: str
) -> dict[str, Any]:
    """Parts by the name of a role or of a player."""
    if not rest:
        if not isinstance(value, Mapping):
            raise UsageError(
                f"{path} has settings of its own, such as {path}.{next(iter(table), 'NAME')}."
            )
        changed = dict(table)
        for key, inner in value.items():
            changed = _changed_table(changed, [key], inner, f"{path}.{key}")
        return changed
    key, *deeper = rest
    if key in table:
        return {**table, key: _changed_part(table[key], deeper, value, path)}
    if path.startswith("networks."):  # a role that the game has a component of its own for
        return {**table, key: _changed_part({"name": DEFAULT}, deeper, value, path)}
    if deeper not in ([], ["name"]):
        raise UsageError(f"{path}: there is no {key!r} here. {near(key, table)}")
    return {**table, key: dict(_named(value, path))}


def _named(value: Any, path: str, default: str | None = None) -> Mapping[str, Any]:
    """A component written flat, from its name or from a table with it."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, Mapping) and ("name" in value or default is not None):
        return {"name": default, **value}
    raise UsageError(f"{path} takes a component's name, not {_shown(value)}.")


def _same(new: str, old: str) -> bool:
    """Whether a name means the component that is named already, bound to its plugin or not."""
    return new == old or (":" not in new and new == old.rpartition(":")[2])


def dataset_part(text: str, registry: Registry) -> dict[str, Any]:
    """``--dataset``: a name, ``plugin:name``, or ``folder:PATH``, a dataset with its path.

    Raises UsageError for the path of a folder or a file, with the name that it takes.
    """
    head, _, path = text.partition(":")
    if _has_path(text, registry):
        return {"name": head, "path": absolute(path)}
    known = [
        name for entry in registry.entries("dataset") for name in (entry.name, entry.qualified)
    ]
    if text not in known and "folder" in known and _exists(text):
        raise UsageError(f"There is no dataset {text!r}. Did you mean folder:{text}?")
    return {"name": text}


def _has_path(text: str, registry: Registry) -> bool:
    """Whether the text is the name of a dataset and a path, as folder:PATH."""
    head, colon, _ = text.partition(":")
    named = [entry.qualified for entry in registry.entries("dataset") if entry.name == head]
    return bool(colon and named) and not (len(named) > 1 and text in named)


def with_path(change: Change, registry: Registry) -> Change:
    """A change that names a dataset as ``folder:PATH`` as a dataset and its path; and the path of a
    dataset absolute, from the current folder, however it was given. An option of a dataset may name
    another dataset with its path."""
    key, value = change
    if key == "dataset" and isinstance(value, str):
        return key, dataset_part(value, registry)
    if key == "dataset" and isinstance(value, Mapping):
        return key, {name: _option(name, each, registry) for name, each in value.items()}
    if key.startswith("dataset."):
        return key, _option(key.removeprefix("dataset."), value, registry)
    if key == "recipe" and isinstance(value, Mapping) and "dataset" in value:
        return key, {**value, "dataset": with_path(("dataset", value["dataset"]), registry)[1]}
    return change


def _option(name: str, value: Any, registry: Registry) -> Any:
    """The value of a dataset's option, with the path in it absolute."""
    if name == "path":
        return absolute(value)
    if name != "name" and isinstance(value, str) and _has_path(value, registry):
        head, _, path = value.partition(":")
        return f"{head}:{absolute(path)}"
    return value


def absolute(path: Any) -> Any:
    """A path from the current folder, with ~ for the home folder; nothing else is changed. An empty
    path is left for the dataset to refuse: it would be the current folder."""
    if not isinstance(path, str) or not path:
        return path
    try:
        return str(Path(path).expanduser().absolute())
    except RuntimeError:  # the home folder of nobody
        return path


def _exists(text: str) -> bool:
    try:
        return bool(text) and Path(text).expanduser().exists()
    except (OSError, RuntimeError, ValueError):  # too long, nobody's home, a null byte
        return False


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)
