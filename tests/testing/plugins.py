"""Plugins that are each wrong in one way as a whole: the code of their entry modules."""

from __future__ import annotations

GOOD = """
from ganzoo import hookimpl

@hookimpl
def ganzoo_register(registry):
    registry.loss("fine", "tests.testing.broken:Fine", summary="Nothing is wrong with it")
"""

# rule -> (code, words that the finding has)
BROKEN_PLUGINS = {
    "loads": (GOOD + "raise RuntimeError('out of paper')\n", "RuntimeError: out of paper"),
    "light-import": ("import torch\n" + GOOD, "__init__.py:1"),
    "silent-import": (GOOD + "print('hello')\n", "hello"),
    "observes": (
        GOOD
        + """
@hookimpl
def ganzoo_logged(scalars):
    scalars["no-such-scalar"]
""",
        "KeyError",
    ),
}
