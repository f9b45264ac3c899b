"""Every command in the docs is one that ganzoo has, with options that it has."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from ganzoo.cli import zoo

from .pages import PAGES, ROOT, blocks, commands, mentions

QUOTED_OR_COMMENT = re.compile(r"'[^']*'|\"[^\"]*\"|(?:^|\s)#.*")


def complete() -> list[object]:
    return [
        pytest.param(words, id=f"{page.relative_to(ROOT)}: {' '.join(words)}")
        for page in PAGES
        for words in commands(page)
    ]


def check_parses(words: list[str]) -> None:
    """Raises ClickException unless click can parse the whole command, without running it."""
    command: click.Command = zoo
    context, rest = None, words[1:]
    try:
        while isinstance(command, click.Group):
            context = command.make_context(command.name, rest, parent=context)
            rest = [*context._protected_args, *context.args]
            name, command, rest = command.resolve_command(context, rest)
        command.make_context(name, rest, parent=context)
    except click.exceptions.Exit:  # --help and --version are done at once
        pass


@pytest.mark.parametrize("words", complete())
def test_a_command_in_a_block_parses(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "latest").mkdir()  # the reader of the page has a run
    monkeypatch.chdir(tmp_path)
    check_parses(words)


def test_values_with_brackets_are_quoted() -> None:
    """zsh takes brackets that are not quoted for a pattern of file names, and fails."""
    lines = [
        line
        for page in PAGES
        for block in blocks(page)
        if block.commands()
        for line in block.text.splitlines()
    ]
    bare = [line for line in lines if re.search(r"[\[\]{}]", QUOTED_OR_COMMENT.sub("", line))]
    assert bare == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_in_the_text_exists_and_so_do_its_options(page: Path) -> None:
    for words in mentions(page):
        command: click.Command = zoo
        known = {option for each in command.params for option in each.opts} | {"--help"}
        for word in words[1:]:
            if isinstance(command, click.Group) and word.isalpha():
                assert word in command.commands, f"{page}: {' '.join(words)}"
                command = command.commands[word]
                known |= {option for each in command.params for option in each.opts}
            elif word.startswith("-"):
                assert word.partition("=")[0] in known, f"{page}: {' '.join(words)}"


@pytest.mark.parametrize(
    "text",
    [
        "ganzoo trian vanilla-mlp",
        "ganzoo train vanilla-mlp --los minimax",
        "ganzoo train",
        "ganzoo data lst",
        "ganzoo new my-loss --kind lose",
    ],
)
def test_a_wrong_command_is_noticed(text: str) -> None:
    with pytest.raises(click.ClickException):
        check_parses(text.split())
