"""The warnings of a training that does not go well."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import ganzoo
from ganzoo import Data, Discriminator, Engine, Spec, hookimpl
from ganzoo.run import Run, symptoms
from ganzoo.run.symptoms import Symptom
from ganzoo.training import overfitting
from ganzoo.training import symptoms as module
from ganzoo.training.overfitting import Measured, measure
from ganzoo.training.symptoms import LEARNING, PASSES, PATIENCE, Symptoms, spread

from .toy import TOY, ToyPlugin, engine_of, registry_of


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path, {})


@pytest.fixture
def watch(run: Run) -> Symptoms:
    started = Symptoms(engine_of())
    started.ganzoo_run_started(run=run, step=0)
    return started


def logged(watch: Symptoms, accuracies: list[float], every: int = 100) -> None:
    for number, accuracy in enumerate(accuracies, start=1):
        watch.ganzoo_logged(step=every * number, scalars={"d_accuracy": accuracy})


def test_a_discriminator_that_is_always_right_is_reported_once(watch: Symptoms) -> None:
    with pytest.warns(UserWarning, match="since step 100, .*optimizer.d.lr") as warned:
        logged(watch, [0.6, 0.97, 0.99, 0.95, 1.0, 1.0, 1.0])
    assert len(warned) == 1


@pytest.mark.parametrize(
    ("accuracies", "every"),
    [
        ([0.99, 0.99, 0.9, 0.99, 0.99], 100),
        ([1.0] * (PATIENCE - 1), 1),
        ([], 100),
    ],
)
def test_a_discriminator_that_is_often_right_is_not(
    watch: Symptoms, accuracies: list[float], every: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logged(watch, accuracies, every)


def test_a_loss_without_probabilities_gives_no_warning(watch: Symptoms) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for step in range(100, 2000, 100):
            watch.ganzoo_logged(step=step, scalars={"score_real": 3.0})


def test_samples_that_are_all_alike_are_reported_once(watch: Symptoms) -> None:
    alike = torch.rand(1, 1, 4, 4).expand(9, -1, -1, -1)
    with pytest.warns(UserWarning, match=f"step {LEARNING} are almost all alike"):
        watch.ganzoo_sampled(step=LEARNING, samples=alike)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watch.ganzoo_sampled(step=LEARNING + 1, samples=alike)


@pytest.mark.parametrize(
    ("step", "samples"),
    [
        (LEARNING - 1, torch.zeros(9, 1, 4, 4)),  # G has only begun to learn
        (LEARNING, torch.zeros(1, 1, 4, 4)),  # a sample has nothing to be like
        (LEARNING, torch.linspace(-1, 1, 144).view(9, 1, 4, 4)),
    ],
)
def test_other_samples_are_not(watch: Symptoms, step: int, samples: torch.Tensor) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watch.ganzoo_sampled(step=step, samples=samples)


def test_the_spread_is_the_mean_of_the_standard_deviations() -> None:
    samples = torch.tensor([[0.0, 1.0], [2.0, 1.0]])
    assert spread(samples) == pytest.approx(2**0.5 / 2)


# -- the overfitting of D ------------------------------------------------------------------------

HELD_OUT = Data(torch.full((40, 1, 4, 4), 255, dtype=torch.uint8))


class Memory(Discriminator):
    """Scores samples that it has seen with 2, and all others with -2."""

    def __init__(self, seen: Tensor) -> None:
        super().__init__(Spec((1, 4, 4)))
        self.register_buffer("seen", seen.flatten(1))

    def forward(self, x: Tensor) -> Tensor:
        known = ((x.flatten(1)[:, None] - self.seen).abs() < 1e-3).all(2).any(1)
        return 4.0 * known - 2.0


class Contrast(Discriminator):
    """Scores a sample by the number of its pixels that are almost white or almost black, as random
    pixels sometimes are and the fakes of an untrained generator are not."""

    def __init__(self) -> None:
        super().__init__(Spec((1, 4, 4)))

    def forward(self, x: Tensor) -> Tensor:
        return (x.flatten(1).abs() > 0.9).float().sum(1) - 0.5


class Believer(Discriminator):
    """Takes every sample for real."""

    def __init__(self) -> None:
        super().__init__(Spec((1, 4, 4)))

    def forward(self, x: Tensor) -> Tensor:
        return 1 + x.flatten(1).mean(1) / 100


def engine_with(discriminator: type[Discriminator]) -> Engine:
    engine = engine_of()
    first = engine.batches.x.float() * 2 / 255 - 1
    engine.game.discriminator = Memory(first) if discriminator is Memory else discriminator()
    return engine


def test_a_d_that_knows_the_training_samples_by_heart_overfits_completely() -> None:
    assert measure(engine_with(Memory)) == Measured(r_t=1.0, r_g=-1.0)
    assert measure(engine_with(Memory), HELD_OUT) == Measured(r_t=1.0, r_g=-1.0, r_v=1.0)


def test_r_v_is_the_share_of_the_distance_of_equation_1(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = iter([(3.0, -1.0), (1.0, -1.0)])  # of the training samples, of the held-out ones

    def given(*_: object) -> tuple[Tensor, Tensor]:
        real, fake = next(scores)
        return torch.full((8,), real), torch.full((8,), fake)

    monkeypatch.setattr(overfitting, "_scores", given)
    assert measure(engine_of(), HELD_OUT) == Measured(r_t=1.0, r_g=-1.0, r_v=(3 - 1) / (3 + 1))


def test_without_probabilities_the_sign_is_that_of_the_distance_from_the_middle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = engine_of()
    monkeypatch.setattr(type(engine.game.loss), "probability", lambda self, score: None)
    for direction in (1, -1):  # a critic, and an energy
        real, fake = torch.tensor([5.0, 5.0, 5.0, 1.0]), torch.zeros(4)  # the middle is 2
        monkeypatch.setattr(
            overfitting, "_scores", lambda *_, d=direction, r=real, f=fake: (d * r, d * f)
        )
        assert measure(engine) == Measured(r_t=0.5, r_g=-1.0)


def test_a_measurement_of_overfitting_does_not_change_the_training() -> None:
    states = []
    for measured in (True, False):
        torch.manual_seed(0)
        engine = engine_of()
        for _ in range(3):
            engine.advance()
            if measured:
                measure(engine, HELD_OUT)
        states.append(engine.state())
    ours, other = states
    assert ours.keys() == other.keys()
    assert all(torch.equal(ours[key], other[key]) for key in ours)


class NoCopy(Memory):
    """Cannot be copied."""

    def __deepcopy__(self, memo: object) -> None:
        raise TypeError("it holds a file that is open")


def watched(run: Run, engine: Engine, steps: list[int], held_out: Data | None = None) -> None:
    watch = Symptoms(engine, lambda: held_out)
    watch.ganzoo_run_started(run=run, step=0)
    samples = torch.linspace(-1, 1, 144).view(9, 1, 4, 4)
    for step in steps:
        watch.ganzoo_sampled(step=step, samples=samples)


LATE = round(PASSES * 40 / TOY.batch_size) + 1  # the first step after so many passes
STEPS = [LATE - 2, LATE, LATE + PATIENCE, LATE + 2 * PATIENCE]


@pytest.mark.parametrize(
    ("held_out", "evidence"),
    [
        (None, r"100 % of the training samples for real \(r_t = 1.00\), and 0 % of the fakes\. T"),
        (HELD_OUT, r"by 100 % of the distance .* \(r_v = 1.00\)"),
    ],
)
def test_overfitting_is_reported_once(run: Run, held_out: Data | None, evidence: str) -> None:
    with pytest.warns(UserWarning, match=f"since step {LATE} .*{evidence}") as warned:
        watched(run, engine_with(Memory), STEPS, held_out)
    assert len(warned) == 1
    (symptom,) = run.symptoms()
    assert (symptom.name, symptom.step) == ("overfitting", LATE + PATIENCE)
    with warnings.catch_warnings():  # nor again when the run is resumed
        warnings.simplefilter("error")
        watched(run, engine_with(Memory), STEPS, held_out)


@pytest.mark.parametrize(
    ("discriminator", "steps", "held_out"),
    [
        (Memory, [LATE, LATE + PATIENCE - 1], None),  # for too short a time
        (Memory, [0, LATE - 2], None),  # D has not seen the samples often
        (Contrast, STEPS, HELD_OUT),  # D takes held-out samples for real, too
        (Believer, STEPS, None),  # and here even the fakes
    ],
)
def test_a_d_that_does_not_overfit_is_not_reported(
    run: Run, discriminator: type[Discriminator], steps: list[int], held_out: Data | None
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watched(run, engine_with(discriminator), steps, held_out)


def test_a_game_that_cannot_be_copied_is_trained_without_this_warning(run: Run) -> None:
    engine = engine_with(Memory)
    engine.game.discriminator = NoCopy(engine.game.discriminator.seen)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watched(run, engine, STEPS)
    assert run.symptoms() == []


def test_the_held_out_samples_are_those_of_the_last_split(registry, tmp_path: Path) -> None:
    held = overfitting.held_out(TOY, registry, tmp_path)
    assert held is not None
    assert len(held) == 40


def test_a_training_on_a_few_images_of_noise_overfits(tmp_path: Path) -> None:
    """D can only learn them by heart: it scores others as it scores fakes."""
    random = np.random.default_rng(0)
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        for index in range(32):
            pixels = random.integers(0, 256, (8, 8), np.uint8)
            Image.fromarray(pixels).save(tmp_path / split / f"{index}.png")
    settings = {
        "generator.hidden": [32],
        "discriminator.hidden": [128],
        "optimizer.d.lr": 2e-3,
        "optimizer.g.lr": 1e-3,
        "sample_every": 60,
    }
    networks = {"generator": "mlp", "discriminator": "mlp"}
    with pytest.warns(UserWarning, match=r"D overfits the training samples .*\(r_v = "):
        run = ganzoo.train(
            "vanilla-mlp",
            dataset=f"folder:{tmp_path}",
            steps=400,
            batch_size=16,
            out=tmp_path / "run",
            set=settings,
            device="cpu",
            log="none",
            **networks,
        )
    assert "overfitting" in {symptom.name for symptom in run.symptoms()}


# -- the symptoms in the folder of the run -------------------------------------------------------


class SurePlugin:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.discriminator("sure", AlwaysSure)


class Ended:
    reading = ""

    @hookimpl
    def ganzoo_run_ended(self, reading: str) -> None:
        self.reading = reading


FROZEN = {"optimizer.g.lr": 0.0}  # G stays untrained


class AlwaysSure(Discriminator):
    """Knows every sample that is not a fake of an untrained generator."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return 100 * ((x.flatten(1).abs() > 0.8).float().sum(1) - 0.5) + self.weight


