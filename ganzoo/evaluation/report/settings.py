"""The settings of runs: all of them by name, those that differ, and those that tell runs apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ganzoo.errors import GanzooError
from ganzoo.recipe import bare
from ganzoo.run import Run

# Fields of a recipe that do not change its training.
LABELS = ("name", "summary", "paper", "tuned_for", "elsewhere")
PROVENANCE = ("plugin.", "checksum.")  # beginnings of the names of settings that nobody chooses
NONE = "-"


def settings_of(run: Run) -> dict[str, Any]:
    """All settings of a run but the seed, by dotted name. Raises GanzooError if the run's
    configuration is damaged."""
    config = run.config
    try:
        recipe = {k: v for k, v in config["recipe"].items() if k not in LABELS}
        settings = dict(flat("", recipe))
        settings[f"checksum.{settings['dataset']}"] = str(config["dataset"]["checksum"])[:8]
        settings |= {"device": config["device"], "precision": config["precision"]}
        for plugin in sorted(_plugins(recipe)):
            about = config["plugins"][plugin]
            settings[f"plugin.{plugin}"] = f"{about['version']} {about['sha256'][:8]}".strip()
        int(config["seed"]), int(recipe["steps"])  # the fields that a Row reads
        str(config["recipe"]["name"]), str(config["dataset"]["name"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GanzooError(f"{run.path / 'config.json'} is damaged: {error!r}.") from None
    return {k: v for k, v in settings.items() if k != "dataset"}


def _plugins(node: Any) -> set[str]:
    """The names of the plugins of a recipe's components, from the recipe as plain data."""
    if isinstance(node, dict):
        own = {str(node["name"]).rpartition(":")[0]} if "name" in node else set()
        return own.union(*map(_plugins, node.values())) - {""}
    return set().union(*map(_plugins, node)) if isinstance(node, list) else set()


def differing(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The settings that are not the same in all runs, grouped by the first part of their names. A
    plugin or a checksum that a run does not have is no difference: its components show it."""
    names = dict.fromkeys(name for own in settings for name in own)
    heads = [name.partition(".")[0] for name in names]

    def differs(name: str) -> bool:
        absent = [] if name.startswith(PROVENANCE) else [NONE]
        values = {repr(v) for own in settings for v in ([own[name]] if name in own else absent)}
        return len(values) > 1

    return sorted(filter(differs, names), key=lambda name: heads.index(name.partition(".")[0]))


def telling(subjects: Sequence[Mapping[str, str]]) -> list[str]:
    """Few names, in the order of the subjects, whose values tell the subjects apart, as far as
    that is possible. One name after another is chosen: the name that tells most subjects apart."""
    names = [*dict.fromkeys(name for subject in subjects for name in subject)]
    chosen: list[str] = []

    def apart(name: str) -> int:
        return len({tuple(s.get(each, NONE) for each in (*chosen, name)) for s in subjects})

    told = 1
    while told < len(subjects) and names:
        name = max(names, key=apart)
        if apart(name) == told:
            break
        told = apart(name)
        chosen.append(name)
    return sorted(chosen, key=names.index)


def flat(prefix: str, node: Any) -> Iterator[tuple[str, Any]]:
    """The leaves of plain data by dotted name. A component gives its own name, then its options."""
    if isinstance(node, list) and all(isinstance(part, dict) and "name" in part for part in node):
        yield prefix, " + ".join(bare(part["name"]) for part in node) or "none"
        for part in node:
            options = {k: v for k, v in part.items() if k != "name"}
            yield from flat(f"{prefix}.{bare(part['name'])}", options)
    elif isinstance(node, dict):
        for key, value in node.items():
            path = f"{prefix}.{key}" if prefix else str(key)
            own_name = key == "name" and isinstance(value, str)
            yield from flat(prefix if key == "name" else path, bare(value) if own_name else value)
    else:
        yield prefix, node
