"""What the tests of the command line share: a way to run it, images, and a run to work on."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner, Result

from ganzoo.cli import zoo

from .tools import tiny, write_images

Ganzoo = Callable[..., Result]


def ganzoo_command(*arguments: str | Path, code: int = 0) -> Result:
    """Run ``ganzoo`` in this process; it must exit with ``code``."""
    result = CliRunner().invoke(zoo, [str(argument) for argument in arguments], prog_name="ganzoo")
    assert result.exit_code == code, f"{result.exit_code}: {result.output}"
    return result


@pytest.fixture
def ganzoo() -> Ganzoo:
    return ganzoo_command


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a folder of its own, with no data but what a test brings, and no network."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("GANZOO_DATA", str(tmp_path / "no-data"))
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GANZOO_LOG", "none")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # of the processes that a test starts

    def unreachable(*args: Any, **kwargs: Any) -> NoReturn:
        raise urllib.error.URLError("there is no network in the tests")

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of twenty gray images of 8 x 8."""
    return write_images(tmp_path_factory.mktemp("data") / "images")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, images: Path) -> Path:
    """A run of 20 steps, with checkpoints at 10 and 20. To be left as it is: see ``run``."""
    path = tmp_path_factory.mktemp("trained") / "run"
    ganzoo_command(*tiny(images, steps=20, out=path))
    return path


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A run of 20 steps that a test may change."""
    return Path(shutil.copytree(trained, tmp_path / "run"))
