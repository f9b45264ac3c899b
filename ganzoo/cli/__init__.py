"""The ``ganzoo`` command. A command parses its arguments, calls the library and prints. Slow
imports are inside the commands."""

from __future__ import annotations

from ganzoo.cli import (
    animate,
    check,
    compare,
    data,
    doctor,
    evaluate,
    listing,
    nearest,
    new,
    race,
    report,
    reproduce,
    sampling,
    sweep,
    train,
    tune,
)
from ganzoo.cli.group import replace_unwritable, zoo
from ganzoo.cli.processes import quieten

for command in (
    train.train,
    train.resume,
    sampling.sample,
    sampling.interpolate,
    animate.animate,
    nearest.nearest,
    evaluate.evaluate,
    compare.compare,
    report.report,
    sweep.sweep,
    tune.tune,
    race.race,
    reproduce.reproduce,
    listing.list_,
    listing.show,
    listing.plugins,
    new.new,
    check.check,
    data.data,
    doctor.doctor,
):
    zoo.add_command(command)


def main() -> None:
    """The entry point of the ``ganzoo`` script."""
    replace_unwritable()
    quieten()
    zoo(prog_name="ganzoo")
