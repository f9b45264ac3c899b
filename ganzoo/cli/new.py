"""``ganzoo new``: create a plugin."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ganzoo.cli.group import registry_of
from ganzoo.scaffold.example import kinds


@click.command()
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(kinds()),
    default="loss",
    show_default=True,
    help="The kind of its first component.",
)
@click.option(
    "--dir",
    "parent",
    metavar="PARENT",
    default=".",
    help="The folder in which the plugin's folder is made. By default the current folder.",
)
def new(name: str, kind: str, parent: str) -> None:
    """Create a plugin NAME: a distribution that installs, passes its own tests and trains."""
    from ganzoo.scaffold.name import check_name
    from ganzoo.scaffold.write import fields_of, write

    check_name(name, registry_of())
    folder = write(name, kind, Path(parent))
    fields = fields_of(name, kind)
    click.echo(f"Wrote {folder}: a plugin with a working {kind}. Next:\n")
    for command in (
        f"cd {shlex.quote(str(folder))}",
        'pip install -e ".[dev]"',
        "pytest",
        fields["try_it"],
    ):
        click.echo(f"  {command}")
    click.echo(f"\nThen change src/{fields['package']}/{kind}.py as you need.")
