"""Whether this is a notebook, and a place in the output of a cell."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook: Jupyter, VS Code or Colab."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


class Place:
    """A place in the output of the cell that is executed. A new content replaces the old one."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, html: str, text: str) -> None:
        """Show ``html``, or ``text`` where no HTML can be shown."""
        content = {"text/html": html, "text/plain": text}
        if self._handle is None:
            ipython: Any = importlib.import_module("IPython.display")  # a notebook has it
            self._handle = ipython.display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
