"""``ganzoo new``: begin a plugin."""

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
    help="What the plugin starts with.",
)
@click.option(
    "--dir", "parent", metavar="PARENT", default=".", help="Where to make the folder; else here."
)
def new(name: str, kind: str, parent: str) -> None:
    """Begin a plugin NAME: write a distribution that installs, passes its own tests and trains."""
    from ganzoo.scaffold.name import check_name
    from ganzoo.scaffold.write import fields_of, write

    check_name(name, registry_of())
    folder = write(name, kind, Path(parent))
    fields = fields_of(name, kind)
    click.echo(f"Wrote {folder}: a plugin with a {kind} that works. Next:\n")
    for command in (
        f"cd {shlex.quote(str(folder))}",
        'pip install -e ".[dev]"',
        "pytest",
        fields["try_it"],
    ):
        click.echo(f"  {command}")
    click.echo(f"\nThen make src/{fields['package']}/{kind}.py your own.")
