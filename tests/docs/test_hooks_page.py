"""The command that the page on hooks adds to ganzoo does what it says."""

from __future__ import annotations

from typing import Any

import click
from click.testing import CliRunner

from ganzoo import Registry

from .pages import DOCS, blocks


class Module:
    """A plugin's entry module, out of the page's code."""

    def __init__(self, names: dict[str, Any]) -> None:
        vars(self).update(names)


def test_the_command_of_the_page_works(train) -> None:
    (code,) = [block for block in blocks(DOCS / "plugins" / "hooks.md") if block.language]
    names: dict[str, Any] = {}
    exec(code.text, names)
    registry, cli = Registry(), click.Group()
    registry.load("accuracy", lambda: Module({"ganzoo_commands": names["ganzoo_commands"]}))
    registry.add_commands(cli)
    run = train(steps=2, set={"log_every": 1})
    done = CliRunner().invoke(cli, ["accuracy", str(run.path)])
    assert [line.split()[0] for line in done.output.splitlines()] == ["1", "2"], done.output
