"""The ``ganzoo`` command. A command parses its arguments, calls the library and prints. Slow
imports are inside the commands."""

from __future__ import annotations

from ganzoo.cli import (
    about,
    animate,
    check,
    compare,
    data,
    directions,
    doctor,
    evaluate,
    export,
    listing,
    mix,
    nearest,
    new,
    project,
    push,
    race,
    reconstruct,
    report,
    reproduce,
    runs,
    sampling,
    sweep,
    train,
    translate,
    tune,
    watch,
)
from ganzoo.cli.examples import add_examples
from ganzoo.cli.group import replace_unwritable, zoo
from ganzoo.cli.processes import quieten

zoo.add_section("Train", train.train, train.resume, sweep.sweep, tune.tune)
zoo.add_section(
    "Look",
    runs.runs,
    watch.watch,
    sampling.sample,
    sampling.interpolate,
    mix.mix,
    directions.directions,
    project.project,
    reconstruct.reconstruct,
    translate.translate,
    animate.animate,
    nearest.nearest,
)
zoo.add_section(
    "Measure",
    evaluate.evaluate,
    compare.compare,
    report.report,
    race.race,
    reproduce.reproduce,
)
zoo.add_section("Share", export.export, push.push)
zoo.add_section("Extend", listing.list_, listing.show, listing.plugins, new.new, check.check)
zoo.add_section("Set up", data.data, doctor.doctor, about.completion, about.version)
add_examples(zoo)


def main() -> None:
    """The entry point of the ``ganzoo`` script."""
    replace_unwritable()
    quieten()
    zoo(prog_name="ganzoo")
