"""Options of datasets outside their range: refused before a dataset is made."""

from __future__ import annotations

import math

import pytest

from ganzoo import Part, Registry, UsageError
from ganzoo.assembly.build import component

WRONG = [
    *((name, "count", 0) for name in ("ring-8", "grid-25", "gaussian-1d", "swiss-roll")),
    *(("ring-8", "sigma", value) for value in (0.0, math.nan, math.inf, "wide")),
    ("ring-8", "radius", -1.0),
    ("grid-25", "sigma", -0.1),
    ("gaussian-1d", "std", 0.0),
    ("swiss-roll", "noise", -1.0),
    ("stacked-mnist", "count", 0),
    *((name, "limit", value) for name in ("mnist", "mnist-5k", "cifar10") for value in (0, -3)),
    ("folder", "size", 0),
]


@pytest.mark.parametrize(("name", "option", "value"), WRONG)
def test_an_option_out_of_range_is_refused(name: str, option: str, value: object) -> None:
    path = {"path": "images"} if name == "folder" else {}
    with pytest.raises(UsageError, match=f"dataset.{option} of '{name}'"):
        component("dataset", Part(name, {**path, option: value}), Registry.discover())
