"""What importing a plugin does, watched in a fresh process.

Run as ``python -m ganzoo.testing.probe MODULE``, this module imports and registers that plugin, and
prints what it saw as a line of JSON.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import json
import os
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ganzoo.errors import GanzooError
from ganzoo.registry.entries import Registrar
from ganzoo.testing.places import shortened

TIMEOUT = 120.0  # seconds


@dataclass(frozen=True)
class Probed:
    """torch_from: file:line of the import that brought torch in, or empty. printed: what went to
    standard output."""

    torch_from: str = ""
    printed: str = ""


def probe(module: str) -> Probed:
    """Import a plugin's entry module in a process that has not imported torch."""
    paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    done = subprocess.run(
        [sys.executable, "-m", __name__, module],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise GanzooError(f"it cannot be imported by itself: {done.stderr.strip()[-500:]}")
    return Probed(**json.loads(done.stdout.splitlines()[-1]))


class Watch(importlib.abc.MetaPathFinder):
    """Notes which line of the package, if any, imports torch first."""

    def __init__(self, package: str) -> None:
        self.torch_from = ""
        spec = importlib.util.find_spec(package)
        origin = spec.origin if spec else None
        self._folder = str(Path(origin).parent) if origin else ""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name == "torch" and not self.torch_from:
            callers = [
                frame
                for frame in traceback.extract_stack()[:-1]
                if not frame.filename.startswith("<")
            ]
            own = [frame for frame in callers if frame.filename.startswith(self._folder)]
            line = (own or callers)[-1]
            self.torch_from = f"{shortened(line.filename)}:{line.lineno}"


def watched(name: str) -> Probed:
    """What happens as a plugin is imported and registers, in this very process."""
    watch, printed = Watch(name.partition(".")[0]), io.StringIO()
    sys.meta_path.insert(0, watch)
    with contextlib.redirect_stdout(printed):  # or it would get among the JSON
        module = importlib.import_module(name)
        getattr(module, "ganzoo_register", lambda registry: None)(Registrar("probed"))
    return Probed(watch.torch_from, printed.getvalue())


if __name__ == "__main__":
    print(json.dumps(asdict(watched(sys.argv[1]))))
