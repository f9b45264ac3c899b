"""``ganzoo push``: a trained generator on the Hugging Face Hub."""

from __future__ import annotations

import json
import sys

import click

from ganzoo.cli import options
from ganzoo.run.licences import LICENCES

HINT = "mit, apache-2.0, cc-by-4.0, cc0-1.0, ..., other or unknown"


@click.command()
@options.run
@click.argument("repo", metavar="USER/NAME")
@click.option(
    "--licence",
    "--license",
    "licence",
    metavar="NAME",
    shell_complete=lambda ctx, param, incomplete: [n for n in LICENCES if n.startswith(incomplete)],
    help="The licence of the weights, by the Hub's name, such as mit or cc-by-4.0. By default that "
    "of the run's README.md, else you are asked.",
)
@click.option("--private", is_flag=True, help="Make the repository visible to you alone.")
@click.option("--dry-run", is_flag=True, help="List the files and their sizes, and send nothing.")
@options.as_json
@options.quiet("the address")
def push(
    run: str,
    repo: str,
    licence: str | None,
    private: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Send the generator of a RUN to the Hugging Face Hub.

    The repository gets the weights, config.json, the card as README.md, and a picture of samples,
    without the folders of this machine. Needs the extra ganzoo[hub]. Log in once with `hf auth
    login`, or set HF_TOKEN.
    """
    import ganzoo
    from ganzoo.run import push as library

    opened = ganzoo.Run.open(run)
    if licence is None and library.licence_of(opened) is None and asked_here():
        licence = click.prompt(f"Licence of the weights ({HINT})", err=True)
    done = library.push(opened, repo, licence=licence, private=private, dry_run=dry_run)
    if as_json:
        files = [{"path": path, "bytes": size} for path, size in done.files.items()]
        plain = {"url": done.url or None, "licence": done.licence, "private": private}
        click.echo(json.dumps({**plain, "files": files}))
        return
    if done.url:
        click.echo(done.url)
    if not quiet:
        longest = max(len(f"{size:,}") for size in done.files.values())
        for path, size in done.files.items():
            click.echo(f"  {size:>{longest},} bytes  {path}")
        click.echo(f"Licence: {done.licence}" + ("" if done.url else ". Nothing was sent."))


def asked_here() -> bool:
    """Whether somebody at a terminal can answer a question."""
    return sys.stdin.isatty()
