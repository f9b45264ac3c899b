"""The settings of a run that may change where it is resumed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ganzoo.assembly.overrides import Change, check_known, dataset_part, override
from ganzoo.errors import UsageError, near
from ganzoo.recipe import Part, Recipe, bare, to_dict

if TYPE_CHECKING:
    from ganzoo.registry import Registry

CADENCE = ("steps", "log_every", "sample_every", "checkpoint_every")
LISTS = ("penalties", "augmentations")
# An optimizer's state belongs to its algorithm and to the order of its groups of weights.
_FIXED = ("name", "lr_scale")


def changed(recipe: Recipe, changes: Iterable[Change]) -> Recipe:
    """The recipe of a run with the changes made. Raises UsageError for a setting that is fixed for
    the whole run: a network, the data, the size of a batch."""
    changes, plain = list(changes), to_dict(recipe)
    for path, _ in changes:
        check_known(path, plain)
        _check_named(path, plain)
        if not _may_change(path, plain):
            raise UsageError(
                f"{path} is fixed for the whole run, and cannot change when it is resumed. These "
                f"settings can: {', '.join(CADENCE)}, and the options of optimizers (such as "
                "optimizer.g.lr), of penalties and of augmentations. For another setting, begin a "
                "new training."
            )
    return override(recipe, changes)


def _check_named(path: str, plain: dict[str, Any]) -> None:
    """Raises UsageError for a player, a penalty or an augmentation that the run does not have."""
    head, *rest = path.split(".")
    if head == "optimizer" and rest and rest[0] not in plain[head]:
        raise UsageError(f"{path}: the run has no player {rest[0]!r}. {near(rest[0], plain[head])}")
    if head in LISTS and rest and not plain[head]:
        raise UsageError(f"{path}: the run has no {head}, and a resumed run cannot get any.")


def _may_change(path: str, plain: dict[str, Any]) -> bool:
    head, *rest = path.split(".")
    if head in CADENCE:
        return not rest
    if head == "optimizer":
        return len(rest) > 1 and rest[0] in plain[head] and rest[1] not in _FIXED
    if head not in LISTS or not rest:
        return False
    names = [bare(part["name"]) for part in plain[head]]
    return rest[-1] != "name" and (rest[0] in names or len(names) == 1)


def moved(recipe: Recipe, text: str, registry: Registry) -> Recipe:
    """The recipe of a run whose data lies elsewhere now: ``text`` is ``folder:PATH``. Raises
    UsageError for another dataset than that of the run, or one that has no path."""
    found = dataset_part(text, registry)
    was = recipe.dataset
    if bare(found["name"]) != was.bare:
        raise UsageError(
            f"This run was trained on {was.bare}, and goes on with it, not with "
            f"{found['name']}. {near(str(found['name']), [was.bare])}"
        )
    if "path" not in found:
        raise UsageError(
            f"--dataset {text}: say where the run's data lies now, as {was.bare}:PATH; of a "
            "dataset without a path with --data-dir."
        )
    return recipe.replace(dataset=Part(was.name, {**was.options, "path": found["path"]}))
