"""The runs of a sweep: the product of what is varied, each under a name of its own."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganzoo.assembly.overrides import Change, adapted, with_path
from ganzoo.assembly.schedules import fixed as fixed_schedules
from ganzoo.assembly.settings import parse_setting
from ganzoo.assembly.variants import bound
from ganzoo.errors import UsageError
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.registry.kinds import SWAPPED

NONE = "none"
LONGEST = 120  # letters of a folder's name: some filesystems take 143


@dataclass(frozen=True)
class Choice:
    """One value of one thing that is varied. path: in the recipe; text: as it was typed; option:
    whether it is given to `ganzoo train` as --loss NAME, or else as --set KEY=VALUE."""

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
        """As ``ganzoo.train`` takes it: names of components, or the value of a setting."""
        if not self.option:
            return parse_setting(self.label)[1]
        return self.text.split("+") if SWAPPED[self.path].several else self.text

    def change(self, registry: Registry) -> Change:
        """As the recipe takes it."""
        value = [] if self.clears else self.value
        if not self.option:
            path = self.path
        else:
            kind = SWAPPED[self.path]
            path = f"{kind.field}+" if kind.several and not self.clears else kind.field
        return with_path((path, value), registry)


@dataclass(frozen=True)
class Trial:
    """One run of a sweep. name: of its folder, after what is varied; what has one value is
    none of that. recipe: all that it is trained on but the seed."""

    name: str
    choices: tuple[Choice, ...]
    seed: int
    recipe: Recipe

    @property
    def request(self) -> dict[str, Any]:
        """The arguments of ``ganzoo.train`` for what is varied, and for the seed."""
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
    """What is varied, and the values of each. ``settings``: KEY=V1,V2 as typed.

    Raises UsageError for a value given twice, and for a setting that is no KEY=VALUE."""
    found = [
        tuple(Choice(kind, name, True) for name in names) for kind, names in swaps.items() if names
    ]
    for setting in settings:
        key, _ = parse_setting(setting)
        values = values_of(setting.partition("=")[2])
        found.append(tuple(Choice(key, value, False) for value in values))
    seen: set[str] = set()
    for choice in itertools.chain(*found):
        if choice.label in seen:
            raise UsageError(f"{choice.label} is given twice. Name each value once.")
        seen.add(choice.label)
    paths = [each[0].path for each in found]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(f"{path} is varied twice. Give all its values in one place.")
    return found


def values_of(text: str) -> list[str]:
    """The values in ``V1,V2``: commas inside brackets or quotes separate nothing."""
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
    """Every combination of the choices, with each of the seeds 0, 1, ...: those of one combination
    follow each other. ``fixed``: changes that all have.

    Raises UsageError for a name that there is not, or a value that does not fit."""
    fixed, found = list(fixed), []
    for chosen in itertools.product(*varied):
        changes = [choice.change(registry) for choice in chosen]
        made = bound(adapted(recipe, [*fixed, *changes]), registry)
        made = fixed_schedules(made, registry)  # as a run keeps it
        told = [each for each, values in zip(chosen, varied, strict=True) if len(values) > 1]
        found += [Trial(_name(told, seed), chosen, seed, made) for seed in range(seeds)]
    return found


def _name(chosen: Iterable[Choice], seed: int) -> str:
    """What was chosen, as a folder may be called; with a digest where letters had to go."""
    told = ",".join([*(choice.label for choice in chosen), f"seed={seed}"])
    name = re.sub(r"[^\w.,=+-]", "_", told, flags=re.ASCII)
    if name == told and len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]
    return f"{name[:LONGEST]}-{digest}"
