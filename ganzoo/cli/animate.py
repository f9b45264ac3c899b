"""``ganzoo animate``: the same noise, drawn better and better."""

from __future__ import annotations

from pathlib import Path

import click

from ganzoo.cli import options


@click.command()
@click.argument("run", type=options.PLACE)
@click.option("--fps", type=float, default=10, show_default=True, help="Pictures a second.")
@click.option(
    "--last-seconds", type=float, default=2, show_default=True, help="How long the last one stays."
)
@click.option(
    "--out",
    type=options.PLACE,
    metavar="PATH",
    help="FILE.gif, FILE.webp, or FILE.mp4 where there is an encoder. By default animation.gif in "
    "the run.",
)
def animate(run: str, fps: float, last_seconds: float, out: str | None) -> None:
    """Show a RUN's training: the pictures in its samples/, one after the other."""
    from ganzoo.run import Run, animation

    found = animation.pictures(Run.open(run).samples)
    path = Path(out) if out else Path(run) / "animation.gif"
    click.echo(animation.write(path, found, fps=fps, last_seconds=last_seconds))
