"""What is asked of everything that can be tried: that it can be made, and used once."""

from __future__ import annotations

from collections.abc import Iterator

from ganzoo.testing.findings import Seen, Skipped, rule
from ganzoo.testing.subject import Subject
from ganzoo.testing.trials import outcomes


@rule(
    "builds",
    "generator",
    "discriminator",
    "loss",
    "penalty",
    "prior",
    "game",
    "metric",
    asks="It can be made from its defaults: a network or a game for gray and colour images of 28 "
    "and 32 pixels, with and without labels, and for vectors, or at least for one of these.",
    mend="Define every abstract method, and let the constructor work with no options given; one "
    "that cannot serve a spec raises ganzoo.UsageError.",
)
def builds(subject: Subject) -> Iterator[Seen]:
    tried = outcomes(subject)
    for outcome in tried:
        if outcome.stage == "builds" and not outcome.refused:
            yield Seen(outcome.failure, case=outcome.case)
    if all(outcome.refused for outcome in tried):
        if subject.entry.kind == "metric":
            raise Skipped(f"it refuses what there is to try it with: {tried[0].failure}")
        yield Seen(
            ": ".join(filter(None, ("it refuses every spec", tried[0].case, tried[0].failure)))
        )


def runs(subject: Subject) -> Iterator[Seen]:
    for outcome in outcomes(subject):
        if outcome.stage == "runs" and not outcome.refused:
            yield Seen(outcome.failure, case=outcome.case)


@rule(
    "runs",
    "generator",
    "discriminator",
    "loss",
    asks="It can be used as it was made, by itself or in the game of a recipe that uses it.",
    mend="Mend the error. What takes more than z, x or scores (labels, codes, aux) is tried through"
    " a recipe that uses it: register one.",
)
def network_or_loss_runs(subject: Subject) -> Iterator[Seen]:
    return runs(subject)


@rule(
    "runs",
    "penalty",
    asks="It can be called with scores on images and on vectors, by itself or in the game of a "
    "recipe that uses it.",
    mend="Mend the error. Say needs_gradient = True where scores are differentiated by their "
    "samples; count the dimensions of x, which vectors have fewer of.",
)
def penalty_runs(subject: Subject) -> Iterator[Seen]:
    return runs(subject)


@rule(
    "runs",
    "prior",
    "metric",
    asks="It can be called: a prior to draw, a metric with two small datasets.",
    mend="Mend the error. A metric refuses data that it cannot judge with ganzoo.UsageError.",
)
def prior_or_metric_runs(subject: Subject) -> Iterator[Seen]:
    return runs(subject)
