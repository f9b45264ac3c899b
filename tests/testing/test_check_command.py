"""``ganzoo check``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ganzoo.cli import zoo

from .test_conformance import GOOD


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(zoo, ["check", *map(str, arguments)], prog_name="ganzoo")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(GOOD)
    return tmp_path / "mine.py"


@pytest.fixture
def bad(good: Path) -> Path:
    good.write_text(GOOD.replace(", generator=generator)", ")").replace("dim: int", "dim"))
    return good


def test_a_good_plugin(good: Path) -> None:
    result = check(good)
    assert result.exit_code == 0, result.output
    last = result.stdout.splitlines()[-1]
    assert last.endswith(" checks, 0 findings")
    assert int(last.split()[0]) > 10


def test_a_bad_plugin(bad: Path) -> None:
    result = check(bad)
    assert result.exit_code == 1
    assert "prior/mine (" in result.stdout
    assert "mine.py:6), options: option 'dim': it has no readable annotation" in result.stdout
    assert ", generator: with a generator, it also draws from another one" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("checks, 2 findings")
    assert not result.stderr


def test_as_json(bad: Path) -> None:
    result = check(bad, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["plugins"] == ["mine"]
    assert told["checks"] > 10
    assert {finding["rule"] for finding in told["findings"]} == {"options", "generator"}
    assert {"kind", "name", "place", "case", "seen", "mend", "plugin", "rule"} == {
        *told["findings"][0]
    }
    assert told["skipped"] == []


DATASET = """
from ganzoo import Dataset, register


@register("dataset", "somewhere")
class Somewhere(Dataset):
    '''Lies in a folder that must be named.'''

    def __init__(self, path: str) -> None:
        self.path = path

    def load(self, root, split):
        raise AssertionError("it cannot even be made")
"""


def test_what_cannot_be_checked_is_told_once_a_component(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(DATASET)
    result = check(file)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("not checked: dataset/somewhere: it needs a value for 'path'") == 1
    skipped = json.loads(check(file, "--json").stdout)["skipped"]
    assert len(skipped) > 1
    assert {(each["kind"], each["name"], each["why"]) for each in skipped} == {
        ("dataset", "somewhere", "it needs a value for 'path'")
    }


def test_on_a_terminal_it_shows_how_far_it_is(bad: Path) -> None:
    command = [sys.executable, "-m", "ganzoo", "check", str(bad)]
    code = f"import pty, sys; sys.exit(pty.spawn({command!r}) >> 8)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "prior/mine: " in done.stdout
    assert "/14" in done.stdout
    assert "it has no readable annotation" in done.stdout
    assert "checks, 2 findings" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vanila-mlp"], "Did you mean 'vanilla-mlp'?"),
        ([], "Name a plugin"),
        (["vanilla-mlp", "--all"], "Name a plugin"),
        (["no/such/file.py"], "no/such/file.py"),
    ],
    ids=["unknown", "none", "both", "no-file"],
)
def test_wrong_usage(arguments: list[str], said: str) -> None:
    result = check(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.stderr


def test_a_file_that_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import no_such_module\n")
    result = check(tmp_path / "mine.py")
    assert result.exit_code == 1
    assert "no_such_module" in result.stderr


def test_a_wrong_name_is_told_without_importing_torch() -> None:
    code = (
        "import sys\nfrom ganzoo.cli import zoo\nzoo(['check', 'vanila'], standalone_mode=False)\n"
    )
    code = f"try:\n    exec({code!r})\nfinally:\n    import sys\n    print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False"
    assert "vanila" in done.stderr
