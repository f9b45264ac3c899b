"""A task of a run as plain data: a call of ganzoo, or the same command as typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ganzoo.assembly.settings import parse_setting

# Arguments whose option has another name.
OPTIONS = {"metrics": "metric", "plugins": "plugin", "samples": "count"}


@dataclass(frozen=True)
class Task:
    """A call of ``ganzoo.train``, ``ganzoo.resume`` or ``ganzoo.evaluate``. subject: the first
    argument, a recipe's name or a run's folder. request: the keyword arguments, as plain data."""

    function: Literal["train", "resume", "evaluate"]
    subject: str
    request: Mapping[str, Any]

    @property
    def words(self) -> list[str]:
        """The arguments of the `ganzoo` command that does the same."""
        return [self.function, self.subject, *words(self.request)]


def words(request: Mapping[str, Any]) -> list[str]:
    """Keyword arguments as options of the command line. Arguments that are None are left out."""
    typed = []
    for name, value in request.items():
        if name == "without":
            typed += [f"--no-{kind}" for kind in value]
            continue
        option = f"--{OPTIONS.get(name, name).replace('_', '-')}"
        typed += [word for text in _values(name, value) for word in (option, text)]
    return typed


def _values(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if name == "set":
        return [setting(path, item) for path, item in value.items()]
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return [str(value)]


def setting(path: str, value: Any) -> str:
    """``KEY=VALUE`` as typed, such that ``parse_setting`` reads the same value."""
    plain = f"{path}={value}"
    if isinstance(value, str) and parse_setting(plain)[1] == value:
        return plain
    return f"{path}={json.dumps(value)}"
