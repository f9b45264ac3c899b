"""``ganzoo reproduce``: the reproductions of papers, each a command from a plugin."""

from __future__ import annotations

import click


class Papers(click.Group):
    """The group of reproductions. A plugin adds one in its hook ``ganzoo_commands``:
    ``cli.commands["reproduce"].add_command(my_paper)``."""

    def list_commands(self, context: click.Context) -> list[str]:
        _ask_plugins(context)
        return super().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        _ask_plugins(context)
        return super().get_command(context, name)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from ganzoo.errors import near

        if not args[0].startswith("-") and self.get_command(context, args[0]) is None:
            context.fail(f"There is no reproduction {args[0]!r}. {near(args[0], self.commands)}")
        return super().resolve_command(context, args)


def _ask_plugins(context: click.Context) -> None:
    """Load the commands of plugins, which the outermost group does when it lists its commands."""
    root = context.find_root()
    if isinstance(root.command, click.Group):
        root.command.list_commands(root)


@click.group(cls=Papers)
def reproduce() -> None:
    """Reproduce a paper: its figures and numbers, from new runs."""
