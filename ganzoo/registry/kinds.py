"""The kinds of components: one table that the rest of ganzoo is derived from.

The methods of a registrar, the build, the parameters of ``ganzoo.train``, the options of the
command line, completion, the scaffold and the docs all read it. Free of torch: a base class is
named, and imported where a component is built.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from ganzoo.errors import UsageError, near


@dataclass(frozen=True)
class Kind:
    """One kind of component.

    base: the class that its components derive from, as "module:Class"; empty where any callable
    does. given: the arguments of a constructor that ganzoo hands over; the others are options.
    on_request: whether a constructor is handed only those of ``given`` that it has a name for.
    field: of a recipe, that names components of this kind; empty where none does. several: whether
    that field is a list. option: of the command line, and parameter of ``ganzoo.train``, that adds
    or swaps a component; empty where there is none. help: the option's line in --help.
    """

    name: str
    base: str = ""
    given: tuple[str, ...] = ()
    on_request: bool = False
    field: str = ""
    several: bool = False
    option: str = ""
    help: str = ""

    def base_class(self) -> type | None:
        if not self.base:
            return None
        module, _, name = self.base.partition(":")
        base: type = getattr(importlib.import_module(module), name)
        return base


def _interface(name: str) -> str:
    return f"ganzoo.interfaces:{name}"


_TABLE = (
    Kind("recipe"),
    Kind(
        "generator",
        _interface("Generator"),
        given=("spec",),
        field="generator",
        option="generator",
        help="Swap the generator.",
    ),
    Kind(
        "discriminator",
        _interface("Discriminator"),
        given=("spec",),
        field="discriminator",
        option="discriminator",
        help="Swap the discriminator.",
    ),
    Kind("network", _interface("Network"), given=("spec",)),
    Kind("loss", _interface("Loss"), field="loss", option="loss", help="Swap the loss."),
    Kind(
        "penalty",
        _interface("Penalty"),
        field="penalties",
        several=True,
        option="penalty",
        help="Add a penalty. Repeatable.",
    ),
    Kind(
        "augmentation",
        _interface("Augmentation"),
        field="augmentations",
        several=True,
        option="augment",
        help="Add an augmentation of the samples that D sees. Repeatable.",
    ),
    Kind(
        "prior",
        _interface("NoisePrior"),
        field="prior",
        option="prior",
        help="Swap the noise prior.",
    ),
    Kind(
        "game",
        "ganzoo.engine.game:Game",
        given=("spec", "prior", "loss", "penalties", "augmentations"),
        field="game",
        option="game",
        help="Swap the rules: networks, players, updates.",
    ),
    Kind("optimizer", given=("parameters",)),
    Kind("schedule", "ganzoo.schedules:Schedule"),
    Kind(
        "dataset",
        _interface("Dataset"),
        field="dataset",
        option="dataset",
        help="Swap the data; folder:PATH for your own images.",
    ),
    Kind("view", _interface("View"), given=("spec",)),
    Kind(
        "features",
        _interface("Features"),
        given=("dataset", "data", "train", "device", "told"),
        on_request=True,
    ),
    Kind("metric", _interface("Metric"), given=("features", "data"), on_request=True),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _TABLE}
# The kinds whose components ``ganzoo.train`` and the command line take by name, by option.
SWAPPED: dict[str, Kind] = {kind.option: kind for kind in _TABLE if kind.option}


def kind_of(name: str) -> Kind:
    """Raises UsageError, with the near matches, for a kind that there is not."""
    if name not in KINDS:
        raise UsageError(f"There is no kind {name!r} of component. {near(name, KINDS)}")
    return KINDS[name]


def base_classes() -> dict[str, Any]:
    """The base class of each kind that has one. Imports torch."""
    return {name: kind.base_class() for name, kind in KINDS.items() if kind.base}
