"""``ganzoo watch``: runs on a page in the browser, while they are trained."""

from __future__ import annotations

import json

import click

from ganzoo.cli import options
from ganzoo.cli.param_types import RunFolder, WholeNumber

PORT = 8642


@click.command()
@click.argument("runs", metavar="RUN...", type=RunFolder(), nargs=-1, required=True)
@click.option(
    "--port",
    type=WholeNumber(0, 65535),
    default=PORT,
    show_default=True,
    help="The port of the page; 0 for any free one.",
)
@options.as_json
def watch(runs: tuple[str, ...], port: int, as_json: bool) -> None:
    """Show RUNs on a page in the browser, while they are trained.

    Prints the address of the page, which has the progress, the warnings, the newest samples and the
    curves. Only this machine can see it. Ctrl-C ends it, and does not end the training.
    """
    from ganzoo.run import Run
    from ganzoo.watch.page import Page
    from ganzoo.watch.server import Server

    paths = [Run.open(run).path for run in dict.fromkeys(runs)]
    with Server(Page(paths), port) as server:
        about = {"address": server.address, "runs": [str(path) for path in paths]}
        words = f"{', '.join(path.name for path in paths)}: {server.address}\nCtrl-C ends the page."
        click.echo(json.dumps(about) if as_json else words)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("The page has ended.", err=True)
