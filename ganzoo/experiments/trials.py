"""The runs of a sweep: every combination of the choices, each with its own name."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganzoo.assembly.overrides import Change, adapted, in_order, with_path
from ganzoo.assembly.schedules import fixed as fixed_schedules
from ganzoo.assembly.settings import parse_setting
from ganzoo.assembly.variants import bound
from ganzoo.errors import UsageError
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.registry.kinds import SWAPPED

NONE = "none"
LONGEST = 120  # characters in a folder's name: some filesystems allow only 143


@dataclass(frozen=True)
class Choice:
    """One value of a component or setting that the sweep varies. path: the dotted path in the
    recipe, or the kind of component. text: the value as typed. option: whether `ganzoo train` takes
    it as an option such as --loss NAME; else it takes it as --set KEY=VALUE."""

    path: str
    text: str
    option: bool

    @property
    def label(self) -> str:
        return f"{self.path}={self.text}"

    @property
    def clears(self) -> bool:
        """Whether the recipe's own components of this kind are left out, and none is added."""
        return self.option and SWAPPED[self.path].several and self.text == NONE

    @property
    def value(self) -> Any:
        """The argument of ``ganzoo.train``: names of components, or the value of a setting."""
        if not self.option:
            return parse_setting(self.label)[1]
        return self.text.split("+") if SWAPPED[self.path].several else self.text

    def change(self, registry: Registry) -> Change:
        """The change of the recipe."""
        value = [] if self.clears else self.value
        if not self.option:
            path = self.path
        else:
            kind = SWAPPED[self.path]
            path = f"{kind.field}+" if kind.several and not self.clears else kind.field
        return with_path((path, value), registry)


@dataclass(frozen=True)
class Trial:
    """One run of a sweep. name: the name of its folder, made of the choices that have several
    values. recipe: all settings of the training but the seed."""

    name: str
    choices: tuple[Choice, ...]
    seed: int
    recipe: Recipe

    @property
    def request(self) -> dict[str, Any]:
        """The arguments of ``ganzoo.train`` for the choices and the seed."""
        cleared = [choice.path for choice in self.choices if choice.clears]
        settings = {choice.path: choice.value for choice in self.choices if not choice.option}
        named = {
            choice.path: choice.value
            for choice in self.choices
            if choice.option and not choice.clears
        }
        return {**named, "without": cleared, "set": settings, "seed": self.seed}


def choices(
    swaps: Mapping[str, Sequence[str]], settings: Iterable[str]
) -> list[tuple[Choice, ...]]:
    """The choices for each component or setting that the sweep varies. ``swaps``: names by kind of
    component. ``settings``: KEY=V1,V2 as typed.

    Raises UsageError for a value given twice, and for a setting that is not KEY=VALUE."""
    varied = [
        tuple(Choice(kind, name, True) for name in names) for kind, names in swaps.items() if names
    ]
    for setting in settings:
        key, _ = parse_setting(setting)
        values = values_of(setting.partition("=")[2])
        varied.append(tuple(Choice(key, value, False) for value in values))
    seen: set[str] = set()
    for choice in itertools.chain(*varied):
        if choice.label in seen:
            raise UsageError(f"{choice.label} is given twice. Name each value once.")
        seen.add(choice.label)
    paths = [values[0].path for values in varied]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(f"{path} is varied twice. Give all its values in one option.")
    return varied


def values_of(text: str) -> list[str]:
    """The values in ``V1,V2``. A comma inside brackets or quotes does not separate values."""
    pieces, start, depth, quoted = [], 0, 0, False
    for index, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "[{":
            depth += 1
        elif not quoted and letter in "]}":
            depth -= 1
        elif letter == "," and not quoted and depth == 0:
            pieces.append(text[start:index])
            start = index + 1
    values = [piece.strip() for piece in [*pieces, text[start:]]]
    if not all(values):
        raise UsageError(f"{text!r} has an empty value between its commas.")
    return values


def trials(
    recipe: Recipe,
    fixed: Iterable[Change],
    varied: Sequence[Sequence[Choice]],
    seeds: int,
    registry: Registry,
) -> list[Trial]:
    """A trial for every combination of the choices and every seed 0, 1, ...; the seeds of one
    combination follow each other. ``fixed``: the changes that all trials share.

    Raises UsageError for an unknown name, or a value that does not fit."""
    fixed, product = list(fixed), []
    for combination in itertools.product(*varied):
        changes = [choice.change(registry) for choice in combination]
        changed = bound(adapted(recipe, in_order([*fixed, *changes])), registry)
        changed = fixed_schedules(changed, registry)  # as in the config.json of the run
        named = [
            choice for choice, values in zip(combination, varied, strict=True) if len(values) > 1
        ]
        product += [Trial(_name(named, seed), combination, seed, changed) for seed in range(seeds)]
    return product


def _name(named: Iterable[Choice], seed: int) -> str:
    """The choices and the seed as a folder's name, with a digest if characters were replaced or
    left out."""
    label = ",".join([*(choice.label for choice in named), f"seed={seed}"])
    name = re.sub(r"[^\w.,=+-]", "_", label, flags=re.ASCII)
    if name == label and len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(json.dumps(label).encode()).hexdigest()[:8]
    return f"{name[:LONGEST]}-{digest}"