def test_symptoms_are_told_at_the_end_and_not_again_when_resumed(
    train, registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 4)
    monkeypatch.setattr(module, "ALWAYS_RIGHT", 0.8)
    registry_with = registry_of(toy=ToyPlugin(), sure=SurePlugin())
    ended = Ended()
    with pytest.warns(UserWarning, match="since step 0") as warned:
        run = train(
            steps=8, discriminator="sure", registry=registry_with, observers=[ended], set=FROZEN
        )
    assert [symptom.name for symptom in run.symptoms()] == ["accuracy"]
    assert f"Warning of step 4: {warned[0].message}" in ended.reading
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ganzoo.resume(run, steps=20, registry=registry_with, observers=[ended])
    assert len(run.symptoms()) == 1
    assert "Warning of step 4" in ended.reading


def test_symptoms_of_later_steps_are_forgotten(run: Run) -> None:
    early, late = Symptom("accuracy", 3, "Early."), Symptom("alike", 9, "Späte.")
    symptoms.add(run.symptoms_file, early)
    symptoms.add(run.symptoms_file, late)
    with run.symptoms_file.open("a") as file:
        file.write('{"name": "cut')
    assert run.symptoms() == [early, late]
    assert symptoms.in_words(run.symptoms()) == (
        "Warning of step 3: Early. Warning of step 9: Späte."
    )
    symptoms.forget_after(run.symptoms_file, 9)  # without the line that was cut
    symptoms.add(run.symptoms_file, late)
    assert run.symptoms() == [early, late, late]
    symptoms.forget_after(run.symptoms_file, 3)
    assert run.symptoms() == [early]
