"""Whether a network gives the same again: under a seed, and from a checkpoint."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import differing, saved_and_read
from ganzoo.testing.trials import working
from ganzoo.testing.trials.network import NetworkTrial

BOTH = ("generator", "discriminator")


@rule(
    "deterministic",
    *BOTH,
    asks="Under a seed its first weights and its output are the same every time, bit for bit.",
    mend="Draw all random numbers from the global generators of torch, numpy or Python, never from "
    "one of your own, the clock or the system.",
)
def deterministic(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        first, second = trial.build(), trial.build()
        weights = [trial.network(game).state_dict() for game in (first, second)]
        if differ := differing(*weights):
            yield Seen(f"its {differ[0]!r} differs from one making to the next", case=trial.case)
        elif differ := differing(trial.outputs(first), trial.outputs(second)):
            yield Seen(f"{differ[0]} differs from one time to the next", case=trial.case)


@rule(
    "state",
    *BOTH,
    asks="What its state_dict holds, read back from a safetensors file, gives the same outputs; so "
    "does a deep copy.",
    mend="Keep what changes in parameters and buffers (register_buffer), never in plain "
    "attributes, and make all of them in the constructor.",
)
def state(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        if not trial.steady():
            raise Moot("it gives something else every time")
        played, other = trial.build(), trial.build(seed=5)
        trial.outputs(played)  # in training, what counts or averages moves
        other.load_state_dict(saved_and_read(played))
        twin = copy.deepcopy(played)
        for mode in (False, True):
            outputs = [trial.outputs(game.train(mode), seed=2) for game in (played, other, twin)]
            for found, what in zip(outputs[1:], ("when read back", "in a deep copy"), strict=True):
                for name in differing(outputs[0], found)[:1]:
                    when = "training" if mode else "evaluation"
                    yield Seen(f"in {when}, {name} differs {what}", case=trial.case)
