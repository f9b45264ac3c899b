"""A recipe names a whole GAN: which components with which knobs, and how they are trained.

Data, no code, and no torch. The schedules of an optimizer's settings are plain functions of the
step, so they live here too.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

FINITE = sys.float_info.max
Positive = Annotated[float, Meta(gt=0, le=FINITE)]
NotNegative = Annotated[float, Meta(ge=0, le=FINITE)]
Fraction = Annotated[float, Meta(ge=0, lt=1)]
Count = Annotated[int, Meta(ge=1)]
Batch = Annotated[int, Meta(ge=1, le=2**20)]  # more is a slip of the hand, and all the memory
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]  # it names folders
Steps = Annotated[int, Meta(ge=0)]


class Part(Struct, frozen=True):
    """A component by name, with the knobs that differ from its defaults.

    Written flat, ``{"name": "mlp", "hidden": [512, 512]}``, or as a bare name.
    """

    name: str
    knobs: Mapping[str, Any] = {}


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything in a recipe: immutable, and closed to unknown fields."""


class Constant(Data, frozen=True, tag_field="name", tag="constant"):
    """The base value, always."""

    def at(self, step: int, base: float) -> float:
        return base


class Linear(Data, frozen=True, tag_field="name", tag="linear"):
    """From the base value to ``to`` in equal increments between rounds ``start`` and ``end``."""

    end: Count
    start: Steps = 0
    to: float = 0.0

    def at(self, step: int, base: float) -> float:
        return base + (self.to - base) * _progress(step, self.start, self.end)


class Cosine(Data, frozen=True, tag_field="name", tag="cosine"):
    """From the base value to ``to`` along half a cosine (arXiv:1608.03983, equation 5)."""

    end: Count
    start: Steps = 0
    to: float = 0.0

    def at(self, step: int, base: float) -> float:
        done = _progress(step, self.start, self.end)
        return self.to + (base - self.to) * (1 + math.cos(math.pi * done)) / 2


class Exponential(Data, frozen=True, tag_field="name", tag="exponential"):
    """The base value divided by ``factor`` every round, but never less than ``floor``."""

    factor: Annotated[float, Meta(gt=1)]
    floor: NotNegative = 0.0

    def at(self, step: int, base: float) -> float:
        return max(self.floor, base * self.factor**-step)


def _progress(step: int, start: int, end: int) -> float:
    return min(max((step - start) / max(end - start, 1), 0.0), 1.0)


Schedule = Constant | Linear | Cosine | Exponential


class Adam(Data, frozen=True, tag_field="name", tag="adam"):
    """arXiv:1412.6980."""

    lr: Positive = 2e-4
    betas: tuple[Fraction, Fraction] = (0.5, 0.999)
    eps: Positive = 1e-8
    weight_decay: NotNegative = 0.0
    schedule: Schedule = Constant()


class SGD(Data, frozen=True, tag_field="name", tag="sgd"):
    """Stochastic gradient descent with momentum, which may have a schedule of its own."""

    lr: Positive = 0.01
    momentum: Fraction = 0.0
    nesterov: bool = False
    weight_decay: NotNegative = 0.0
    schedule: Schedule = Constant()
    momentum_schedule: Schedule = Constant()

    def __post_init__(self) -> None:
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0")


class RMSprop(Data, frozen=True, tag_field="name", tag="rmsprop"):
    """Tieleman and Hinton's; ``alpha`` is the decay of the squared gradients' average."""

    lr: Positive = 5e-5
    alpha: Fraction = 0.99
    eps: Positive = 1e-8
    momentum: Fraction = 0.0
    weight_decay: NotNegative = 0.0
    schedule: Schedule = Constant()


Optimizer = Adam | SGD | RMSprop


class Recipe(Data, frozen=True, kw_only=True):
    """A whole GAN.

    terms: further losses, added to ``loss``. penalty: any number of them. optimizer: by player
    ("d", "g", and whatever else the game's players are called). steps: rounds of play; a round is
    one pass through the game's schedule. ema: decay of the generator's averaged weights, from
    which samples are drawn; 0 for none. ema_ramp: the decay is at most (1 + t) / (1 + ramp + t) in
    round t: 1 to average all rounds alike, more to forget the first ones. low, high: the range
    images are scaled into. *_every: in rounds. samples: how many are drawn for the picture.
    """

    name: Name
    summary: str = ""
    paper: str = ""
    generator: Part
    discriminator: Part
    loss: Part
    terms: tuple[Part, ...] = ()
    prior: Part = Part("normal")
    penalty: tuple[Part, ...] = ()
    game: Part = Part("standard")
    dataset: Part = Part("mnist")
    optimizer: Mapping[str, Optimizer]
    steps: Count
    batch_size: Batch = 64
    ema: Fraction = 0.0
    ema_ramp: Positive = 9.0
    low: float = -1.0
    high: float = 1.0
    log_every: Count = 100
    sample_every: Count = 1000
    checkpoint_every: Count = 1000
    samples: Batch = 64

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and self.low < self.high < math.inf):
            raise ValueError(f"low ({self.low}) must be less than high ({self.high}), both finite")

    def but(self, **changes: Any) -> Recipe:
        """This recipe with some fields replaced: a new GAN in a line."""
        return msgspec.structs.replace(self, **changes)


class Variant(Data, frozen=True, kw_only=True):
    """A recipe told by what it changes of another, ``of``, which any plugin may have brought.

    changes: plain values by dotted path, as ``--set`` takes them, made in their order:
    ``{"loss": "hinge", "optimizer.d.lr": 4e-4}``.
    """

    name: Name
    of: str
    summary: str = ""
    paper: str = ""
    changes: Mapping[str, Any]


PARTS = ("generator", "discriminator", "loss", "prior", "game", "dataset")
PART_LISTS = ("terms", "penalty")
KIND_OF = {**{field: field for field in PARTS}, "terms": "loss", "penalty": "penalty"}

Precision = Literal["fp32", "bf16"]


def to_dict(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data, parts written flat: what config.json holds and ``read`` reads."""
    plain: dict[str, Any] = msgspec.to_builtins(recipe)
    for field in PARTS:
        plain[field] = _flat(plain[field])
    for field in PART_LISTS:
        plain[field] = [_flat(part) for part in plain[field]]
    return plain


def from_dict(plain: Mapping[str, Any]) -> Recipe:
    """The inverse of :func:`to_dict`. Raises msgspec.ValidationError, which names the field."""
    tree = dict(plain)
    for field in PARTS:
        if field in tree:
            tree[field] = _part(tree[field], field)
    for field in PART_LISTS:
        if field in tree:
            if not isinstance(tree[field], list | tuple):
                raise msgspec.ValidationError(f"Expected `array` - at `$.{field}`")
            tree[field] = [_part(part, field) for part in tree[field]]
    return msgspec.convert(tree, Recipe, strict=False)


def _flat(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": part["name"], **part["knobs"]}


def _part(plain: Any, field: str) -> dict[str, Any]:
    if isinstance(plain, str):
        return {"name": plain}
    if not isinstance(plain, Mapping) or "name" not in plain:
        raise msgspec.ValidationError(f"Expected a component's name - at `$.{field}`")
    return {"name": plain["name"], "knobs": {k: v for k, v in plain.items() if k != "name"}}
