"""Nearest: the neighbours are a direct search's, and copies are told from chance."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Data, Registry, UsageError
from ganzoo_metrics import nearest
from ganzoo_metrics.nearest import Nearest, two_nearest

from .metric_tools import noise, normal

TRAIN = noise(300, 0)
HELD, FRESH = noise(200, 1), noise(200, 2)
METRIC = Nearest({"train": TRAIN})


def test_it_is_registered():
    entry = Registry.discover().get("metric", "nearest")
    assert (entry.plugin, entry.load()) == ("metrics", Nearest)


@pytest.mark.parametrize(("rows", "columns"), [(2048, 8192), (7, 64), (1, 299), (200, 1)])
def test_the_two_nearest_are_a_direct_searchs(rows, columns, monkeypatch):
    monkeypatch.setattr(nearest, "ROWS", rows)
    monkeypatch.setattr(nearest, "COLUMNS", columns)
    x = torch.cat([FRESH.x[:20], TRAIN.x[:3]])
    found = two_nearest(x, TRAIN.x)
    gaps = (x.flatten(1).double()[:, None] - TRAIN.x.flatten(1).double()[None]) / 255
    expected = gaps.square().sum(2).sqrt().sort(1).values[:, :2]
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    assert found[-3:, 0].tolist() == [0, 0, 0]


def test_distances_are_in_order_however_close():
    """Where float32 could not tell which is nearer: one and two levels of gray away, in 784."""
    x = noise(50, 0, (1, 28, 28)).x.clamp(100, 250)
    for image in x:
        others = image.repeat(2, 1, 1, 1)
        others[0, 0, 3, 3] += 2
        others[1, 0, 5, 5] += 1
        (found,) = two_nearest(image[None], others) * 255
        assert found.tolist() == pytest.approx([1, 2])


def test_fresh_samples_are_as_far_as_held_out_ones():
    found = METRIC(HELD, FRESH)
    assert found["nearest"] == pytest.approx(1, abs=0.05)
    assert found["copies"] == pytest.approx(0, abs=0.03)


def test_the_reals_are_searched_for_once(monkeypatch):
    searched = []
    search = two_nearest
    monkeypatch.setattr(nearest, "two_nearest", lambda x, y: searched.append(x) or search(x, y))
    metric = Nearest({"train": TRAIN})
    first = metric(HELD, FRESH)
    assert metric(HELD, FRESH) == first
    assert [len(x) for x in searched] == [200, 200, 200]
    assert metric(FRESH, HELD) != first


def test_copies_are_caught():
    assert METRIC(HELD, TRAIN.first(200)) == {"nearest": 0.0, "copies": pytest.approx(0.99)}


def test_a_third_of_copies_is_a_third():
    mixed = Data(torch.cat([TRAIN.x[:50], FRESH.x[:100]]))
    assert METRIC(HELD, mixed)["copies"] == pytest.approx(1 / 3, abs=0.03)


def test_copies_that_are_not_exact_are_caught():
    near = (TRAIN.x.int() + torch.arange(300)[:, None, None, None] % 7 - 3).clamp(0, 255).byte()
    found = METRIC(HELD, Data(near))
    assert found["nearest"] < 0.1
    assert found["copies"] > 0.95


def test_copies_are_told_in_a_sentence_with_the_evidence():
    third = Data(torch.cat([TRAIN.x[:50], FRESH.x[:100]]))
    told = METRIC.reading(METRIC(HELD, third))
    assert "memorises training images" in told
    assert "33 % more samples than held-out images" in told
    assert "0.00 times that of held-out" in METRIC.reading(METRIC(HELD, TRAIN.first(200)))
    assert METRIC.reading(METRIC(HELD, FRESH)) == ""


def test_a_crowded_region_is_no_copy():
    """All fakes where a few images of the data lie close together: nearer, but to no single one."""
    dense = Data(torch.cat([TRAIN.x[:30] // 8, TRAIN.x[30:]]))
    held = Data(torch.cat([HELD.x[:8] // 8, HELD.x[8:]]))
    found = Nearest({"train": dense})(held, Data(FRESH.x // 8))
    assert found["nearest"] < 0.5
    assert found["copies"] < 0.1  # one that went by the distance alone would find most


def test_copies_of_an_image_that_is_in_the_data_twice_are_caught():
    twice = Data(torch.cat([TRAIN.x, TRAIN.x]))
    assert Nearest({"train": twice})(HELD, TRAIN.first(200))["copies"] > 0.9


def test_copies_are_caught_where_some_held_out_images_are_in_the_training_data():
    held = Data(torch.cat([TRAIN.x[200:210], HELD.x[10:]]))
    mixed = Data(torch.cat([TRAIN.x[:100], FRESH.x[:100]]))
    assert METRIC(held, mixed)["copies"] == pytest.approx(0.5 - 0.05)


def test_pixels_of_16_bits_have_the_distances_of_8_bits():
    train, held, fake = (
        Data((x.int() * 257).to(torch.uint16)) for x in (TRAIN.x, HELD.x, TRAIN.x[:100])
    )
    deep = Nearest({"train": train})
    assert deep(held, fake) == METRIC(HELD, TRAIN.first(100))
    torch.testing.assert_close(two_nearest(held.x, train.x), two_nearest(HELD.x, TRAIN.x))


def test_what_it_refuses():
    with pytest.raises(UsageError, match=r"'nearest' is for images, and these .* shape \(8,\)"):
        METRIC.check(normal(100))
    with pytest.raises(
        UsageError, match=r"shape \(1, 5, 4\) and the generated samples \(1, 4, 5\)"
    ):
        METRIC(HELD, noise(200, 0, (1, 4, 5)))
    with pytest.raises(UsageError, match="needs 100 generated samples or more, and there are 99"):
        METRIC(HELD, FRESH.first(99))
    with pytest.raises(UsageError, match="most of the real samples are training images"):
        METRIC(TRAIN.first(200), FRESH)
    with pytest.raises(UsageError, match="'nearest' needs 2 training samples or more"):
        Nearest({"train": TRAIN.first(1)})(HELD, FRESH)
