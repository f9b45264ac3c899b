"""The loop: what a training leaves behind, and when; the same weights from the same seed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

import ganzoo
from ganzoo import Game, GanzooError, hookimpl
from ganzoo.engine.optimizers import PlayerOptimizer
from ganzoo.run import Run, checkpoint

from .toy import Recorder, ToyPlugin, registry_of


def state_of(run: Run) -> dict[str, Tensor]:
    """All that the newest checkpoint holds."""
    return checkpoint.of_step(run)[0]


def assert_same(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    assert ours.keys() == theirs.keys()
    different = [key for key in ours if not torch.equal(ours[key], theirs[key])]
    assert not different


# -- cadence -----------------------------------------------------------------------------------


def test_the_order_of_logs_samples_and_checkpoints(train) -> None:
    recorder = Recorder()
    train(steps=7, observers=[recorder])  # log and checkpoint every 2, sample every 3
    assert recorder.events == [
        ("started", 0),
        ("sampled", 0),
        ("sampled", 1),
        ("logged", 2),
        ("sampled", 2),
        ("checkpointed", 2),
        ("sampled", 3),
        ("logged", 4),
        ("checkpointed", 4),
        ("logged", 6),
        ("sampled", 6),
        ("checkpointed", 6),
        ("logged", 7),
        ("sampled", 7),
        ("checkpointed", 7),
        ("ended", 7),
    ]


def test_the_folder_of_a_run(train) -> None:
    run = train(steps=7)
    files = sorted(str(p.relative_to(run.path)) for p in run.path.rglob("*") if p.is_file())
    assert files == [
        ".lock",
        "README.md",
        "checkpoints/step-000004.safetensors",
        "checkpoints/step-000006.safetensors",
        "checkpoints/step-000007.safetensors",
        "config.json",
        "generator.safetensors",
        "metrics.jsonl",
        "samples/step-000000.png",
        "samples/step-000001.png",
        "samples/step-000002.png",
        "samples/step-000003.png",
        "samples/step-000006.png",
        "samples/step-000007.png",
    ]
    assert [line["step"] for line in run.metrics()] == [2, 4, 6, 7]
    names = {"loss_d", "loss_g", "d_real", "d_fake", "d_accuracy", "steps_per_s", "seconds"}
    assert names <= {*run.metrics()[-1]}


def test_a_checkpoint_is_preceded_by_a_log(train) -> None:
    run = train(steps=7, set={"log_every": 3, "checkpoint_every": 5})
    assert [line["step"] for line in run.metrics()] == [3, 5, 6, 7]


def test_logged_scalars_are_means_since_the_last_log(train) -> None:
    runs = [train(steps=6, set={"log_every": n, "checkpoint_every": 6}) for n in (1, 3)]
    every, third = (run.metrics() for run in runs)
    assert [line["step"] for line in third] == [3, 6]
    for index, line in enumerate(third):
        for name in ("loss_d", "loss_g", "d_real", "d_fake", "d_accuracy"):
            mean = sum(each[name] for each in every[3 * index : 3 * index + 3]) / 3
            assert line[name] == pytest.approx(mean, rel=1e-5)


# -- the same seed, the same weights -------------------------------------------------------------


def test_the_same_seed_gives_the_same_run_bit_for_bit(train) -> None:
    one, two, other = (train(steps=8, seed=seed) for seed in (5, 5, 6))
    assert_same(state_of(one), state_of(two))
    assert one.generator.read_bytes() != other.generator.read_bytes()
    for name in ("step-000000.png", "step-000008.png"):
        assert (one.samples / name).read_bytes() == (two.samples / name).read_bytes()


def test_earlier_random_draws_do_not_matter_and_the_generators_are_left_as_they_were(train) -> None:
    torch.manual_seed(1)
    one = train(steps=3)
    torch.manual_seed(2)
    np.random.seed(3)
    random.seed(4)
    random.gauss(0, 1)
    before = torch.get_rng_state(), np.random.get_state(), random.getstate()
    two = train(steps=3)
    after = torch.get_rng_state(), np.random.get_state(), random.getstate()
    assert_same(state_of(one), state_of(two))
    assert torch.equal(before[0], after[0])
    assert all(np.array_equal(a, b) for a, b in zip(before[1], after[1], strict=True))
    assert before[2] == after[2]


def test_the_global_generators_are_restored_after_a_failure_too(train) -> None:
    before = torch.get_rng_state()
    with pytest.raises(GanzooError):
        train(set={"loss.nan_after": 0})
    assert torch.equal(before, torch.get_rng_state())


def test_observers_and_cadence_do_not_change_the_weights(train) -> None:
    quiet = {"log_every": 50, "sample_every": 50, "checkpoint_every": 50, "samples": 1}
    one, two = train(steps=6), train(steps=6, set=quiet, observers=[Recorder()])
    ours, theirs = state_of(one), state_of(two)
    assert_same(ours, theirs)


# -- going on ------------------------------------------------------------------------------------

RESUMED = {
    "adam": {"optimizer.d": {"name": "adam", "lr": 1e-2}},
    "sgd, both players at once": {
        "optimizer.g": {
            "name": "sgd",
            "lr": {"schedule": "exponential", "start": 0.1, "factor": 1.01},
            "momentum": {"schedule": "linear", "start": 0.5, "since": 20, "until": 180, "end": 0.9},
        },
        "game.simultaneous": True,
    },
    "rmsprop, without averaged weights": {
        "optimizer.d": {"name": "rmsprop", "lr": {"schedule": "cosine", "start": 1e-3}},
        "game.d_updates": 2,
        "ema": 0,
        "penalties": [{"name": "toy", "interval": 3}],
    },
}


@pytest.mark.parametrize("changes", RESUMED.values(), ids=RESUMED)
def test_a_run_that_stopped_half_way_ends_as_one_that_never_did(train, registry, changes) -> None:
    cadence = {"log_every": 30, "sample_every": 70, "checkpoint_every": 100}
    straight = train(steps=200, set={**changes, **cadence})
    parted = train(steps=200, set={**changes, **cadence})
    (parted.checkpoints / "step-000200.safetensors").unlink()  # as if it had stopped there
    resumed = ganzoo.resume(parted, registry=registry)
    assert resumed.path == parted.path
    assert_same(state_of(straight), state_of(resumed))
    last = "samples/step-000200.png"
    assert (straight.path / last).read_bytes() == (resumed.path / last).read_bytes()
    assert resumed.config["recipe"] == straight.config["recipe"]
    losses = {line["step"]: line["loss_d"] for line in resumed.metrics()}
    assert losses == {line["step"]: line["loss_d"] for line in straight.metrics()}


class GeneratorFirst(Game):
    """G moves first, on a batch that it reads nothing of but the labels."""

    def updates(self, step: int) -> list[tuple[str, ...]]:
        return [("g",), ("d",)]


class Drawing(Game):
    """Draws from numpy and Python too."""

    def fake(self, real):
        fake = super().fake(real)
        shift = random.gauss(0, 1) + float(np.random.standard_normal())
        return fake.replace(x=fake.x + 0.01 * shift)


class Games:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.game("generator-first", GeneratorFirst)
        registry.game("drawing", Drawing)


@pytest.mark.parametrize("game", ["generator-first", "drawing"])
def test_games_that_play_otherwise_resume_as_well(train, game: str) -> None:
    registry = registry_of(toy=ToyPlugin(), games=Games())
    played = {"name": game, "d_updates": 2}
    changes = {"game": played, "dataset.classes": 4, "checkpoint_every": 5}
    straight = train(steps=10, set=changes, registry=registry)
    parted = train(steps=5, set=changes, registry=registry)
    assert_same(state_of(straight), state_of(ganzoo.resume(parted, steps=10, registry=registry)))


def test_resuming_drops_the_records_after_the_checkpoint(train, registry) -> None:
    run = train(steps=7, set={"checkpoint_every": 5})
    (run.checkpoints / "step-000007.safetensors").unlink()
    recorder = Recorder()
    ganzoo.resume(run, registry=registry, observers=[recorder])
    assert recorder.events[0] == ("started", 5)
    assert recorder.events[-1] == ("ended", 7)
    assert ("sampled", 5) not in recorder.events
    steps = [line["step"] for line in run.metrics()]
    assert steps == [2, 4, 5, 6, 7]


# -- divergence ----------------------------------------------------------------------------------


def test_divergence_stops_the_run_with_a_sentence(train, tmp_path: Path) -> None:
    recorder = Recorder()
    with pytest.raises(GanzooError, match="diverged: loss_d is nan at step 6") as caught:
        train(steps=20, set={"loss.nan_after": 5}, observers=[recorder])
    assert "optimizer" in str(caught.value)
    assert "ganzoo resume" in str(caught.value)
    assert recorder.events[-1] == ("failed", 6)
    assert recorder.errors == [caught.value]
    run = Run.open(tmp_path / "run-0")
    state, about = checkpoint.of_step(run)
    assert about["step"] == 4
    assert all(torch.isfinite(value).all() for value in state.values() if value.is_floating_point())


def test_no_checkpoint_is_written_of_a_diverged_training(train, tmp_path: Path) -> None:
    """Even where checkpoints come more often than logs."""
    with pytest.raises(GanzooError, match="diverged"):
        train(steps=20, set={"loss.nan_after": 5, "log_every": 10, "checkpoint_every": 1})
    for path in (tmp_path / "run-0" / "checkpoints").iterdir():
        state, _ = checkpoint.read(path)
        weights = state["game.discriminator.last.weight"]
        assert torch.isfinite(weights).all(), path.name


def test_an_infinite_learning_rate_is_divergence_too(train) -> None:
    with pytest.raises(GanzooError, match="diverged"):
        train(set={"optimizer.d": {"name": "sgd", "lr": 1e38}, "optimizer.g.lr": 1e38})


# -- observers -----------------------------------------------------------------------------------


class Raising(Recorder):
    @hookimpl
    def ganzoo_logged(self, step: int, scalars) -> None:
        raise RuntimeError("pen is dry")


def test_a_plugins_observer_that_raises_is_dropped_with_one_warning(train) -> None:
    raising, sound = Raising(), Recorder()
    registry = registry_of(toy=ToyPlugin(), raising=raising, sound=sound)
    with pytest.warns(UserWarning, match="'raising' was dropped.*pen is dry") as warned:
        run = train(registry=registry)
    assert len(warned) == 1
    assert raising.events == [("started", 0), ("sampled", 0), ("sampled", 1)]
    assert sound.events[-1] == ("ended", 6)
    assert len(run.metrics()) == 3


def test_an_observer_is_dropped_from_one_run_only(train) -> None:
    registry = registry_of(toy=ToyPlugin(), raising=Raising())
    for _ in range(2):
        with pytest.warns(UserWarning, match="pen is dry"):
            train(registry=registry)


def test_the_errors_of_the_runs_own_observers_are_the_runs(train) -> None:
    with pytest.raises(RuntimeError, match="pen is dry"):
        train(observers=[Raising()])


def test_plugins_observe_without_being_asked(train) -> None:
    recorder = Recorder()
    train(registry=registry_of(toy=ToyPlugin(), recorder=recorder), steps=2)
    assert [event for event, _ in recorder.events] == [
        *("started", "sampled", "sampled", "logged", "sampled", "checkpointed", "ended")
    ]


def test_weights_that_are_not_finite_are_not_saved(train, tmp_path: Path, monkeypatch) -> None:
    step = PlayerOptimizer.step

    def blow_up(self: PlayerOptimizer, number: int, scaler: object = None) -> None:
        step(self, number)
        if number == 3:
            self.parameters[0].data.fill_(float("inf"))

    monkeypatch.setattr(PlayerOptimizer, "step", blow_up)
    with pytest.raises(GanzooError, match="diverged"):
        train(steps=3)
    _state, about = checkpoint.of_step(Run.open(tmp_path / "run-0"))
    assert about["step"] == 2


class Restless:
    """Draws from every global generator, and then leaves by the worst door."""

    @hookimpl
    def ganzoo_sampled(self) -> None:
        torch.rand(3)
        np.random.rand(3)
        random.random()

    @hookimpl
    def ganzoo_checkpointed(self) -> None:
        raise SystemExit("bye")


def test_a_plugin_that_looks_on_changes_nothing(train) -> None:
    alone = train(steps=6)
    with pytest.warns(UserWarning, match="'restless' was dropped.*SystemExit: bye"):
        watched = train(registry=registry_of(toy=ToyPlugin(), restless=Restless()), steps=6)
    assert_same(state_of(alone), state_of(watched))
