"""A small classifier, trained on a dataset's own labels: its features are what samples are compared
by where networks that were trained on photographs have nothing to say, as on digits."""

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

VERSION = 1  # to be raised with any change to what is trained or how: old weights are then not read
FEATURES = 128
SMALLEST = 16  # pixels a side
STEPS = 1800
_BATCH, _RATE, _WARM_UP, _SHIFT = 128, 3e-3, 0.2, 2


class Classifier(nn.Module):
    """x: float32 (N, channels, H, W) in [0, 1], H and W at least 16; about 100,000 weights.

    ``forward(x)``: logits (N, classes). ``features(x)``: what the last layer reads, (N, 128), not
    negative, of about unit scale. ``test_accuracy``: in [0, 1], where it was measured.
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
        found: Tensor = self.body(x.contiguous(memory_format=torch.channels_last))
        return found

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(x))
        return logits

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the SHA-256 over the weights' bytes and what they mean."""
        digest = hashlib.sha256(f"classifier {VERSION}".encode())
        for key, tensor in sorted(self.state_dict().items()):
            digest.update(f" {key} {tuple(tensor.shape)} ".encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().data)
        return digest.hexdigest()[:16]


def blank(samples: Data, seed: int = 0) -> Classifier:
    """An untrained one for these samples, the same for a seed. Raises UsageError as ``fit``."""
    check(samples)
    with seeded(seed), torch.inference_mode(False):
        return Classifier(samples.x.shape[1], samples.classes)


def fit(
    samples: Data, *, seed: int = 0, steps: int = STEPS, progress: Progress | None = None
) -> Classifier:
    """Train one on the samples; frozen, and in evaluation mode.

    The same samples, seed and machine give the same weights, bit for bit, however many threads
    torch may use: it is trained on one, which is also no slower where the cores are shared. The
    caller's random numbers are left alone. ``progress(done, steps)`` is called after each step.

    Raises UsageError for samples that are not labelled images of two classes or more, or are
    smaller than 16x16.
    """
    classifier = blank(samples, seed).train()
    with _one_thread(), torch.inference_mode(False), torch.enable_grad():
        _train(classifier, samples, torch.Generator().manual_seed(seed), steps, progress)
    return classifier.eval().requires_grad_(False)


def accuracy(classifier: Classifier, samples: Data) -> float:
    """The share of the samples whose label it tells, in [0, 1]. Raises UsageError as ``fit``."""
    y, right = check(samples), 0
    spec = samples.spec(0.0, 1.0)
    with torch.inference_mode():
        for start in range(0, len(samples), 500):
            rows = slice(start, start + 500)
            told = classifier(scale(samples.x[rows], spec)).argmax(1)
            right += int((told == y[rows]).sum())
    return right / len(samples)


def check(samples: Data) -> Tensor:
    """The labels, int64 (N,). Raises UsageError where there is nothing to train on; see ``fit``."""
    what = f"The classifier of {samples.source}" if samples.source else "The classifier"
    if samples.x.ndim != 4 or not samples.discrete:
        raise UsageError(f"{what} needs images; these samples are vectors.")
    if samples.y is None:
        raise UsageError(f"{what} needs labels; these samples have none.")
    if samples.classes < 2:
        raise UsageError(f"{what} needs two classes or more; these samples have {samples.classes}.")
    if len(samples) < 2:
        raise UsageError(f"{what} needs two samples or more; there are {len(samples)}.")
    height, width = samples.x.shape[2:]
    if min(height, width) < SMALLEST:
        raise UsageError(
            f"{what} needs images of at least {SMALLEST}x{SMALLEST}; these are {width}x{height}."
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
    """The learning rate's share at ``done`` of all steps: up in a line, and down in a line."""
    return min(done / _WARM_UP, (1 - done) / (1 - _WARM_UP))


def _batches(count: int, draws: torch.Generator) -> Iterator[Tensor]:
    """Rows, shuffled anew each epoch, without end; what does not fill a batch is left out."""
    size = min(_BATCH, count)
    while True:
        order = torch.randperm(count, generator=draws)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def _shifted(x: Tensor, draws: torch.Generator) -> Tensor:
    """Each image moved by up to two pixels each way; zeros move in. (N, C, H, W), like x."""
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
