"""With many plugins installed, ``ganzoo list`` stays fast and light."""

from __future__ import annotations

import resource
from pathlib import Path

from .place import Place
from .specimens import registering

LIST = """
import sys
from ganzoo.cli import zoo
zoo(["list"], standalone_mode=False)
heavy = {"torch", "torchvision", "numpy", "PIL"} & {*sys.modules}
sys.exit(f"imported {heavy}" if heavy else 0)
"""


def processor_time() -> float:
    """The seconds of processor time of all processes that this one has started and that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(place: Place) -> float:
    """The least processor time of three, which other programs hardly change."""
    times = []
    for _ in range(3):
        start = processor_time()
        done = place.python("-c", LIST)
        times.append(processor_time() - start)
        assert done.code == 0, done.err
    return min(times)


def test_thirty_plugins_cost_little_and_import_no_torch(tmp_path: Path) -> None:
    none = Place(tmp_path / "none")
    many = Place(tmp_path / "many", *(registering(f"plugin-{n}") for n in range(30)))
    listed = many.components()
    assert {f"loss/plugin-{n}" for n in range(30)} <= listed
    alone, crowded = seconds(none), seconds(many)
    print(f"ganzoo list: {alone:.3f} s; with 30 plugins {crowded:.3f} s, {crowded / alone:.2f} x")
    assert crowded < 2
    assert crowded < 3 * alone + 0.1
