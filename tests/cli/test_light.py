"""What must be quick: commands that read no weights, and mistakes, import no torch."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# The command, and, when it has exited, on the last line of standard error: was torch imported?
PROBE = """
import atexit, sys
atexit.register(lambda: print("torch" in sys.modules, file=sys.stderr))
from ganzoo.cli import main
main()
"""


def imports_torch(*arguments: str, **environment: str) -> tuple[bool, int]:
    """Whether a command imported torch, and its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    return {"True": True, "False": False}[done.stderr.splitlines()[-1]], done.returncode


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("train", "--help"),
        ("list",),
        ("list", "recipe", "--json"),
        ("plugins",),
        ("runs",),
        ("version",),
        ("show", "vanilla-mlp"),
    ],
    ids=" ".join,
)
def test_it_imports_no_torch(arguments: tuple[str, ...]) -> None:
    assert imports_torch(*arguments) == (False, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("trian",),
        ("train", "vanila-mlp"),
        ("train", "vanilla-mlp", "--loss=minmax"),
        ("train", "vanilla-mlp", "--dataset=minst"),
        ("train", "vanilla-mlp", "--set=steps"),
        ("train", "vanilla-mlp", "--plugin=missing.py"),
        ("show", "vanila"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_told_without_torch(arguments: tuple[str, ...]) -> None:
    assert imports_torch(*arguments) == (False, 2)


def test_completion_imports_no_torch() -> None:
    words = {"COMP_WORDS": "ganzoo train vanilla-mlp --loss ", "COMP_CWORD": "4"}
    assert imports_torch(_GANZOO_COMPLETE="bash_complete", **words)[0] is False
    words = {"COMP_WORDS": "ganzoo train vanilla-mlp --set gen", "COMP_CWORD": "4"}
    assert imports_torch(_GANZOO_COMPLETE="bash_complete", **words)[0] is False


def test_a_command_that_does_draw_imports_it() -> None:
    """The probe can tell."""
    assert imports_torch("show", "loss/minimax") == (True, 0)
