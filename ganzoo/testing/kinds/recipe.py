"""What is asked of a recipe: that it trains, goes on as if it had never stopped, and draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

import ganzoo
from ganzoo.assembly.build import build
from ganzoo.assembly.signature import check_options
from ganzoo.assembly.variants import whole
from ganzoo.errors import GanzooError
from ganzoo.recipe import KIND_OF, Recipe, Variant
from ganzoo.run import Run, checkpoint
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.places import told
from ganzoo.testing.subject import Subject, parts_of
from ganzoo.testing.tensors import differing, same, stir
from ganzoo.testing.trials.play import gradients as gradients_of_a_round
from ganzoo.testing.trials.play import staged

COUNT = 9


@rule(
    "parts",
    "recipe",
    asks="All its parts exist, and have the options that it turns.",
    mend="Correct the name, say plugin:name where several plugins have one, or name the plugin "
    "that brings it among the dependencies.",
)
def parts(subject: Subject) -> Iterator[Seen]:
    try:
        recipe = _recipe(subject)
    except GanzooError as error:  # a variant of what is not there, or that does not fit it
        yield Seen(str(error))
        return
    for field, kind in KIND_OF.items():
        for part in parts_of(recipe, field):
            try:
                target = subject.registry.get(kind, part.name).load()
                check_options(target, kind, part.name, part.options)
            except GanzooError as error:
                yield Seen(str(error), case=field)


@rule(
    "builds",
    "recipe",
    asks="Its parts fit together, for data of the spec of its dataset.",
    mend="Give every player of the game an optimizer, and the networks the options that the game "
    "needs them to have.",
)
def builds(subject: Subject) -> Iterator[Seen]:
    if any(parts(subject)):
        raise Moot("some of its parts do not exist")
    small = subject.rehearsal.small(_recipe(subject))
    try:
        build(small, subject.rehearsal.spec(small), subject.registry)
    except (Exception, SystemExit) as error:
        yield Seen(told(error), case=_data(small))


@rule(
    "gradients",
    "recipe",
    asks="In the first step a gradient that is finite and not 0 everywhere reaches every player.",
    mend="Let what G makes reach the loss with its gradient; give a loss that a player's weights "
    "depend on; list in players() the weights that are to move.",
)
def gradients(subject: Subject) -> Iterator[Seen]:
    small = subject.once(_small)
    game, some = staged(small, subject.rehearsal)
    for player in game.players().values():
        stir(player, 0.02)  # a last layer that starts at 0 lets none through
    for who, found in gradients_of_a_round(game, some).items():
        if not found:
            yield Seen(f"none reaches {who!r}", case=_data(small))
        elif not all(grad.isfinite().all() for _, grad in found):
            yield Seen(f"that of {who!r} is not finite", case=_data(small))
        elif not any(grad.any() for _, grad in found):
            yield Seen(f"that of {who!r} is 0 everywhere", case=_data(small))


@rule(
    "trains",
    "recipe",
    asks="Four steps on made-up data go through, with finite losses, and leave a whole run.",
    mend="`ganzoo --debug train` with --steps 4 shows where the error comes from.",
)
def trains(subject: Subject) -> Iterator[Seen]:
    runs = subject.once(_trained)
    if runs.failure:
        yield Seen(runs.failure, case=_data(runs.small))


@rule(
    "resumes",
    "recipe",
    asks="Stopped after two steps and resumed for two, it is bit for bit what four steps are.",
    mend="Keep what changes in parameters and buffers, never in plain attributes; draw all random "
    "numbers from the global generators of torch, numpy or Python.",
)
def resumes(subject: Subject) -> Iterator[Seen]:
    runs = _whole(subject)
    registry, out = subject.registry, subject.folder / "in-two"
    stopped = ganzoo.train(runs.small, steps=2, registry=registry, device="cpu", out=out)
    resumed = ganzoo.resume(stopped, steps=4, registry=registry, device="cpu")
    at_once, in_two = (_last(run) for run in (runs.run, resumed))
    names = differing(at_once, in_two)
    if names:
        shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        yield Seen(f"{len(names)} of {len(at_once)} tensors differ: {shown}", _data(runs.small))


@rule(
    "samples",
    "recipe",
    asks="Its generator.safetensors, read by itself, draws finite samples of the data's shape and "
    "range, the same ones under a seed, and other ones under another.",
    mend="Put everything that generating takes into the generator, the prior or the game as "
    "parameters and buffers.",
)
def samples(subject: Subject) -> Iterator[Seen]:
    runs = _whole(subject)
    alone = subject.folder / "alone.safetensors"
    alone.write_bytes(runs.run.generator.read_bytes())
    trained = ganzoo.load(alone, registry=subject.registry)
    drawn = trained.sample(COUNT, seed=1)
    spec, case = trained.spec, _data(runs.small)
    if tuple(drawn.shape) != (COUNT, *spec.shape):
        yield Seen(f"they are {tuple(drawn.shape)}, not {(COUNT, *spec.shape)}", case)
    if not drawn.isfinite().all():
        yield Seen("they are not finite", case)
    elif ((drawn < spec.low - 1e-4) | (drawn > spec.high + 1e-4)).any():
        shown = f"from {drawn.min():.3g} to {drawn.max():.3g}"
        yield Seen(f"they go {shown}, outside [{spec.low:g}, {spec.high:g}]", case)
    if not same(drawn, trained.sample(COUNT, seed=1)):
        yield Seen("they differ under the same seed", case)
    if same(drawn, trained.sample(COUNT, seed=2)):
        yield Seen("they are the same under another seed", case)


@dataclass(frozen=True)
class Trained:
    """Four steps in one go: the run, or why there is none."""

    small: Recipe
    run: Run
    failure: str


def _recipe(subject: Subject) -> Recipe:
    if not isinstance(subject.target, Recipe | Variant):
        raise Moot("it is not a recipe")
    return whole(subject.entry, subject.registry)


def _small(subject: Subject) -> Recipe:
    """The recipe as it is tried. Raises Moot where it cannot be built."""
    if any(builds(subject)):
        raise Moot("it cannot be built")
    return subject.rehearsal.small(_recipe(subject))


def _trained(subject: Subject) -> Trained:
    small, out = subject.once(_small), subject.folder / "at-once"
    failure = ""
    try:
        ganzoo.train(small, registry=subject.registry, device="cpu", out=out)
    except (Exception, SystemExit) as error:
        failure = told(error)
    run = Run.open(out) if (out / "config.json").is_file() else Run(out, {})
    return Trained(small, run, failure)


def _whole(subject: Subject) -> Trained:
    runs = subject.once(_trained)
    if runs.failure:
        raise Moot("it does not train")
    return runs


def _last(run: Run) -> dict[str, Tensor]:
    return checkpoint.newest(run)[0]


def _data(small: Recipe) -> str:
    """What it was tried on, for people to read."""
    shape = "x".join(str(n) for n in small.dataset.options["shape"])
    classes = small.dataset.options["classes"]
    return f"made-up data {shape}" + (f" with {classes} labels" if classes else "")
