"""How fast ganzoo trains, as ratios that are measured in one run.

    python -m benchmarks               beside other loops and beside the floor: about five minutes
    python -m benchmarks --scaling     how the time of a step grows
    python -m benchmarks --flat        whether a long training keeps its speed and its memory
    python -m benchmarks --all --write

The last command writes benchmarks/results/speed.json, with --device cuda speed-cuda.json, which the
page docs/speed.md shows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from benchmarks.compare import compare, trainer_of_torchgan
from benchmarks.flat import flat
from benchmarks.machine import machine
from benchmarks.measure import CLOCKS
from benchmarks.scaling import scaling
from benchmarks.subjects import subjects
from ganzoo.training.memory import keep_freed

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    options = parsed()
    if options.device == "cpu":
        keep_freed()  # as ganzoo.train does; the other loops are faster by it as well
    if trainer_of_torchgan() is None:
        print("torchgan cannot be imported, so its Trainer is left out.", file=sys.stderr)
    how = {name: getattr(options, name) for name in ("device", "clock", "turns", "seconds")}
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "load": round(os.getloadavg()[0], 1),  # other programs' included
        "machine": machine(options.device),
        **how,
    }
    for name, part in measured(options, how):
        if options.write:
            write(about, name, part)


def measured(options: argparse.Namespace, how: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each part of the result as soon as it is measured and printed, with its name."""
    if options.all or options.flat:  # first: the greatest memory of this process is a part of it
        training = flat(device=options.device, clock=options.clock)
        print(json.dumps(training))
        yield "flat", training
    compared = []
    if options.all or not (options.scaling or options.flat):
        for subject in subjects():
            if not options.subjects or subject.name in options.subjects:
                compared.append(compare(subject, **how))
                show(compared[-1])
                yield "compared", compared
    if options.all or options.scaling:
        lines = scaling(**how)
        table(lines)
        yield "scaling", lines


def write(about: dict[str, Any], name: str, part: Any) -> None:
    """Put the part into the device's file, in place of an older one. Parts of another machine or of
    other versions go."""
    path = RESULTS / ("speed.json" if about["device"] == "cpu" else f"speed-{about['device']}.json")
    kept = json.loads(path.read_text()) if path.exists() else {}
    if kept.get("machine") != about["machine"]:
        kept = {}
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps({**kept, **about, name: part}, indent=1) + "\n")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [subject.name for subject in subjects()]
    parser.add_argument("subjects", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--flat", action="store_true")
    parser.add_argument("--all", action="store_true", help="all three measurements")
    parser.add_argument("--write", action="store_true", help="write the results to a file")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--turns", type=int, default=9, help="of each loop")
    parser.add_argument("--seconds", type=float, default=0.4, help="of a turn")
    parser.add_argument(
        "--clock", choices=list(CLOCKS), default="wall", help="cpu on a machine that is busy"
    )
    parser.add_argument("--threads", type=int, help="of torch")
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose of {', '.join(names)}")
    if options.threads:
        torch.set_num_threads(options.threads)
    return options


def show(compared: dict[str, Any]) -> None:
    print(f"\n{compared['subject']}, batches of {compared['batch_size']}, {compared['device']}")
    table([{"loop": name, **numbers} for name, numbers in compared["loops"].items()])


def table(lines: list[dict[str, Any]]) -> None:
    """The lines in columns, under their keys."""
    keys = list(dict.fromkeys(key for line in lines for key in line))
    rows = [keys, *([str(line.get(key, "")) for key in keys] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print(first.strip().ljust(widths[0]), *others, sep="  ")


if __name__ == "__main__":
    main()
