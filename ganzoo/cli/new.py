"""``ganzoo new``: create a plugin."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from ganzoo.cli import options
from ganzoo.cli.group import registry_of
from ganzoo.cli.param_types import OneOf
from ganzoo.scaffold.example import kinds


@click.command()
@click.argument("name")
@click.option(
    "--kind",
    type=OneOf("kind", kinds()),
    metavar="KIND",
    default="loss",
    show_default=True,
    help=f"The kind of its first component: {', '.join(kinds())}.",
)
@click.option(
    "--dir",
    "parent",
    type=options.FOLDER,
    metavar="PARENT",
    default=".",
    help="The folder in which the plugin's folder is made. By default the current folder.",
)
@options.as_json
@options.quiet("the plugin's folder")
def new(name: str, kind: str, parent: str, as_json: bool, quiet: bool) -> None:
    """Create a plugin NAME, with a first component and tests.

    The plugin is a distribution that installs, passes its own tests and trains.
    """
    from ganzoo.scaffold.name import check_name
    from ganzoo.scaffold.write import fields_of, write

    check_name(name, registry_of())
    folder = write(name, kind, Path(parent))
    fields = fields_of(name, kind)
    component = folder / "src" / fields["package"] / f"{kind}.py"
    commands = (
        f"cd {shlex.quote(str(folder))}",
        'pip install -e ".[dev]"',
        "pytest",
        fields["try_it"],
    )
    if as_json:
        click.echo(json.dumps({"path": str(folder), "component": str(component), "next": commands}))
        return
    if quiet:
        click.echo(folder)
        return
    click.echo(f"Wrote {folder}: a plugin with a working {kind}. Next:\n")
    for command in commands:
        click.echo(f"  {command}")
    click.echo(f"\nThen change {component.relative_to(folder)} as you need.")
