"""A recipe names a whole GAN: which components with which options, and how they are trained.

Data, no code, and no torch.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

DEFAULT = ""  # in the place of a component's name: the game's own for a role
FINITE = sys.float_info.max
Positive = Annotated[float, Meta(gt=0, le=FINITE)]
Fraction = Annotated[float, Meta(ge=0, lt=1)]
Average = Fraction | dict[str, Any]  # the decay of averaged weights, or its schedule
Count = Annotated[int, Meta(ge=1)]
BatchSize = Annotated[int, Meta(ge=1, le=2**20)]  # more is a slip of the hand, and all the memory
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]  # it names folders


def bare(name: str) -> str:
    """A component's name without the plugin that it may be bound to: mlp for vanilla-mlp:mlp."""
    return name.rpartition(":")[2]


class Part(Struct, frozen=True):
    """A component by name, with the options that differ from its defaults.

    Written flat, ``{"name": "mlp", "hidden": [512, 512]}``, or as a bare name. A number that may
    change in the course of the training may be a schedule, ``{"schedule": "cosine", "start": 1,
    "end": 0.1}`` (``ganzoo.schedules``).
    """

    name: str
    options: Mapping[str, Any] = {}

    @property
    def bare(self) -> str:
        """The name without the plugin that it may be bound to."""
        return bare(self.name)


