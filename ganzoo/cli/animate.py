"""``ganzoo animate``: samples of the same noise in the course of a training, as an animation."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ganzoo.cli import options


@click.command()
@options.run
@click.option(
    "--fps",
    type=float,
    metavar="NUMBER",
    default=10,
    show_default=True,
    help="Pictures per second.",
)
@click.option(
    "--last-seconds",
    type=float,
    metavar="SECONDS",
    default=2,
    show_default=True,
    help="Duration of the last picture.",
)
@options.out(
    "FILE.gif, FILE.webp, or FILE.mp4 (which needs an encoder). By default animation.gif in the "
    "run.",
    metavar="PATH",
)
@options.as_json
@options.quiet("the path")
def animate(
    run: str, fps: float, last_seconds: float, out: str | None, as_json: bool, quiet: bool
) -> None:
    """Show the training of a RUN as an animation.

    The animation has the pictures in the run's folder samples/, one after the other.
    """
    from ganzoo.run import Run, animation

    pictures = animation.pictures(Run.open(run).samples)
    path = Path(out) if out else Path(run) / "animation.gif"
    animation.write(path, pictures, fps=fps, last_seconds=last_seconds)
    click.echo(json.dumps({"path": str(path), "pictures": len(pictures)}) if as_json else path)
