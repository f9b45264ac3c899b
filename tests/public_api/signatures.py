"""The public API as lines of text, one a name: what the stability test compares.

After adding to the API, or after changing it and raising ``ganzoo.API_VERSION``, write its file
anew with ``python -m tests.public_api.signatures``.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import ganzoo
import ganzoo.testing
from ganzoo.registry import hookspecs
from ganzoo.registry.entries import Registrar
from ganzoo.registry.kinds import KINDS

FILE = Path(__file__).with_name(f"v{ganzoo.API_VERSION}.txt")


def signatures() -> dict[str, str]:
    """Each public name, method, hook and registrar method, with its signature."""
    lines: dict[str, str] = {}
    for name in ganzoo.__all__:
        lines.update(_lines(f"ganzoo.{name}", getattr(ganzoo, name)))
    for name in ganzoo.testing.__all__:
        lines.update(_lines(f"ganzoo.testing.{name}", getattr(ganzoo.testing, name)))
    lines.update(_lines("registry", Registrar))
    for kind in KINDS:
        lines[f"registry.{kind}"] = str(inspect.signature(getattr(Registrar(""), kind)))
    for family in (hookspecs.Registration, hookspecs.Observation):
        for name, hook in _members(family).items():
            lines[f"hook {name}"] = str(inspect.signature(hook))
    return lines


def _lines(name: str, value: object) -> dict[str, str]:
    if inspect.isclass(value) and issubclass(value, Exception):
        return {name: f"exception({value.__base__.__name__})"}
    if inspect.isclass(value):
        lines = {name: f"class{inspect.signature(value)}"}
        for member, found in _members(value).items():
            shown = "attribute" if not callable(found) else str(inspect.signature(found))
            lines[f"{name}.{member}"] = shown
        return lines
    if getattr(value, "__module__", "").startswith("ganzoo"):
        return {name: str(inspect.signature(value))}
    return {name: repr(value) if isinstance(value, int) else "not ours to promise"}


def _members(kind: type) -> dict[str, object]:
    """What the class and its bases of this project define in public."""
    members: dict[str, object] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("ganzoo"):
            members.update({k: v for k, v in vars(base).items() if not k.startswith("_")})
    unwrapped = {k: getattr(v, "__func__", v) for k, v in sorted(members.items())}
    return {k: v for k, v in unwrapped.items() if not isinstance(v, type)}


def read() -> dict[str, str]:
    """What was promised for this version of the API."""
    pairs = (line.split(" :: ", 1) for line in FILE.read_text(encoding="utf-8").splitlines())
    return dict(pairs)


def write() -> None:
    lines = [f"{name} :: {signature}\n" for name, signature in sorted(signatures().items())]
    FILE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write()