class Plain(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of a recipe: immutable, and closed to unknown fields."""


class Recipe(Plain, frozen=True, kw_only=True):
    """A whole GAN.

    networks: the components of a game's further roles, by role; with an empty name the game's own
    component, with these options. extra_losses: added to ``loss``.
    penalties, augmentations: any number of them, in order. game: one, or several that are stacked
    from left to right. optimizer: by player ("d", "g", and any further player of the game); beside
    the optimizer's own options each takes ``clip_norm``, ``accumulate`` and ``lr_scale``
    (``ganzoo.engine.optimizers.OptimizerSettings``). steps: of the training; one step is one pass
    through the updates of the game. ema: decay of the averaged weights, from which samples are
    drawn, or the decay's schedule; 0 for no average; or a list, for as many averages: samples are
    drawn from the first one unless another one is chosen. ema_ramp: a decay is at most
    (1 + t) / (1 + ramp + t) in step t: 1 to average all steps alike, more to forget the first ones.
    sync_batch_norm: whether a training in several processes normalises by the statistics of the
    whole batch, and not by those of each process's share. deterministic: whether a GPU computes
    with deterministic kernels only, which are slower. low, high: the range that images are
    scaled into. *_every: in steps; samples are also drawn at the steps 1, 2, 4, 8, ... below
    sample_every; None for a thirtieth of the steps. samples: how many are drawn for the picture.
    tuned_for: the datasets that the settings were chosen on; none for those of the paper.
    elsewhere: what changes on any other data, plain values by dotted path. tuned_size: the height
    and the width of the images that the settings were chosen on; None for any.
    """

    name: Name
    summary: str = ""
    paper: str = ""
    generator: Part
    discriminator: Part
    networks: Mapping[str, Part] = {}
    loss: Part
    extra_losses: tuple[Part, ...] = ()
    prior: Part = Part("normal")
    penalties: tuple[Part, ...] = ()
    augmentations: tuple[Part, ...] = ()
    game: tuple[Part, ...] = (Part("standard"),)
    dataset: Part = Part("mnist")
    optimizer: Mapping[str, Part]
    steps: Count
    batch_size: BatchSize = 64
    ema: Average | tuple[Average, ...] = 0.0
    ema_ramp: Positive = 9.0
    sync_batch_norm: bool = False
    deterministic: bool = False
    low: float = -1.0
    high: float = 1.0
    log_every: Count = 100
    sample_every: Count | None = None
    checkpoint_every: Count = 1000
    samples: BatchSize = 64
    tuned_for: tuple[str, ...] = ()
    elsewhere: Mapping[str, Any] = {}
    tuned_size: tuple[Count, Count] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and self.low < self.high < math.inf):
            raise ValueError(f"low ({self.low}) must be less than high ({self.high}), both finite")
        game: Any = self.game
        if isinstance(game, Part):  # as a person may write it in Python
            msgspec.structs.force_setattr(self, "game", (game,))
        if not self.game:
            raise ValueError("game must name one game at least")
        self._check_averages()

    @property
    def averages(self) -> tuple[Average, ...]:
        """The decay or the schedule of each average, the first one first."""
        return self.ema if isinstance(self.ema, tuple) else (self.ema,)

    def _check_averages(self) -> None:
        ema: Any = self.ema
        if isinstance(ema, list):  # as a person may write it in Python
            msgspec.structs.force_setattr(self, "ema", tuple(ema))
        if not isinstance(self.ema, tuple):
            return
        if not self.ema:
            raise ValueError("ema is a list without an average; 0 is for no average")
        if 0.0 in self.ema:
            raise ValueError(
                "ema is a list with a decay of 0, which is no average; the weights of the last "
                "step are kept in any case (--weights raw)"
            )
        for place, average in enumerate(self.ema):
            if average in self.ema[:place]:
                raise ValueError(f"ema is a list that has {average} twice")

    def replace(self, **changes: Any) -> Recipe:
        """This recipe with some fields replaced: a new GAN in a line."""
        return msgspec.structs.replace(self, **changes)

    def network(self, role: str, default: Part | None) -> Part | None:
        """The component of a further role, whose own component in the game is ``default``. None
        where neither the recipe nor the game names one."""
        part = self.networks.get(role)
        if part is None or part.name != DEFAULT:
            return part or default
        return default and Part(default.name, {**default.options, **part.options})

    def parts(self) -> Iterator[tuple[str, str, Part]]:
        """Every component that the recipe names: the kind, the dotted path, the part. Networks of
        further roles are left out: their kind is the game's business."""
        for field, kind in KIND_OF.items():
            value = getattr(self, field)
            if field in PARTS:
                yield kind, field, value
            elif field in PART_TABLES:
                for key, part in value.items():
                    yield kind, f"{field}.{key}", part
            else:
                for part in value:
                    yield kind, f"{field}.{part.bare}", part

    def with_parts(self, change: Callable[[str, Part], Part]) -> Recipe:
        """This recipe with ``change(kind, part)`` in the place of each of its ``parts``."""
        changes: dict[str, Any] = {}
        for field, kind in KIND_OF.items():
            value = getattr(self, field)
            if field in PARTS:
                changes[field] = change(kind, value)
            elif field in PART_TABLES:
                changes[field] = {key: change(kind, part) for key, part in value.items()}
            else:
                changes[field] = tuple(change(kind, part) for part in value)
        return self.replace(**changes)


class Variant(Plain, frozen=True, kw_only=True):
    """A recipe written as its changes of another one, ``of``, of any plugin.

    changes: plain values by dotted path, as ``--set`` takes them, made in their order:
    ``{"loss": "hinge", "optimizer.d.lr": 4e-4}``.
    """

    name: Name
    of: str
    summary: str = ""
    paper: str = ""
    changes: Mapping[str, Any]


# The fields of a recipe that name components: one, several, or one for each name.
PARTS = ("generator", "discriminator", "loss", "prior", "dataset")
PART_LISTS = ("extra_losses", "penalties", "augmentations", "game")
PART_TABLES = ("networks", "optimizer")
KIND_OF = {
    **{field: field for field in PARTS},
    "extra_losses": "loss",
    "penalties": "penalty",
    "augmentations": "augmentation",
    "game": "game",
    "optimizer": "optimizer",
}

Precision = Literal["fp32", "bf16", "tf32", "fp16"]


def to_dict(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data, parts written flat, as in config.json."""
    plain: dict[str, Any] = msgspec.to_builtins(recipe)
    for field in PARTS:
        plain[field] = _flat(plain[field])
    for field in PART_LISTS:
        plain[field] = [_flat(part) for part in plain[field]]
    for field in PART_TABLES:
        plain[field] = {key: _flat(part) for key, part in plain[field].items()}
    return plain


def from_dict(plain: Mapping[str, Any]) -> Recipe:
    """The inverse of :func:`to_dict`. Raises msgspec.ValidationError, which names the field."""
    tree = dict(plain)
    for field in PARTS:
        if field in tree:
            tree[field] = _part(tree[field], field)
    for field in PART_LISTS:
        if field in tree:
            several = tree[field]
            if field == "game" and isinstance(several, str | Mapping):
                several = [several]
            if not isinstance(several, list | tuple):
                raise msgspec.ValidationError(f"Expected `array` - at `$.{field}`")
            tree[field] = [_part(part, field) for part in several]
    for field in PART_TABLES:
        if field in tree:
            if not isinstance(tree[field], Mapping):
                raise msgspec.ValidationError(f"Expected `object` - at `$.{field}`")
            tree[field] = {
                key: _part(part, f"{field}.{key}", DEFAULT if field == "networks" else None)
                for key, part in tree[field].items()
            }
    return msgspec.convert(tree, Recipe, strict=False)


def _flat(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": part["name"], **part["options"]}


def _part(plain: Any, field: str, default: str | None = None) -> dict[str, Any]:
    if isinstance(plain, str):
        return {"name": plain}
    if isinstance(plain, Mapping) and default is not None:
        plain = {"name": default, **plain}
    if not isinstance(plain, Mapping) or "name" not in plain:
        raise msgspec.ValidationError(f"Expected a component's name - at `$.{field}`")
    return {"name": plain["name"], "options": {k: v for k, v in plain.items() if k != "name"}}
