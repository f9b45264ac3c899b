"""``ganzoo animate``: samples of the same noise in the course of a training, as an animation."""

from __future__ import annotations

from pathlib import Path

import click

from ganzoo.cli import options


@click.command()
@click.argument("run", type=options.PLACE)
@click.option("--fps", type=float, default=10, show_default=True, help="Pictures per second.")
@click.option(
    "--last-seconds", type=float, default=2, show_default=True, help="Duration of the last picture."
)
@click.option(
    "--out",
    type=options.PLACE,
    metavar="PATH",
    help="FILE.gif, FILE.webp, or FILE.mp4 (which needs an encoder). By default animation.gif in "
    "the run.",
)
def animate(run: str, fps: float, last_seconds: float, out: str | None) -> None:
    """Show the training of a RUN: the pictures in its folder samples/, one after the other."""
    from ganzoo.run import Run, animation

    pictures = animation.pictures(Run.open(run).samples)
    path = Path(out) if out else Path(run) / "animation.gif"
    click.echo(animation.write(path, pictures, fps=fps, last_seconds=last_seconds))
