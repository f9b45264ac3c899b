"""A small classifier, trained on the labels of a dataset. Its features serve to compare samples for
which networks trained on photographs are not suited, such as digits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo.errors import UsageError
from ganzoo.rng import seeded
from ganzoo.types import Data, scale

Progress = Callable[[int, int], None]

VERSION = 1  # raise it when the network or its training changes, so that old weights are not read
FEATURES = 128
SMALLEST = 16  # pixels: the least height and width
STEPS = 1800
_BATCH, _RATE, _WARM_UP, _SHIFT = 128, 3e-3, 0.2, 2


class Classifier(nn.Module):
    """x: float32 (N, channels, H, W) in [0, 1], H and W at least 16; about 100,000 weights.

    ``forward(x)``: logits (N, classes). ``features(x)``: the input of the last layer, (N, 128), not
    negative, of about unit scale. ``test_accuracy``: in [0, 1], None if it was not measured.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.channels, self.classes = channels, classes
        self.test_accuracy: float | None = None
        self.body = nn.Sequential(
            nn.Conv2d(channels, 16, 5, stride=2, padding=2, bias=False),
            *(nn.BatchNorm2d(16), nn.ReLU()),
            nn.Conv2d(16, 32, 3, padding=1, bias=False),
            *(nn.MaxPool2d(2), nn.BatchNorm2d(32), nn.ReLU()),
            nn.Conv2d(32, 64, 3, padding=1, bias=False),
            *(nn.AdaptiveMaxPool2d(3), nn.BatchNorm2d(64), nn.ReLU()),
            nn.Flatten(),
            nn.Linear(64 * 9, FEATURES, bias=False),
            *(nn.BatchNorm1d(FEATURES), nn.ReLU()),
        )
        self.head = nn.Linear(FEATURES, classes)
        self.to(memory_format=torch.channels_last)

    def features(self, x: Tensor) -> Tensor:
        features: Tensor = self.body(x.contiguous(memory_format=torch.channels_last))
        return features

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(x))
        return logits

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the SHA-256 over the weights, their names and shapes, and
        VERSION."""
        digest = hashlib.sha256(f"classifier {VERSION}".encode())
        for key, tensor in sorted(self.state_dict().items()):
            digest.update(f" {key} {tuple(tensor.shape)} ".encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().data)
        return digest.hexdigest()[:16]


def blank(samples: Data, seed: int = 0) -> Classifier:
    """An untrained classifier for these samples; the same seed gives the same weights. Raises
    UsageError as ``fit``."""
    check(samples)
    with seeded(seed), torch.inference_mode(False):
        return Classifier(samples.x.shape[1], samples.classes)


def fit(
    samples: Data, *, seed: int = 0, steps: int = STEPS, progress: Progress | None = None
) -> Classifier:
    """Train a classifier on the samples. It is returned frozen and in evaluation mode.

    The same samples, seed and machine give the same weights, bit for bit, for any number of torch's
    threads: the training uses one thread, which is not slower if the cores are shared. The caller's
    random number generators are not changed. ``progress(done, steps)`` is called after each step.

    Raises UsageError for samples that are not labelled images of two classes or more, or are
    smaller than 16x16.
    """
    classifier = blank(samples, seed).train()
    with _one_thread(), torch.inference_mode(False), torch.enable_grad():
        _train(classifier, samples, torch.Generator().manual_seed(seed), steps, progress)
    return classifier.eval().requires_grad_(False)


def accuracy(classifier: Classifier, samples: Data) -> float:
    """The share of the samples that are classified correctly, in [0, 1]. Raises UsageError as
    ``fit``."""
    y, correct = check(samples), 0
    spec = samples.spec(0.0, 1.0)
    with torch.inference_mode():
        for start in range(0, len(samples), 500):
            rows = slice(start, start + 500)
            predicted = classifier(scale(samples.x[rows], spec)).argmax(1)
            correct += int((predicted == y[rows]).sum())
    return correct / len(samples)


def check(samples: Data) -> Tensor:
    """The labels, int64 (N,). Raises UsageError if a classifier cannot be trained on the samples;
    see ``fit``."""
    name = f"The classifier of {samples.source}" if samples.source else "The classifier"
    if samples.x.ndim != 4 or not samples.discrete:
        raise UsageError(f"{name} needs images; these samples are vectors.")
    if samples.y is None:
        raise UsageError(f"{name} needs labels; these samples have none.")
    if samples.classes < 2:
        raise UsageError(f"{name} needs two classes or more; these samples have {samples.classes}.")
    if len(samples) < 2:
        raise UsageError(f"{name} needs two samples or more; there are {len(samples)}.")
    height, width = samples.x.shape[2:]
    if min(height, width) < SMALLEST:
        raise UsageError(
            f"{name} needs images of at least {SMALLEST}x{SMALLEST}; these are {width}x{height}."
        )
    return samples.y


def _train(
    classifier: Classifier,
    samples: Data,
    draws: torch.Generator,
    steps: int,
    progress: Progress | None,
) -> None:
    y, spec = check(samples), samples.spec(0.0, 1.0)
    optimizer = torch.optim.AdamW(classifier.parameters(), betas=(0.9, 0.99), fused=True)
    batches = _batches(len(samples), draws)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * _cycle((step + 1) / (steps + 1))
        rows = next(batches)
        x = scale(_shifted(samples.x[rows], draws), spec)
        torch.autograd.backward(F.cross_entropy(classifier(x), y[rows]))
        optimizer.step()
        optimizer.zero_grad()
        if progress is not None:
            progress(step + 1, steps)


def _cycle(done: float) -> float:
    """The factor of the learning rate after the share ``done`` of the steps, in [0, 1]: a linear
    rise to 1 during the share _WARM_UP, then a linear fall to 0."""
    return min(done / _WARM_UP, (1 - done) / (1 - _WARM_UP))


def _batches(count: int, draws: torch.Generator) -> Iterator[Tensor]:
    """An endless stream of batches of row indices, shuffled in each epoch; the last, smaller batch
    of an epoch is left out."""
    size = min(_BATCH, count)
    while True:
        order = torch.randperm(count, generator=draws)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def _shifted(x: Tensor, draws: torch.Generator) -> Tensor:
    """Each image shifted by up to two pixels in each direction, padded with zeros: (N, C, H, W),
    like x."""
    height, width = x.shape[2:]
    windows = F.pad(x, (_SHIFT,) * 4).unfold(2, height, 1).unfold(3, width, 1)
    down, right = torch.randint(2 * _SHIFT + 1, (2, len(x)), generator=draws)
    return windows[torch.arange(len(x)), :, down, right]


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
