"""``train`` and ``resume``: what a request may ask for, and what is refused before it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import ganzoo
from ganzoo import GanzooError, Part, UsageError

from .toy import TOY


def test_epochs_are_steps_enough_to_show_every_sample(train) -> None:
    def steps(**request) -> int:
        return train(epochs=2, batch_size=16, **request).config["recipe"]["steps"]

    assert steps() == 5  # 2 * 40 samples in batches of 16
    assert steps(set={"game.d_updates": 2}) == 3
    with pytest.raises(UsageError, match="at least 1"):
        train(epochs=0)
    with pytest.raises(UsageError, match="either steps or epochs"):
        train(epochs=1, steps=1)


def test_schedules_of_a_training_by_epochs_end_with_it(train) -> None:
    """The toy recipe has another number of steps."""
    table = {"schedule": "linear", "start": 0.01, "end": 0.0}
    request = {"batch_size": 16, "set": {"optimizer.d.lr": table, "optimizer.g.lr": table}}
    by_epochs, by_steps = train(epochs=2, **request), train(steps=5, **request)
    assert by_epochs.config["recipe"] == by_steps.config["recipe"]
    first, second = (load_file(run.generator) for run in (by_epochs, by_steps))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_resuming_a_finished_run_says_how_to_go_on(train, registry) -> None:
    run = train(steps=2)
    with pytest.raises(UsageError, match=r"has 2 steps already.*ganzoo resume .* --steps 4"):
        ganzoo.resume(run, registry=registry)


def test_a_run_that_was_stopped_is_not_finished_at_its_newest_checkpoint(train, registry) -> None:
    run = train(steps=4, set={"checkpoint_every": 2})
    for path in run.checkpoints.glob("*4.safetensors"):
        path.unlink()
    card = (run.path / "README.md").read_bytes()
    with pytest.raises(UsageError, match=r"has 2 steps already. To go on: ganzoo resume \S+$"):
        ganzoo.resume(run, steps=2, set={"optimizer.g.lr": 0.5}, registry=registry)
    assert (run.path / "README.md").read_bytes() == card


def test_a_precision_that_takes_a_gpu_is_named_where_a_run_is_resumed(train, registry) -> None:
    run = train(steps=2)
    run.config["precision"] = "tf32"
    run.write_config()
    with pytest.raises(GanzooError, match=r"tf32, which needs a GPU.* --init-from"):
        ganzoo.resume(run.path, steps=4, device="cpu", registry=registry)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("optimizer.h.lr", "has no player 'h'"), ("penalties.r1.gamma", "has no penalties")],
)
def test_a_setting_of_what_the_run_does_not_have(train, registry, path, sentence) -> None:
    with pytest.raises(UsageError, match=sentence):
        ganzoo.resume(train(steps=2), steps=4, set={path: 1.0}, registry=registry)


def test_resuming_on_other_data_is_refused(train, registry, tmp_path: Path) -> None:
    run = train(steps=2)
    run.config["dataset"]["checksum"] = "another"
    run.write_config()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(
        GanzooError, match=r"differs from the data that .* was trained on.*toy, and was another"
    ):
        ganzoo.resume(run.path, steps=4, registry=registry)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"recipe": "tuy"}, "no recipe 'tuy'.*'toy'"),
        ({"loss": "tuy"}, "no loss 'tuy'"),
        ({"dataset": "tuy"}, "no dataset 'tuy'"),
        ({"steps": -5}, "steps=-5"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"set": {"generator.widht": 3}}, "no option 'widht'"),
        ({"set": {"generator.width": "w"}}, "takes a whole number"),
        ({"device": "gpu"}, "no device 'gpu'"),
        ({"precision": "fp8"}, "no precision 'fp8'"),
        ({"penalty": ["tuy"]}, "no penalty 'tuy'"),
        ({"set": {"dataset.count": 0}}, "has no samples"),
    ],
)
def test_a_request_that_cannot_be_met_leaves_nothing_behind(
    train, tmp_path: Path, request_, message: str
) -> None:
    with pytest.raises(GanzooError, match=message):
        train(**request_)
    assert not [*tmp_path.iterdir()]


def test_a_recipe_object_needs_no_name_in_the_registry(train) -> None:
    mine = TOY.replace(name="mine", steps=1, loss=Part("toy"))
    assert train(recipe=mine).config["recipe"]["name"] == "mine"


@pytest.mark.parametrize("seed", [-1, 2**63, None, 1.5])
def test_a_wrong_seed_is_refused(train, seed) -> None:
    with pytest.raises(UsageError, match="A seed is a whole number"):
        train(seed=seed)


@pytest.mark.parametrize(
    "change",
    [{"batch_size": 10**20}, {"samples": 10**10}, {"optimizer.g.lr": float("inf")}],
)
def test_a_size_that_no_machine_has_is_refused(train, tmp_path: Path, change) -> None:
    with pytest.raises(UsageError):
        train(set=change)
    assert not [*tmp_path.iterdir()]
