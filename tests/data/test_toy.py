from __future__ import annotations

import hashlib
import math

import pytest
import torch

from ganzoo import Registry
from ganzoo.data.toy import Gaussian1D, Grid, Ring, SwissRoll
from ganzoo.errors import UsageError

# By name: the class, the length of a sample, and how many labels there are.
TOYS = {
    "ring-8": (Ring, 2, 8),
    "grid-25": (Grid, 2, 25),
    "gaussian-1d": (Gaussian1D, 1, 0),
    "swiss-roll": (SwissRoll, 2, 0),
}
EACH = pytest.mark.parametrize("name", TOYS)
CIRCLE = [(math.cos(math.pi * k / 4), math.sin(math.pi * k / 4)) for k in range(8)]
LATTICE = [(a, b) for a in (-4, -2, 0, 2, 4) for b in (-4, -2, 0, 2, 4)]


@EACH
def test_the_form_of_its_samples(name, tmp_path):
    toy, size, classes = TOYS[name]
    train, test = (toy().load(tmp_path, split) for split in ("train", "test"))
    assert (len(train), len(test)) == (100_000, 10_000)
    for data in (train, test):
        assert data.x.dtype == torch.float32
        assert data.x.shape[1:] == (size,)
        assert data.x.isfinite().all()
        assert data.classes == len(data.labels) == len(set(data.labels)) == classes
        assert data.source == f"{name} with seed 0"
        assert (data.y is None) == (classes == 0)
    assert not list(tmp_path.iterdir())
    assert toy.is_available(tmp_path) is True


@EACH
def test_it_is_registered_with_its_paper(name):
    entry = Registry.discover().get("dataset", name)
    assert entry.load() is TOYS[name][0]
    assert entry.paper.startswith("arXiv:")


@EACH
def test_it_is_the_same_whatever_the_global_generators_do(name, tmp_path):
    toy = TOYS[name][0]
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = toy(count=500).load(tmp_path, "train")
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    again = toy(count=500).load(tmp_path, "train")
    assert torch.equal(first.x, again.x)
    assert first.y is None or torch.equal(first.y, again.y)
    assert first.checksum == again.checksum


@EACH
def test_splits_and_seeds_share_no_sample(name, tmp_path):
    toy = TOYS[name][0]
    made = [toy(count=500, seed=s).load(tmp_path, p).first(500) for s in (0, 1) for p in toy.splits]
    points = [row.numpy().tobytes() for data in made for row in data.x]
    # Numbers on a line may meet by chance; streams that are one would meet 500 times.
    assert len(set(points)) >= len(points) - 5
    assert len({data.checksum for data in made}) == 4


@EACH
def test_the_checksum_is_of_the_bytes(name, tmp_path):
    data = TOYS[name][0](count=50).load(tmp_path, "train")
    content = data.x.numpy().tobytes() + (b"" if data.y is None else data.y.numpy().tobytes())
    assert data.checksum == hashlib.sha256(content).hexdigest()


@EACH
def test_a_small_count_is_of_the_training_split_only(name, tmp_path):
    toy = TOYS[name][0](count=30)
    assert [len(toy.load(tmp_path, split)) for split in toy.splits] == [30, 10_000]


