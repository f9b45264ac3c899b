"""``--profile``: a trace and a summary, and the same weights as without."""

from __future__ import annotations

import json

import pytest
import torch

from ganzoo import UsageError
from ganzoo.run import checkpoint
from ganzoo.training.profiling import MOST, Profile


def test_the_summary_and_the_trace(train) -> None:
    run = train(steps=31, profile=True)
    profile = Profile.read(run.path / "profile")
    assert profile.steps == 20
    assert 0 < profile.outside < 1
    assert len(profile.operations) == MOST
    seconds = [one.seconds for one in profile.operations]
    assert seconds == sorted(seconds, reverse=True)
    names = {one.name for one in profile.operations}
    assert names & {"aten::addmm", "aten::mm"}
    trace = json.loads((run.path / "profile" / "trace.json").read_text())
    assert trace["traceEvents"]


def test_a_profiled_training_has_the_same_weights(train) -> None:
    plain, profiled = train(steps=31), train(steps=31, profile=True)
    (before, _), (after, _) = checkpoint.of_step(plain), checkpoint.of_step(profiled)
    for name, tensor in before.items():
        assert torch.equal(tensor, after[name]), name


def test_a_training_of_fewer_steps_is_refused(train) -> None:
    with pytest.raises(UsageError, match="A profile takes a training of 30 steps or more"):
        train(steps=29, profile=True)
