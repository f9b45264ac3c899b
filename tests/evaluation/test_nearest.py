"""The nearest training image, against all distances computed one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganzoo.evaluation import nearest as module
from ganzoo.evaluation.nearest import nearest, picture


def noise(n: int, *shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (n, *shape), dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("numbers", [1, 1000, 1 << 23])
def test_it_is_what_all_distances_say(monkeypatch: pytest.MonkeyPatch, numbers: int) -> None:
    """However many are looked at at a time, down to one."""
    monkeypatch.setattr(module, "ROWS", 5)
    monkeypatch.setattr(module, "NUMBERS", numbers)
    samples, data = noise(12, 3, 4, 5), noise(70, 3, 4, 5, seed=1)
    a, b = (x.flatten(1).double().numpy() for x in (samples, data))
    every = np.sqrt(((a[:, None] - b[None]) ** 2).sum(2))
    indices, distances = nearest(samples, data)
    assert (indices.dtype, distances.dtype) == (torch.int64, torch.float64)
    assert np.array_equal(indices.numpy(), every.argmin(1))
    assert np.allclose(distances.numpy(), every.min(1), rtol=1e-14)


def test_a_copy_is_found_at_no_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the first of two that are the same, though they lie in different pieces."""
    monkeypatch.setattr(module, "NUMBERS", 64 * 10)
    data = noise(30, 1, 8, 8)
    data[25] = data[3]
    indices, distances = nearest(data, data)
    assert indices.tolist() == [*range(25), 3, *range(26, 30)]
    assert not distances.any()


def test_one_level_of_one_pixel_counts() -> None:
    """In float32, sums of squares of large bright images step it away."""
    data = torch.full((2, 3, 64, 64), 250, dtype=torch.uint8)
    sample = data[:1].clone()
    data[0, 0, 0, 0] -= 2
    data[1, 0, 0, 0] -= 1
    indices, distances = nearest(sample, data)
    assert (indices.item(), distances.item()) == (1, 1.0)


def test_a_sample_has_its_nearest_on_its_right() -> None:
    samples = torch.full((3, 1, 2, 2), 10, dtype=torch.uint8)
    drawn = picture(samples, samples + 90, pairs=2)
    assert drawn.shape == (1, 2 * 6 + 4, 2 * 9 + 4)
    row = [0] * 4 + [10, 10, 0, 100, 100] + [0] * 4
    assert drawn[0, 4].tolist() == [*row, 10, 10, 0, 100, 100, *[0] * 4]
    assert drawn[0, 10].tolist() == [*row, *[0] * 9]
