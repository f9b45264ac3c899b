"""The group of commands: what plugins add to it, and how what nobody foresaw is told."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

import ganzoo as library
from ganzoo.cli import zoo
from ganzoo.sampling import trained as sampling

from .conftest import Ganzoo

COMMANDS = """
import click
from ganzoo import hookimpl

@hookimpl
def ganzoo_commands(cli):
    @cli.command()
    def hello():
        "Greet the animals."
        click.echo("Hello, animals!")
"""


def test_a_one_file_plugin_named_before_the_command_adds_its_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(COMMANDS + "\nimport ganzoo\nganzoo.register('schedule', 'mine')(print)\n")
    command = [sys.executable, "-m", "ganzoo"]

    def done(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False)

    assert done("--plugin", str(file), "hello").stdout == "Hello, animals!\n"
    assert "Greet the animals" in done("--plugin", str(file), "--help").stdout
    assert "mine" in done("--plugin", str(file), "list", "schedule").stdout
    late = done("hello", "--plugin", str(file))
    assert late.returncode == 2
    assert "before the command: `ganzoo --plugin FILE.py hello`" in late.stderr


def failing_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> NoReturn:
        raise error

    monkeypatch.setattr(sampling.Trained, "sample", fail)


def test_what_nobody_foresaw_is_a_sentence_too(
    ganzoo: Ganzoo, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_with(ZeroDivisionError("by\nnought"), monkeypatch)
    result = ganzoo("sample", trained, code=1)
    assert result.stderr.startswith("Error: ZeroDivisionError: by nought.")
    assert "ganzoo --debug" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_debug_lets_it_through(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(ZeroDivisionError("by nought"), monkeypatch)
    result = CliRunner().invoke(zoo, ["--debug", "sample", str(trained)])
    assert isinstance(result.exception, ZeroDivisionError)


def test_an_interrupt_outside_a_training_exits_with_130(
    ganzoo: Ganzoo, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_with(KeyboardInterrupt(), monkeypatch)
    assert ganzoo("sample", trained, code=130).stderr == "Interrupted.\n"


@pytest.mark.parametrize("words", [["show", "vanilla-mlp"], ["list", "--json"], ["--help"]])
def test_a_closed_pipe_ends_a_command_without_a_message(words: list[str]) -> None:
    command = [sys.executable, "-u", "-m", "ganzoo", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, error = process.communicate()
    assert error == b""


def test_a_broken_pipe_of_another_kind_is_an_error(
    ganzoo: Ganzoo, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_with(BrokenPipeError("a worker has gone"), monkeypatch)
    assert "a worker has gone" in ganzoo("sample", trained, code=1).stderr


def test_quiet_leaves_out_the_remarks_of_the_library(ganzoo: Ganzoo, run: Path) -> None:
    log = logging.getLogger("ganzoo")
    ganzoo("sample", run, "-n1", "--quiet")
    assert not log.isEnabledFor(logging.INFO)
    ganzoo("sample", run, "-n1")
    assert log.isEnabledFor(logging.INFO)


def test_the_version(ganzoo: Ganzoo) -> None:
    assert ganzoo("version").stdout == f"{library.__version__}\n"
    assert json.loads(ganzoo("version", "--json").stdout) == {"ganzoo": library.__version__}


def test_a_plugin_adds_a_command(tmp_path: Path) -> None:
    """In a process of its own: a command once added stays."""
    info = tmp_path / "site" / "greeter-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greeter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ganzoo]\ngreeter = greeter\n")
    (tmp_path / "site" / "greeter.py").write_text(COMMANDS)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "ganzoo", *arguments]
        return subprocess.check_output(command, text=True, env=environment)

    assert run("hello") == "Hello, animals!\n"
    assert "Greet the animals" in run("--help")