def test_the_samples_are_not_the_noise_of_a_training_with_the_same_seed(tmp_path):
    x = Gaussian1D(count=500, mean=0, std=1).load(tmp_path, "train").x
    for dtype in (torch.float32, torch.float64):
        noise = torch.randn(500, 1, dtype=dtype, generator=torch.Generator().manual_seed(0))
        assert not torch.allclose(x.double(), noise.double(), atol=1e-3)


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(
    ("toy", "centres", "sigma"),
    [(Ring(), CIRCLE, 0.01), (Grid(), LATTICE, 0.05), (Ring(radius=3, sigma=0.5), None, 0.5)],
    ids=["ring-8", "grid-25", "wide"],
)
def test_every_mode_is_where_it_should_be_and_as_wide(toy, centres, sigma, split, tmp_path):
    data = toy.load(tmp_path, split)
    wanted = torch.tensor(centres or [(3 * a, 3 * b) for a, b in CIRCLE], dtype=torch.float64)
    share = len(data) / len(wanted)
    counts = data.y.bincount(minlength=len(wanted)).double()
    assert ((counts - share).abs() < 5 * math.sqrt(share)).all()  # drawn, so no two need be equal
    assert len(counts.unique()) > 1
    for mode, centre in enumerate(wanted):
        x = data.x[data.y == mode].double()
        assert (x.mean(0) - centre).abs().max() < 5 * sigma / math.sqrt(len(x))
        assert (x.std(0) - sigma).abs().max() < 5 * sigma / math.sqrt(2 * len(x))
        assert abs(x.T.corrcoef()[0, 1]) < 5 / math.sqrt(len(x))


def test_eight_modes_are_eight_not_seven(tmp_path):
    """linspace(0, 2 pi, 8) has both its ends at one place."""
    data = Ring(count=2000).load(tmp_path, "train")
    centres = torch.stack([data.x[data.y == mode].mean(0) for mode in range(8)])
    gaps = torch.cdist(centres, centres)[~torch.eye(8, dtype=torch.bool)]
    assert gaps.min() == pytest.approx(2 * math.sin(math.pi / 8), rel=0.02)


def test_labels_say_where_a_mode_is():
    assert Ring.labels[:2] == ("0 deg", "45 deg")
    assert (Grid.labels[0], Grid.labels[12], Grid.labels[21]) == ("(-4, -4)", "(0, 0)", "(4, -2)")
    for label, (x, y) in zip(Grid.labels, LATTICE, strict=True):
        assert label == f"({x}, {y})"


@pytest.mark.parametrize(("mean", "std"), [(4.0, 0.5), (-1.0, 2.0)])
def test_the_gaussian(mean, std, tmp_path):
    x = Gaussian1D(mean=mean, std=std).load(tmp_path, "train").x.double()
    error = std / math.sqrt(len(x))
    assert abs(x.mean() - mean) < 5 * error
    assert abs(x.std() - std) < 5 * error
    within = ((x - mean).abs() < std).double().mean()
    assert within == pytest.approx(0.6827, abs=0.01)


def test_it_has_the_gaussian_of_the_paper_unless_told_otherwise():
    assert (Gaussian1D().mean, Gaussian1D().std) == (4.0, 0.5)


def test_the_swiss_roll_is_scikit_learns(tmp_path):
    """(t cos t, t sin t), t uniform in 1.5 pi to 4.5 pi, and noise of 0.25, all over 7.5."""
    spiral = SwissRoll(noise=1e-9).load(tmp_path, "train").x.double()
    t = 7.5 * spiral.norm(dim=1)
    torch.testing.assert_close(
        7.5 * spiral, torch.stack([t * t.cos(), t * t.sin()], 1), atol=1e-4, rtol=0
    )
    assert t.min() == pytest.approx(1.5 * math.pi, abs=0.01)
    assert t.max() == pytest.approx(4.5 * math.pi, abs=0.01)
    for share in (0.25, 0.5, 0.75):
        assert t.quantile(share) == pytest.approx((1.5 + 3 * share) * math.pi, abs=0.1)
    noise = 7.5 * (SwissRoll().load(tmp_path, "train").x.double() - spiral)
    assert noise.mean(0).abs().max() < 0.01
    assert (noise.std(0) - 0.25).abs().max() < 0.01
    assert abs(noise.T.corrcoef()[0, 1]) < 0.02


@EACH
def test_an_unknown_split(name, tmp_path):
    with pytest.raises(UsageError, match=r"no split 'tran'\. Did you mean 'train'"):
        TOYS[name][0]().load(tmp_path, "tran")
