"""A group of commands whose help lists them in sections."""

from __future__ import annotations

from typing import Any

import click

OTHERS = "Commands of plugins"


class Sections(click.Group):
    """A group in which a command may belong to a section. The help has the sections in the order
    in which they were added, then the other commands. No line of it is cut."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections: dict[str, list[str]] = {}

    def add_section(self, title: str, *commands: click.Command) -> None:
        """Add commands under a title."""
        for command in commands:
            self.add_command(command)
        self.sections[title] = [command.name or "" for command in commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        known = self.list_commands(ctx)
        placed = {name for names in self.sections.values() for name in names}
        others = [name for name in known if name not in placed]
        lines = {name: self.get_command(ctx, name) for name in known}
        longest = max(map(len, known), default=0)
        for title, names in {**self.sections, OTHERS: others}.items():
            rows = [
                (name.ljust(longest), summary(command))
                for name in names
                if (command := lines.get(name)) is not None and not command.hidden
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def summary(command: click.Command) -> str:
    """A command in a sentence: the first one of its help, uncut."""
    paragraph = (command.short_help or command.help or "").strip().partition("\n\n")[0]
    text = " ".join(paragraph.split())
    first, dot, _ = text.partition(". ")
    return (first if dot else text).removesuffix(".")
