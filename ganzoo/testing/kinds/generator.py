"""What is asked of a generator alone."""

from __future__ import annotations

from collections.abc import Iterator

from ganzoo.testing.cases import COUNT
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import stir
from ganzoo.testing.trials import working
from ganzoo.testing.trials.network import NetworkTrial

SLACK = 1e-5  # of the range: what rounding may add


@rule(
    "shape",
    "generator",
    asks="It turns (N, z_dim) into (N, *spec.shape).",
    mend="Take the sizes of all layers from spec.shape (channels, height, width), and end with "
    ".reshape(-1, *self.spec.shape).",
)
def shape(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        game = trial.build()
        wanted, found = (COUNT, *game.g_spec().shape), tuple(trial.outputs(game)["x"].shape)
        if found != wanted:
            yield Seen(f"x is {found}, not {wanted}", case=trial.case)


@rule(
    "range",
    "generator",
    asks="Its samples lie in [spec.low, spec.high], whatever its weights become.",
    mend="Where spec.bounded, squash the output: low + (high - low) * a.sigmoid(), or the same "
    "with tanh.",
)
def range_(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        game = trial.build()
        spec = game.g_spec()
        for reach in (0.0, 1.0):  # the first weights, then great ones, as training may make them
            stir(trial.network(game), reach)
            x = trial.outputs(game)["x"]
            slack = SLACK * (spec.high - spec.low)
            if spec.bounded and ((x < spec.low - slack) | (x > spec.high + slack)).any():
                bounds = f"[{spec.low:g}, {spec.high:g}]"
                shown = f"x goes from {x.min():.3g} to {x.max():.3g}, outside {bounds}"
                yield Seen(shown, case=trial.case)
                break
