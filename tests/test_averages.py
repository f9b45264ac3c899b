"""Several averages of the weights in one training: kept, resumed, and chosen afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import ganzoo
from ganzoo import Registry, Run, UsageError
from ganzoo.run import checkpoint

from .toy import TOY

RAMP = {"ema_ramp": 0.001}  # so that the decays differ from the first step on
SEVERAL = {"ema": [0.5, 0.9, 0.99], **RAMP}


def average_of(run: Run, part: str) -> dict[str, torch.Tensor]:
    tensors = checkpoint.of_step(run)[0]
    start = f"{part}."
    return {k.removeprefix(start): t for k, t in tensors.items() if k.startswith(start)}


def test_each_average_is_that_of_a_training_with_it_alone(train) -> None:
    run = train(steps=6, set=SEVERAL)
    for part, decay in (("ema", 0.5), ("ema-2", 0.9), ("ema-3", 0.99)):
        alone = average_of(train(steps=6, set={"ema": decay, **RAMP}), "ema")
        ours = average_of(run, part)
        assert ours.keys() == alone.keys()
        assert all(torch.equal(ours[name], alone[name]) for name in alone)


def test_a_list_of_one_is_that_one(train) -> None:
    one, alone = train(steps=4, set={"ema": [0.9]}), train(steps=4, set={"ema": 0.9})
    digests = [checkpoint.digest(checkpoint.of_step(run)[0]) for run in (one, alone)]
    assert digests[0] == digests[1]


def test_a_resumed_training_has_the_same_averages(train, registry: Registry) -> None:
    decays = {"ema": [0.5, {"schedule": "linear", "start": 0.2, "end": 0.9, "until": 6}], **RAMP}
    whole, half = train(steps=6, set=decays), train(steps=3, set=decays)
    ganzoo.resume(half, steps=6, registry=registry)
    digests = [checkpoint.digest(checkpoint.of_step(run)[0]) for run in (whole, half)]
    assert digests[0] == digests[1]


def test_an_average_is_chosen_by_its_decay_or_its_number(train, registry: Registry) -> None:
    run = train(steps=6, set=SEVERAL)
    drawn = {}
    for average in (None, 0.5, 0.9, 0.99, 1, 2, 3):
        trained = ganzoo.load(run, average=average, registry=registry)
        drawn[average] = trained.sample(5)
        assert trained.step == 6
    for same in ((None, 0.5, 1), (0.9, 2), (0.99, 3)):
        assert all(torch.equal(drawn[same[0]], drawn[each]) for each in same)
    assert not torch.equal(drawn[1], drawn[2])
    assert not torch.equal(drawn[2], drawn[3])


def test_the_shared_file_has_the_first_average(train, registry: Registry) -> None:
    run = train(steps=4, set=SEVERAL)
    shared = ganzoo.load(run.generator, registry=registry).sample(4)
    assert torch.equal(shared, ganzoo.load(run, average=0.5, registry=registry).sample(4))


def test_an_average_of_an_older_step(train, registry: Registry) -> None:
    run = train(steps=4, set={**SEVERAL, "checkpoint_every": 2})
    older = ganzoo.load(run, average=0.99, step=2, registry=registry)
    assert older.step == 2
    assert not torch.equal(
        older.sample(4), ganzoo.load(run, average=0.99, registry=registry).sample(4)
    )


def test_an_export_of_an_average_has_its_samples(train, registry: Registry, tmp_path: Path) -> None:
    run = train(steps=4, set=SEVERAL)
    done = ganzoo.export(run, "safetensors", average=0.99, registry=registry)
    assert done.path.name == "exported-average0.99.safetensors"
    exported = ganzoo.load(done.path, registry=registry).sample(4)
    torch.testing.assert_close(
        exported, ganzoo.load(run, average=0.99, registry=registry).sample(4)
    )


def test_a_training_from_other_weights_begins_all_averages_with_them(train) -> None:
    origin = train(steps=3, set={"ema": 0.9})
    run = train(steps=1, set={"ema": [0.99, 0.999]}, init_from=origin.path)
    first, second = average_of(run, "ema"), average_of(run, "ema-2")
    assert all(torch.equal(first[name], second[name]) for name in first)  # in the ramp's first step


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"average": 0.7}, r"no average 0\.7\. Give .* 1 \(0\.5\), 2 \(0\.9\), 3 \(0\.99\)"),
        ({"average": 4}, "no average 4"),
        ({"average": 0}, "no average 0"),
        ({"average": float("nan")}, "no average nan"),
        ({"average": 0.9, "weights": "raw"}, "not of the weights 'raw'"),
        ({"average": 0.9, "weights": "best"}, "not of the weights 'best'"),
    ],
)
def test_an_average_that_there_is_not_is_refused(train, registry, request_, said: str) -> None:
    run = train(steps=2, set=SEVERAL)
    with pytest.raises(UsageError, match=said):
        ganzoo.load(run, registry=registry, **request_)


def test_a_file_has_no_other_average(train, registry: Registry) -> None:
    run = train(steps=2, set=SEVERAL)
    with pytest.raises(UsageError, match="load a run's folder"):
        ganzoo.load(run.generator, average=0.9, registry=registry)


def test_a_run_without_an_average_says_so(train, registry: Registry) -> None:
    run = train(steps=2, set={"ema": 0.0})
    with pytest.raises(UsageError, match="has no averages: it was trained with ema=0"):
        ganzoo.load(run, average=0.9, registry=registry)


@pytest.mark.parametrize(
    ("ema", "said"),
    [
        ([], "a list without an average"),
        ([0.0, 0.9], "a list with a decay of 0"),
        ([0.9, 0.9], r"a list that has 0\.9 twice"),
        ([0.9, 1.5], "expected a number < 1"),
        (["a"], "expected a number or table, got text"),
        ([0.9, {"start": 1}], r"ema\.1 takes a number, or a schedule"),
    ],
)
def test_wrong_averages_are_refused(train, ema, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        train(steps=1, set={"ema": ema})


def test_in_python_a_list_is_taken_too() -> None:
    assert TOY.replace(ema=[0.5, 0.9]).averages == (0.5, 0.9)
    assert TOY.replace(ema=0.5).averages == (0.5,)
