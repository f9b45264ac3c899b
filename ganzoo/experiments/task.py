"""What is asked of ganzoo for a run, as plain data: to be called in a process, or typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ganzoo.assembly.settings import parse_setting

OPTIONS = {"metrics": "metric", "plugins": "plugin"}  # where the option is not the argument's name


@dataclass(frozen=True)
class Task:
    """A call of ``ganzoo.train``, ``ganzoo.resume`` or ``ganzoo.evaluate``. subject: its first
    argument, a recipe's name or a run's folder; request: its keyword arguments, as plain data."""

    function: Literal["train", "resume", "evaluate"]
    subject: str
    request: Mapping[str, Any]

    @property
    def words(self) -> list[str]:
        """The command that does the same, in the words that follow `ganzoo`."""
        return [self.function, self.subject, *words(self.request)]


def words(request: Mapping[str, Any]) -> list[str]:
    """Keyword arguments as options of the command line; those that are None are left out."""
    typed = []
    for name, value in request.items():
        if name == "without":
            typed += [f"--no-{kind}" for kind in value]
            continue
        option = f"--{OPTIONS.get(name, name).replace('_', '-')}"
        typed += [word for each in _values(name, value) for word in (option, each)]
    return typed


def _values(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if name == "set":
        return [setting(path, each) for path, each in value.items()]
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [str(value)]


def setting(path: str, value: Any) -> str:
    """``KEY=VALUE``, which is read as that value."""
    plain = f"{path}={value}"
    if isinstance(value, str) and parse_setting(plain)[1] == value:
        return plain
    return f"{path}={json.dumps(value)}"
