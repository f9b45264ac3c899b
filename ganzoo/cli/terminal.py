"""The terminal that a command prints to: whether it is one, its width, and text that fits."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Mapping


def on_terminal() -> bool:
    """Whether standard output is a terminal, and not a pipe or a file."""
    return sys.stdout.isatty()


def width() -> int:
    """The columns of the terminal."""
    return shutil.get_terminal_size().columns


def cut(text: str, length: int) -> str:
    """The text, with an ellipsis at its end if it is longer than ``length``."""
    return text if len(text) <= length else text[: max(length - 1, 0)].rstrip(" ,.;:(") + "…"


def wrapped(text: str, indent: str = "") -> str:
    """The text in lines that fit the terminal, without a word broken unless it is longer than a
    line; in a pipe, as it is. The lines after the first begin with ``indent``."""
    if not on_terminal():
        return text
    return textwrap.fill(text, width(), subsequent_indent=indent, break_on_hyphens=False)


def beside_or_above(meanings: Mapping[str, str]) -> list[str]:
    """Lines with commands and their meanings: beside each command, or, if a line would be longer
    than the terminal is wide, above it."""
    longest = max(map(len, meanings))
    lines = [f"  {command:{longest}}  {meaning}" for command, meaning in meanings.items()]
    if not on_terminal() or max(map(len, lines)) <= width():
        return lines
    pairs = ((f"  {meaning}:", f"    {command}") for command, meaning in meanings.items())
    return [line for pair in pairs for line in pair]


def prose(text: str) -> str:
    """A docstring with its paragraphs, list items and arguments wrapped. Other indented lines, such
    as formulas and code, stay as they are."""
    if not on_terminal():
        return text
    items: list[tuple[str, str, bool]] = []  # indentation, words, whether its lines are wrapped
    for line in text.splitlines():
        words = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        if items and _continues(*items[-1], indent, words):
            items[-1] = items[-1][0], f"{items[-1][1]} {words}", True
        else:
            items.append((indent, words, not indent or _begins_item(indent, words)))
    return "\n".join(
        textwrap.fill(
            words,
            width(),
            initial_indent=indent,
            subsequent_indent=indent + _hanging(indent, words),
            break_on_hyphens=False,
        )
        if wraps
        else indent + words
        for indent, words, wraps in items
    )


def _begins_item(indent: str, words: str) -> bool:
    """Whether a line begins an item of a list, or, indented, the description of an argument."""
    return bool(re.match(r"- |[\w.*]+: " if indent else "- ", words))


def _continues(before_indent: str, before: str, wraps: bool, indent: str, words: str) -> bool:
    """Whether a line belongs to the wrapped text before it."""
    if not (wraps and before and words) or _begins_item(indent, words):
        return False
    item = _begins_item(before_indent, before)
    return len(indent) > len(before_indent) if item else not indent


def _hanging(indent: str, words: str) -> str:
    """The further indentation of an item's second line."""
    if words.startswith("- "):
        return "  "
    return "    " if indent else ""
