"""The generated parts of pages.

A page marks a part with a comment on its own line, ``<!-- generated: rules loss -->``: the name of
a part in ``PARTS``, and its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gen import changelog, commands, kinds, measurements, modes, race, reference, reproduced, speed
from gen.zoo import cards, index

MARK = re.compile(r"^<!-- generated: (\w+) ?(\S*) -->$", re.MULTILINE)

PARTS: dict[str, Callable[..., Iterator[str]]] = {
    "animals": cards.animals,
    "api": reference.api,
    "changelog": changelog.changelog,
    "cli": commands.cli,
    "hooks": reference.hooks,
    "interface": reference.interface,
    "kinds": kinds.kinds,
    "modes": modes.modes,
    "parzen": reproduced.parzen,
    "race": race.race,
    "recipes": index.recipes,
    "results": measurements.results,
    "rules": reference.rules,
    "speed": speed.speed,
    "sweep": measurements.sweep,
    "trainings": modes.trainings,
    "zoo": index.kinds,
}


def filled(markdown: str) -> str:
    """The page with its generated parts."""
    return MARK.sub(lambda mark: "\n".join(PARTS[mark[1]](*mark[2].split())), markdown)
