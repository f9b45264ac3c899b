"""The help of every command: sections, whole sentences, readable types, and examples that work."""

from __future__ import annotations

import inspect
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ganzoo.cli import zoo
from ganzoo.cli.examples import EXAMPLES
from ganzoo.cli.sections import summary

from .conftest import Ganzoo

OWN = [name for names in zoo.sections.values() for name in names]


def commands(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that is no group, by its words after ``ganzoo``."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, inner in command.commands.items():
        if path or name in OWN:
            yield from commands(inner, f"{path} {name}".strip())


COMMANDS = dict(commands(zoo))
# The commands of `ganzoo reproduce` are those of plugins.
OURS = {path: command for path, command in COMMANDS.items() if not path.startswith("reproduce ")}


def test_the_help_has_sections_and_no_line_is_cut(ganzoo: Ganzoo) -> None:
    text = ganzoo("--help").stdout
    assert [line for line in text.splitlines() if line in ("Train:", "Look:", "Measure:")]
    assert "..." not in text.partition("Train:")[2]
    for name in OWN:
        line = f"  {name.ljust(max(map(len, OWN)))}  {summary(zoo.commands[name])}"
        assert line in text.splitlines(), "a summary fits into a line"
        assert len(line) <= 80


def test_commands_without_a_section_come_last() -> None:
    @click.command()
    def hello() -> None:
        """Greet the animals. Then leave."""

    group = type(zoo)("zoo")
    group._asked_plugins = True
    group.add_section("Train", click.Command("train", help="Train."))
    group.add_command(hello)
    lines = CliRunner().invoke(group, ["--help"]).output.splitlines()
    assert lines[-2:] == ["Commands of plugins:", "  hello  Greet the animals"]


@pytest.mark.parametrize("path", OURS)
def test_a_command_has_examples(path: str) -> None:
    assert EXAMPLES[path]
    text = CliRunner().invoke(zoo, [*path.split(), "--help"]).output
    for example in EXAMPLES[path]:
        assert f"    {example}" in text.splitlines()


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_has_a_help_and_a_readable_value(path: str) -> None:
    text = CliRunner().invoke(zoo, [*path.split(), "--help"], prog_name="ganzoo").output
    assert "INTEGER" not in text
    assert "FLOAT" not in text
    assert all(len(line) <= 80 for line in text.splitlines())
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_one_name_for_the_number_of_samples() -> None:
    for path, command in COMMANDS.items():
        short = {tuple(each.opts) for each in command.params if "-n" in each.opts}
        assert short <= {("-n", "--count")}, path


@pytest.mark.parametrize("path", OURS)
def test_what_is_printed_is_also_json(path: str) -> None:
    if path not in ("completion",):  # it prints a script
        options = [option for each in OURS[path].params for option in each.opts]
        assert "--json" in options


@pytest.mark.parametrize(
    "words", [shlex.split(line)[1:] for lines in EXAMPLES.values() for line in lines], ids=" ".join
)
def test_an_example_parses(words: list[str], trained: Path) -> None:
    if words == ["$(ganzoo completion bash)"]:
        words = ["completion", "bash"]
    shutil.copytree(trained, "runs/first")
    context = zoo.make_context("ganzoo", list(words))
    command: click.Command = zoo
    rest = words
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, list(rest))
        assert found is not None
        context = found.make_context(name, list(rest), parent=context)
        rest = [*context._protected_args, *context.args]
        command = found


def test_every_example_is_of_a_command() -> None:
    assert EXAMPLES.keys() <= COMMANDS.keys()


@pytest.mark.parametrize("path", OURS)
def test_a_command_takes_all_of_its_options(path: str) -> None:
    command = OURS[path]
    assert command.callback is not None
    taken = {parameter.name for parameter in command.params if parameter.expose_value}
    inspect.signature(command.callback).bind_partial(**dict.fromkeys(taken))
