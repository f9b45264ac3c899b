"""``ganzoo version`` and ``ganzoo completion``."""

from __future__ import annotations

import json
import os

import click
from click.shell_completion import (
    BashComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

import ganzoo
from ganzoo.cli import options
from ganzoo.cli.param_types import OneOf

# How a shell reads its script at each start, and the file that it belongs in.
INSTALL = {
    "bash": ('eval "$(ganzoo completion bash)"', "~/.bashrc"),
    "zsh": ('eval "$(ganzoo completion zsh)"', "~/.zshrc, after compinit"),
    "fish": ("ganzoo completion fish | source", "~/.config/fish/config.fish"),
}
# bash divides a line into words at = and : too, and replaces only the last of them. click gets the
# words between the spaces, and bash the part of each value that follows the last = or :.
_WORDS = 'COMP_WORDS="${COMP_WORDS[*]}"'
_LINE = 'COMP_WORDS="$line"'
_LOCAL = "local response\n"
_SPLIT = """local response line word replaced head
    line="${COMP_LINE:0:COMP_POINT}"
    word="${line##*[[:space:]]}"
    replaced="${COMP_WORDS[COMP_CWORD]}"
    [[ $replaced == [=:] ]] && replaced=""
    head="${word%%"$replaced"}"
"""
_ADDED = "COMPREPLY+=($value)"


class Bash(BashComplete):
    """click's completion for bash, in which a setting KEY=VALUE is one word, and has no space
    after its =."""

    source_template = (
        BashComplete.source_template.replace(_LOCAL, _SPLIT)
        .replace(_WORDS, _LINE)
        .replace(
            _ADDED, 'COMPREPLY+=("${value#"$head"}"); [[ $value == *= ]] && compopt -o nospace'
        )
    )

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one at the cursor."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)
        incomplete = "" if not words or line[-1].isspace() else words.pop()
        return words[1:], incomplete


class Zsh(ZshComplete):
    """click's completion for zsh, with no space after the = of a setting."""

    source_template = (
        ZshComplete.source_template.replace(
            "    if [ -n ",
            "    local -a suffix; [[ $key == *= ]] && suffix=(-S '')\n    if [ -n ",
            1,
        )
        .replace(
            "completions_with_descriptions -U", 'completions_with_descriptions -U "$suffix[@]"'
        )
        .replace("compadd -U", 'compadd -U "$suffix[@]"')
    )


add_completion_class(Bash)
add_completion_class(Zsh)


@click.command()
@options.as_json
def version(as_json: bool) -> None:
    """Print the version of ganzoo."""
    click.echo(json.dumps({"ganzoo": ganzoo.__version__}) if as_json else ganzoo.__version__)


@click.command()
@click.argument("shell", type=OneOf("shell", INSTALL))
def completion(shell: str) -> None:
    """Print the completion script of a SHELL: bash, zsh or fish.

    It completes commands, components, the settings after --set with their values, the
    classes after --label, and the folders of runs. To install it, add one line to the file that
    the shell reads when it starts:

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
