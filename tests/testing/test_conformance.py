"""An author's whole test file is an import and a line; and what ganzoo adds to every session."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import ganzoo.testing
from ganzoo import Data, Registry, Spec, UsageError

GOOD = '''
from ganzoo import Batch, NoisePrior, register
import torch


@register("prior", "mine")
class Mine(NoisePrior):
    """Normal."""

    def __init__(self, dim: int = 4) -> None:
        super().__init__()
        self.dim = dim

    def draw(self, n, *, device, generator=None):
        return Batch(z=torch.randn(n, self.dim, device=device, generator=generator))
'''
TEST = """
import ganzoo.testing

test_conformance = ganzoo.testing.conformance("mine.py")
"""


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def author(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(GOOD)
    (tmp_path / "test_mine.py").write_text(TEST)
    return tmp_path


def test_a_good_plugin_passes(author: Path) -> None:
    done = pytest_in(author, "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_conformance[prior/mine-generator] PASSED" in done.stdout
    passed = len(ganzoo.testing.rules("prior")) + 1  # and that the plugin loads
    assert f"{passed} passed" in done.stdout


def test_a_bad_one_fails_with_the_rule_the_place_and_the_mending(author: Path) -> None:
    (author / "mine.py").write_text(GOOD.replace(", generator=generator)", ")"))
    done = pytest_in(author)
    assert done.returncode == 1
    (mend,) = [each.mend for each in ganzoo.testing.rules("prior") if each.id == "generator"]
    for text in ("test_conformance[prior/mine-generator]", "mine.py:6", mend, "1 failed"):
        assert text in done.stdout
    assert "Traceback" not in done.stdout


def test_a_plugin_that_is_not_installed_is_told_as_the_tests_are_collected() -> None:
    with pytest.raises(UsageError, match="Did you mean 'vanilla-mlp'"):
        ganzoo.testing.conformance("vanila-mlp")


def test_the_fixtures_are_in_every_session_and_cost_it_nothing(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import sys\nassert 'ganzoo.testing.pytest_plugin' in sys.modules\n"
        "assert not {'torch', 'numpy', 'msgspec', 'click'} & {*sys.modules}\n"
    )
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_plugin_of_pytest_is_declared() -> None:
    declared = metadata.entry_points(group="pytest11")
    assert "ganzoo.testing.pytest_plugin" in {each.value for each in declared}


def test_the_registry_fixture(ganzoo_registry: Registry) -> None:
    assert ganzoo_registry.get("game", "standard")


def test_the_tiny_fixtures(tiny_images: Data, gray_spec: Spec) -> None:
    assert tiny_images.x.shape == (64, *gray_spec.shape)
    assert tiny_images.classes == gray_spec.classes == 10


def test_importing_the_suite_imports_neither_torch_nor_pytest() -> None:
    code = "import ganzoo.testing, sys; print({'torch', 'pytest'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_checking_needs_no_pytest() -> None:
    code = "import ganzoo.testing.suite, sys; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_public_name_is_there() -> None:
    for name in ganzoo.testing.__all__:
        assert getattr(ganzoo.testing, name) is not None
    with pytest.raises(AttributeError, match="nonesuch"):
        ganzoo.testing.nonesuch  # noqa: B018
