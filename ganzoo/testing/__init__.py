"""The conformance suite: what every component of a plugin must satisfy, checked.

For an author's tests, one line::

    test_conformance = ganzoo.testing.conformance("my-plugin")

and ``ganzoo check my-plugin`` says the same on the command line. Importing this package does not
import torch: its names load when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "check_component": "suite",
    "check_plugin": "suite",
    "check_recipe": "suite",
    "checks": "suite",
    "conformance": "as_pytest",
    "Check": "findings",
    "Finding": "findings",
    "Rule": "findings",
    "rules": "suite",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganzoo.testing' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"ganzoo.testing.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


if TYPE_CHECKING:
    from ganzoo.testing.as_pytest import conformance as conformance
    from ganzoo.testing.findings import Check as Check
    from ganzoo.testing.findings import Finding as Finding
    from ganzoo.testing.findings import Rule as Rule
    from ganzoo.testing.suite import check_component as check_component
    from ganzoo.testing.suite import check_plugin as check_plugin
    from ganzoo.testing.suite import check_recipe as check_recipe
    from ganzoo.testing.suite import checks as checks
    from ganzoo.testing.suite import rules as rules
