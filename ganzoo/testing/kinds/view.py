"""Rules for views."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from PIL import Image

from ganzoo.assembly.build import component
from ganzoo.errors import UsageError
from ganzoo.evaluation.objective import Objective
from ganzoo.interfaces import View
from ganzoo.recipe import Part
from ganzoo.testing.dummies import CASES, tiny
from ganzoo.testing.findings import Fault, Skipped, rule
from ganzoo.testing.subject import Subject
from ganzoo.types import Data, Spec, scale

SEQUENCES = Spec((1, 64), low=-math.inf, high=math.inf)
COUNT = 5  # samples that are shown


@rule(
    "shown",
    "view",
    asks="show() gives a gray or RGB Pillow image, with and without data; encode() and "
    "encode_one() give bytes for the suffixes in `formats` and `each`. Samples that do not fit are "
    "refused with ganzoo.UsageError in the constructor.",
    mend="Return a PIL.Image.Image of mode L or RGB from show(), and bytes from encode(); a suffix "
    "has its point, as in '.csv'.",
)
def shown(subject: Subject) -> Iterator[Fault]:
    refusals = []
    for case, part, data in _cases(subject):
        spec = data.spec()
        try:
            view: View = component("view", part, subject.registry, spec=spec)
        except UsageError as error:
            refusals.append(str(error))
            continue
        for fault in _faults(view, data, spec):
            yield Fault(fault, case=case)
    if len(refusals) == len([*_cases(subject)]):
        raise Skipped(f"it refuses all data of this suite ({refusals[0].rstrip('.')})")


@rule(
    "ranked",
    "view",
    asks="The name in `metric`, METRIC or METRIC.NUMBER, is that of a registered metric and of a "
    "number with a better direction.",
    mend="`ganzoo list metrics` names the metrics. A number has a better direction if its value in "
    "the metric's `lower_is_better` is True or False.",
)
def ranked(subject: Subject) -> Iterator[Fault]:
    named = subject.target.metric
    if named == View.metric:
        raise Skipped("it names no metric of its own")
    try:
        Objective.of(named, subject.registry)
    except UsageError as error:
        yield Fault(f"metric = {named!r}: {error}")


def _cases(subject: Subject) -> Iterator[tuple[str, Part, Data]]:
    """Small data for the view: made up, and from the datasets of its plugin."""
    for case, spec in (*CASES.items(), ("numbers over time", SEQUENCES)):
        yield case, subject.part, tiny(spec, COUNT)
    for part, data in subject.own_data():
        named = data.view is not None and subject.named_by(data.view)
        options = data.view.options if named and data.view is not None else {}
        yield f"data of {part.bare}", Part(subject.part.name, options), data


def _faults(view: View, data: Data, spec: Spec) -> Iterator[str]:
    samples = scale(data.x[:COUNT], spec)
    for behind in (None, samples):
        picture: object = view.show(samples, data=behind)
        if not isinstance(picture, Image.Image):
            yield f"show() gives a {type(picture).__name__}"
        elif picture.mode not in ("L", "RGB"):
            yield f"show() gives an image of mode {picture.mode}"
    before = torch.get_rng_state()
    contents = {suffix: view.encode(samples, suffix) for suffix in view.formats}
    if view.each:
        contents[view.each] = view.encode_one(samples[0])
    for suffix, content in contents.items():
        if not (isinstance(content, bytes) and suffix.startswith(".")):
            yield f"a file {suffix!r} is a {type(content).__name__}"
    if not torch.equal(before, torch.get_rng_state()):
        yield "it draws random numbers"
