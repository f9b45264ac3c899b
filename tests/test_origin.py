"""A training that starts from the weights of another one."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import ganzoo
from ganzoo import GanzooError, Registry, Run, UsageError
from ganzoo.run import checkpoint

from .toy import TOY

Train = Callable[..., Run]
STILL = {"optimizer.d.lr": 0.0, "optimizer.g.lr": 0.0}  # the weights stay as they are


def state(run: Run, start: str = "") -> dict[str, Tensor]:
    tensors, _ = checkpoint.of_step(run)
    return {name: t for name, t in tensors.items() if name.startswith(start)}


@pytest.fixture
def first(train: Train) -> Run:
    return train(steps=4, seed=1)


def weights(run: Run, start: str) -> dict[str, Tensor]:
    """The parameters, without the statistics of batch norm, which change in every step."""
    return {k: t for k, t in state(run, start).items() if k.endswith(("weight", "bias"))}


def assert_same(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    assert ours
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("start", ["game.generator", "game.discriminator"])
def test_all_networks_start_as_they_ended_there(train: Train, first: Run, start: str) -> None:
    second = train(steps=1, seed=2, init_from=first.path, set=STILL)
    assert_same(weights(second, start), weights(first, start))


def test_the_average_starts_from_the_average(train: Train, registry: Registry) -> None:
    averaged = {"ema": 0.9}
    first = train(steps=6, seed=1, set=averaged)
    second = train(steps=1, seed=2, init_from=first, set={**STILL, **averaged})
    theirs, raw = weights(first, "ema."), weights(first, "game.generator")
    ours = weights(second, "ema.")
    # One step of the average moves it from there towards the raw weights, with a decay of 2 / 11.
    for name, tensor in ours.items():
        towards = raw[f"game.{name.removeprefix('ema.')}"]
        torch.testing.assert_close(tensor, torch.lerp(theirs[name], towards, 1 - 2 / 11))


def test_a_generators_file_gives_the_generator_alone(train: Train, first: Run) -> None:
    with pytest.warns(UserWarning, match=r"Not in generator.safetensors: the discriminator"):
        second = train(steps=1, seed=2, init_from=first.generator, set=STILL)
    fresh = train(steps=1, seed=2, set=STILL)
    assert_same(weights(second, "game.discriminator"), weights(fresh, "game.discriminator"))
    given, _ = checkpoint.read(first.generator)
    ours = weights(second, "game.generator")
    assert_same(ours, {name: given[name.removeprefix("game.")] for name in ours})


def test_weights_of_another_shape_are_named_and_start_anew(train: Train, first: Run) -> None:
    wider = TOY.replace(discriminator=ganzoo.Part("toy", {"width": 12}))
    with pytest.warns(UserWarning, match=r"discriminator.body.1.weight \(12x16 here, 8x16 there\)"):
        second = train(recipe=wider, steps=1, seed=2, init_from=first, set=STILL)
    assert_same(weights(second, "game.generator"), weights(first, "game.generator"))
    shapes = second.config["origin"]["of_another_shape"]
    assert shapes["discriminator.body.1.weight"] == [[8, 16], [12, 16]]


def test_the_origin_is_written_down_without_its_folder(train: Train, first: Run) -> None:
    second = train(steps=1, seed=2, init_from=first.path)
    origin = json.loads((second.path / "config.json").read_text())["origin"]
    assert origin["name"] == first.path.name
    assert (origin["recipe"], origin["dataset"], origin["step"]) == ("toy", "toy", 4)
    assert f"Started from the weights of {first.path.name} (toy on toy, step 4)." in (
        second.path / "README.md"
    ).read_text(encoding="utf-8")
    assert str(first.path.parent) not in json.dumps(origin)


def test_frozen_layers_stay_as_they_were_also_in_a_resumed_run(
    train: Train, first: Run, registry: Registry
) -> None:
    second = train(steps=3, seed=2, init_from=first, freeze_d=1)
    ganzoo.resume(second, steps=6, registry=registry)
    start = "game.discriminator.body"
    assert_same(weights(second, start), weights(first, start))
    last = "game.discriminator.last.weight"
    assert not torch.equal(state(second)[last], state(first)[last])
    card = (second.path / "README.md").read_text(encoding="utf-8")
    assert "The first layer of D stays as there." in card


def test_a_resumed_run_is_that_of_a_run_that_never_stopped(
    train: Train, first: Run, registry: Registry
) -> None:
    how: dict[str, Any] = {"seed": 2, "init_from": first, "freeze_d": 1}
    whole, parts = train(steps=6, **how), train(steps=3, **how)
    ganzoo.resume(parts, steps=6, registry=registry)
    assert checkpoint.digest(state(parts)) == checkpoint.digest(state(whole))


@pytest.mark.parametrize("freeze", [2, 9])
def test_the_last_layer_is_always_trained(train: Train, first: Run, freeze: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 1"):
        train(steps=1, init_from=first, freeze_d=freeze)


def test_random_weights_are_not_frozen(train: Train, first: Run, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(UsageError, match="random weights must be trained"):
            train(steps=1, init_from=first.generator, freeze_d=1, out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_layers_are_frozen_only_with_weights_to_start_from(train: Train) -> None:
    with pytest.raises(UsageError, match="init_from"):
        train(steps=1, freeze_d=1)


def test_networks_without_a_weight_in_common(train: Train, first: Run, tmp_path: Path) -> None:
    other = TOY.replace(
        generator=ganzoo.Part("toy", {"width": 5}),
        discriminator=ganzoo.Part("toy", {"width": 5}),
        prior=ganzoo.Part("toy", {"dim": 7}),
        dataset=ganzoo.Part("toy", {"classes": 2}),
    )
    tensors, about = checkpoint.read(first.generator)
    few = {name: t[:1] for name, t in tensors.items() if t.ndim}
    checkpoint._write(tmp_path / "few.safetensors", few, about)
    with pytest.raises(UsageError, match=r"None of the weights in few\.safetensors fits"):
        train(recipe=other, steps=1, init_from=tmp_path / "few.safetensors")


@pytest.mark.parametrize("name", ["missing", "notes.txt", "."])
def test_an_origin_that_is_none(train: Train, tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("no weights")
    with pytest.raises(GanzooError):
        train(steps=1, init_from=tmp_path / name, out=tmp_path / "new")
    assert not (tmp_path / "new").exists()
