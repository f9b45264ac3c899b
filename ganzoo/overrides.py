"""How a recipe is changed from outside: a config file, a component swapped by name, a knob set.

All three end as one operation, ``assign(tree, path, value)`` on the recipe written as plain data,
and are applied in the order recipe < config file < named option < ``--set``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.recipe import PART_LISTS, PARTS, Recipe, from_dict, to_dict

if TYPE_CHECKING:
    from ganzoo.registry import Registry

Change = tuple[str, Any]


def override(recipe: Recipe, changes: Iterable[Change]) -> Recipe:
    """The recipe with each dotted path set to its value, in turn.

    ``("loss", "minimax")`` swaps a component (its knobs start from their defaults),
    ``("optimizer.d.lr", 1e-4)`` turns a setting, ``("penalty.r1.gamma", 10)`` a knob of a penalty,
    ``("recipe", {...})`` puts a whole recipe in this one's place.
    Raises UsageError for a path that leads nowhere or a value of the wrong type.
    """
    tree = to_dict(recipe)
    misfit: UsageError | None = None
    for path, value in changes:
        assign(tree, path, value)
        try:
            tree = to_dict(from_dict(tree))
            misfit = None
        except (msgspec.ValidationError, ValueError) as error:
            # The next change may be what it lacks: a schedule's end after its name, for one.
            misfit = misfit or UsageError(
                f"{path}={_shown(value)} does not fit the recipe: {error}."
            )
    if misfit is not None:
        raise misfit
    return from_dict(tree)


def assign(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set one dotted path in a recipe written as plain data."""
    head, *rest = path.split(".")
    if path == "recipe" and isinstance(value, Mapping):
        tree.clear()
        tree.update(value)
        return
    if head not in tree:
        raise UsageError(f"A recipe has no setting {head!r}. {near(head, tree)}")
    if head in PART_LISTS:
        _assign_part_list(tree, head, rest, value, path)
    elif head in PARTS:
        tree[head] = _changed_part(tree[head], rest, value, path)
    else:
        tree[head] = _changed(tree[head], rest, value, path)


def _changed(node: Any, rest: list[str], value: Any, path: str) -> Any:
    """The node with what ``rest`` leads to replaced. A node with a name is one of several kinds
    (an optimizer, a schedule): another name starts from that kind's defaults."""
    if not isinstance(node, Mapping):
        if rest:
            raise UsageError(
                f"{path}: there is nothing below a plain value; leave out '.{rest[0]}'."
            )
        return value
    if not rest:
        if isinstance(value, str) and "name" in node:
            value = {"name": value}
        if not isinstance(value, Mapping):
            raise UsageError(f"{path} has settings of its own, such as {path}.{next(iter(node))}.")
        if "name" in value and value["name"] != node.get("name"):
            return dict(value)
        for key, inner in value.items():
            # A key that is new to a plain mapping is another player of the game.
            known = key in node or "name" in node
            changed = (
                _changed(node, [key], inner, f"{path}.{key}") if known else {**node, key: inner}
            )
            node = changed
        return node
    key, *deeper = rest
    if key == "name" and not deeper:
        return node if value == node.get("name") else {"name": value}
    if key not in node and set(node) != {"name"}:  # one just named has nothing written yet
        raise UsageError(f"{path}: there is no {key!r} here. {near(key, node)}")
    return {**node, key: _changed(node.get(key), deeper, value, path)}


def _changed_part(
    part: Mapping[str, Any], rest: list[str], value: Any, path: str
) -> dict[str, Any]:
    """A component's knobs are known only to its constructor, so ``build`` checks them."""
    if not rest:
        plain = {"name": value} if isinstance(value, str) else value
        if not isinstance(plain, Mapping):
            raise UsageError(f"{path} takes a component's name, not {_shown(value)}.")
        same = plain.get("name", part["name"]) == part["name"]
        return {**part, **plain} if same else dict(plain)
    if len(rest) > 1:
        raise UsageError(f"{path}: a knob has nothing below it; leave out '.{rest[1]}'.")
    if rest[0] == "name":
        return _changed_part(part, [], value, path)
    return {**part, rest[0]: value}


def _assign_part_list(
    tree: dict[str, Any], head: str, rest: list[str], value: Any, path: str
) -> None:
    parts: list[dict[str, Any]] = tree[head]
    if not rest:
        given = value if isinstance(value, list | tuple) else [value]
        tree[head] = [{"name": part} if isinstance(part, str) else part for part in given]
        return
    names = [part["name"] for part in parts]
    if rest[0] in names:
        name, knob = rest[0], rest[1:]
    elif len(parts) == 1 and len(rest) == 1:
        name, knob = names[0], rest
    else:
        raise UsageError(f"{path}: this recipe's {head} has no {rest[0]!r}. {near(rest[0], names)}")
    index = names.index(name)
    parts[index] = _changed_part(parts[index], knob, value, path)


def dataset_part(text: str, registry: Registry) -> dict[str, Any]:
    """``--dataset``: a name, ``plugin:name``, or ``folder:PATH``, a dataset with its path."""
    head, colon, path = text.partition(":")
    named = [entry.qualified for entry in registry.entries("dataset") if entry.name == head]
    if colon and named and not (len(named) > 1 and text in named):
        # An empty path is left for the dataset to refuse: Path("") would be the current folder.
        return {"name": head, "path": path and str(Path(path).expanduser().absolute())}
    return {"name": text}


def parse_setting(text: str) -> Change:
    """``KEY=VALUE`` from the command line: the value is read as JSON, else as a plain string."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"--set takes KEY=VALUE, such as steps=2000, not {text!r}.")
    try:
        return key.strip(), json.loads(value)
    except ValueError:
        return key.strip(), value


def read_config(path: Path) -> list[Change]:
    """The changes in a TOML or JSON file: a recipe, whole or in part, or a run's config.json."""
    try:
        text = path.read_text(encoding="utf-8")
        plain = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise GanzooError(
            f"{path} cannot be read: {error.strerror}. --config takes a TOML or JSON file."
        ) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise GanzooError(f"{path} is not valid {_language(path)}: {error}.") from None
    recipe = plain.get("recipe", plain) if isinstance(plain, dict) else plain
    if not isinstance(recipe, dict):
        raise UsageError(f"{path} should hold a recipe's settings, such as steps = 2000.")
    # A run's recipe stands for itself, whatever it is laid over; a table changes what it names.
    return [("recipe", recipe)] if "recipe" in plain else list(recipe.items())


def _language(path: Path) -> str:
    return "JSON" if path.suffix == ".json" else "TOML"


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)
