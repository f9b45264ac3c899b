"""``ganzoo version`` and ``ganzoo completion``."""

from __future__ import annotations

import json

import click
from click.shell_completion import BashComplete, add_completion_class, get_completion_class

import ganzoo
from ganzoo.cli import options
from ganzoo.cli.param_types import OneOf

# How a shell reads its script at each start, and the file that it belongs in.
INSTALL = {
    "bash": ('eval "$(ganzoo completion bash)"', "~/.bashrc"),
    "zsh": ('eval "$(ganzoo completion zsh)"', "~/.zshrc, after compinit"),
    "fish": ("ganzoo completion fish | source", "~/.config/fish/config.fish"),
}
_ADDED = "COMPREPLY+=($value)"


class Bash(BashComplete):
    """click's completion for bash, with no space after the = of a setting."""

    source_template = BashComplete.source_template.replace(
        _ADDED, f"{_ADDED}; [[ $value == *= ]] && compopt -o nospace"
    )


add_completion_class(Bash)


@click.command()
@options.as_json
def version(as_json: bool) -> None:
    """Print the version of ganzoo."""
    click.echo(json.dumps({"ganzoo": ganzoo.__version__}) if as_json else ganzoo.__version__)


@click.command()
@click.argument("shell", type=OneOf("shell", INSTALL))
def completion(shell: str) -> None:
    """Print the completion script of a SHELL: bash, zsh or fish.

    It completes commands, components, the settings after --set, and the folders of runs. To
    install it, add one line to the file that the shell reads when it starts:

    \b
    bash, in ~/.bashrc:                  eval "$(ganzoo completion bash)"
    zsh, in ~/.zshrc, after compinit:    eval "$(ganzoo completion zsh)"
    fish, in ~/.config/fish/config.fish: ganzoo completion fish | source
    """
    root = click.get_current_context().find_root().command
    script = get_completion_class(shell)
    assert script is not None
    line, file = INSTALL[shell]
    click.echo(f"# To install: add this line to {file}:\n#   {line}")
    click.echo(script(root, {}, "ganzoo", "_GANZOO_COMPLETE").source())
