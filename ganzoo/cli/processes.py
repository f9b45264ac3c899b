"""The command line in several processes, as torchrun starts them: one of them speaks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ganzoo.engine.world import several
from ganzoo.errors import UsageError

TOGETHER = ("train", "resume")  # the commands that several processes do together


def check(command: str) -> None:
    """Raises UsageError for a command that several processes cannot do together."""
    if several() and command not in TOGETHER and not command.startswith("-"):
        raise UsageError(
            f"`ganzoo {command}` runs in one process. Start it without torchrun; "
            f"{' and '.join(TOGETHER)} run in several."
        )


def quieten() -> None:
    """Silence the standard output of all processes but the first, and the standard error of all but
    the first of each machine, since an error of a machine is one of all its processes."""
    if several() and os.environ["RANK"] != "0":
        nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
        sys.stdout = nowhere
        if os.environ.get("LOCAL_RANK", "0") != "0":
            sys.stderr = nowhere


def speak() -> None:
    """Give this process its standard error back: it has an error of its own."""
    sys.stderr = sys.__stderr__


def command() -> list[str]:
    """The command line that this process was started with, of several that of their launcher."""
    own = ["ganzoo", *sys.argv[1:]]
    if not several():
        return own
    here = os.environ.get("LOCAL_WORLD_SIZE", "1")
    machines = int(os.environ["WORLD_SIZE"]) // int(here)
    nodes = [] if machines == 1 else ["--nnodes", str(machines)]
    return ["torchrun", *nodes, "--nproc-per-node", here, "-m", *own]
