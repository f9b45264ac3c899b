"""The conformance suite: checks of the rules that every component of a plugin must satisfy.

A plugin author's test is one line::

    test_conformance = ganzoo.testing.conformance("my-plugin")

``ganzoo check my-plugin`` makes the same checks on the command line. Importing this package imports
neither torch nor pytest: a name is loaded at its first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganzoo.testing.findings import Check, Finding, Rule
    from ganzoo.testing.pytest_plugin import conformance
    from ganzoo.testing.suite import check_component, check_plugin, check_recipe, checks, rules

_HOMES = {
    "Check": "findings",
    "Finding": "findings",
    "Rule": "findings",
    "check_component": "suite",
    "check_plugin": "suite",
    "check_recipe": "suite",
    "checks": "suite",
    "conformance": "pytest_plugin",
    "rules": "suite",
}
__all__ = [
    "Check",
    "Finding",
    "Rule",
    "check_component",
    "check_plugin",
    "check_recipe",
    "checks",
    "conformance",
    "rules",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganzoo.testing' has no attribute {name!r}")
    return getattr(importlib.import_module(f"ganzoo.testing.{_HOMES[name]}"), name)
