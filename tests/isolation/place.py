"""A throwaway place to install plugins into, and the ganzoo command run as a process with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Dist:
    """A distribution of one package, as pip would leave it behind.

    code: of the package's ``__init__``. modules: its further modules. plugin: the name of its entry
    point, where that is not the distribution's.
    """

    name: str
    code: str
    modules: dict[str, str] = field(default_factory=dict)
    plugin: str = ""

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, which must be JSON and nothing else."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """How it failed: with nothing printed and one line of error."""
        assert self.code not in (0, None)
        assert self.out == ""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


class Place:
    """A folder on the import path: what is in it is installed, beside ganzoo itself."""

    def __init__(self, folder: Path, *dists: Dist) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.site.mkdir(parents=True)
        for dist in dists:
            self.add(dist)

    def add(self, dist: Dist) -> None:
        package = self.site / dist.package
        package.mkdir()
        for name, code in {"__init__": dist.code, **dist.modules}.items():
            (package / f"{name}.py").write_text(code)
        info = self.site / f"{dist.package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist.name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[ganzoo]\n{dist.plugin or dist.name} = {dist.package}\n"
        )

    def pip(self, *folders: Path) -> None:
        """Install distributions for real, without an index."""
        options = "--quiet --no-deps --no-build-isolation --no-index --disable-pip-version-check"
        target = ["--target", str(self.site)]
        done = self.python("-m", "pip", "install", *options.split(), *target, *map(str, folders))
        assert done.code == 0, done.err

    def ganzoo(self, *arguments: str, **environment: str) -> Done:
        """Run ``ganzoo`` with those arguments."""
        return self.python("-m", "ganzoo", *arguments, **environment)

    def python(self, *arguments: str, **environment: str) -> Done:
        """Run Python. Of the environment's own GANZOO_ variables, none is passed on."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GANZOO_", "PYTEST_"))}
        path = os.pathsep.join(filter(None, (str(self.site), os.environ.get("PYTHONPATH"))))
        kept |= {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", **environment}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=kept, capture_output=True, text=True
        )
        return Done(done.returncode, done.stdout, done.stderr)

    # -- what is asked of it again and again -----------------------------------------------------

    def plugins(self, **environment: str) -> dict[str, dict[str, Any]]:
        """What ``ganzoo plugins --json`` says, by plugin."""
        return {each["name"]: each for each in self.ganzoo("plugins", "--json", **environment).json}

    def components(self, **environment: str) -> set[str]:
        """What ``ganzoo list --json`` names, as kind/name."""
        listed = self.ganzoo("list", "--json", **environment).json
        return {f"{each['kind']}/{each['name']}" for each in listed}
