"""The warnings of a training that does not go well."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import pytest
import torch

from ganzoo import Data, Spec
from ganzoo.training.symptoms import LEARNING, PATIENCE, Symptoms, spread


def symptoms() -> Symptoms:
    pixels = torch.randint(0, 256, (50, 1, 4, 4), generator=torch.Generator().manual_seed(0))
    data = Data(x=pixels.to(torch.uint8))
    return Symptoms(SimpleNamespace(data=data, game=SimpleNamespace(spec=Spec((1, 4, 4)))))


def logged(watch: Symptoms, accuracies: list[float], every: int = 100) -> None:
    watch.ganzoo_run_started(step=0)
    for number, accuracy in enumerate(accuracies, start=1):
        watch.ganzoo_logged(step=every * number, scalars={"d_accuracy": accuracy})


def test_a_discriminator_that_is_always_right_is_reported_once() -> None:
    with pytest.warns(UserWarning, match="since step 100, .*optimizer.d.lr") as warned:
        logged(symptoms(), [0.6, 0.97, 0.99, 0.95, 1.0, 1.0, 1.0])
    assert len(warned) == 1


@pytest.mark.parametrize(
    ("accuracies", "every"),
    [
        ([0.99, 0.99, 0.9, 0.99, 0.99], 100),
        ([1.0] * (PATIENCE - 1), 1),
        ([], 100),
    ],
)
def test_a_discriminator_that_is_often_right_is_not(accuracies: list[float], every: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logged(symptoms(), accuracies, every)


def test_a_loss_without_probabilities_gives_no_warning() -> None:
    watch = symptoms()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for step in range(100, 2000, 100):
            watch.ganzoo_logged(step=step, scalars={"score_real": 3.0})


def test_samples_that_are_all_alike_are_reported_once() -> None:
    watch = symptoms()
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
def test_other_samples_are_not(step: int, samples: torch.Tensor) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        symptoms().ganzoo_sampled(step=step, samples=samples)


def test_the_spread_is_the_mean_of_the_standard_deviations() -> None:
    samples = torch.tensor([[0.0, 1.0], [2.0, 1.0]])
    assert spread(samples) == pytest.approx(2**0.5 / 2)
