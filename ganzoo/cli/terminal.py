"""The terminal that a command prints to: whether it is one, its width, and text that fits."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap


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


def prose(text: str) -> str:
    """A docstring with its paragraphs, list items and arguments wrapped. Other indented lines, such
    as formulas and code, stay as they are."""
    if not on_terminal():
        return text
    items: list[tuple[str, str, bool]] = []  # indentation, words, whether the next line belongs
    for line in text.splitlines():
        words = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        begins = re.match(r"- |[\w.*]+: ", words) if indent else re.match(r"- ", words)
        before = items[-1] if items else ("", "", False)
        if words and not begins and before[2] and (not indent or len(indent) > len(before[0])):
            items[-1] = before[0], f"{before[1]} {words}", True
        else:
            items.append((indent, words, bool(words and (begins or not indent))))
    return "\n".join(
        textwrap.fill(
            words,
            width(),
            initial_indent=indent,
            subsequent_indent=indent
            + ("  " if words.startswith("- ") else "    " if indent else ""),
            break_on_hyphens=False,
        )
        if flows
        else indent + words
        for indent, words, flows in items
    )
