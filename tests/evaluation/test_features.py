"""Features: those that fit the data, of exactly the samples given, computed once."""

from __future__ import annotations

import errno
import gc
import hashlib
import sys
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from ganzoo import Data, Dataset, Features, GanzooError, Registry, Splits, UsageError
from ganzoo.evaluation import classifier_cache, inception
from ganzoo.evaluation.classifier import fit
from ganzoo.evaluation.feature_cache import FeatureFiles
from ganzoo.evaluation.features import (
    ClassifierFeatures,
    Coordinates,
    NetworkFeatures,
    choose,
)
from ganzoo.evaluation.inception import InceptionFeatures
from ganzoo.types import scale

from .test_classifier import Bars, bars


def images(count: int, *shape: int, seed: int = 0, labels: int = 0) -> Data:
    dice = torch.Generator().manual_seed(seed)
    x = torch.randint(0, 256, (count, *shape), generator=dice, dtype=torch.uint8)
    return Data(x, torch.arange(count) % labels if labels else None, labels)


def joined(pieces: Iterator[Tensor]) -> Tensor:
    return torch.cat([*pieces])


# -- kept ------------------------------------------------------------------------------------------


class Counted:
    """Vectors of three numbers, and how often they were computed."""

    def __init__(self, x: Tensor) -> None:
        self.x, self.times = x, 0

    def __call__(self) -> Iterator[Tensor]:
        self.times += 1
        for piece in torch.split(self.x, 700):
            yield piece[:, :3] * 2


def test_what_is_kept_is_computed_once_and_read_in_pieces() -> None:
    kept, x = FeatureFiles(), torch.randn(5000, 4)
    compute = Counted(x)
    pieces = [*kept.pieces(x, 3, compute)]
    assert max(map(len, pieces)) < 5000
    assert torch.equal(torch.cat(pieces), x[:, :3] * 2)
    assert torch.equal(joined(kept.pieces(x, 3, compute)), x[:, :3] * 2)
    assert compute.times == 1
    other = x.clone()
    assert torch.equal(joined(kept.pieces(other, 3, Counted(other + 1))), (x[:, :3] + 1) * 2)


def test_what_is_kept_goes_with_its_samples_and_with_its_owner() -> None:
    kept = FeatureFiles()
    folder = Path(kept._folder.name)
    x, y = torch.randn(5, 3), torch.randn(5, 3)
    for each in (x, y):
        joined(kept.pieces(each, 3, Counted(each)))
    assert len([*folder.iterdir()]) == 2
    del x, each
    gc.collect()
    y_alone = [*folder.iterdir()]
    assert len(y_alone) == 1
    del kept
    gc.collect()
    assert not folder.exists()


def test_an_address_that_is_used_again_is_not_mistaken() -> None:
    kept, x, other = FeatureFiles(), torch.randn(5, 3), torch.randn(5, 3)
    joined(kept.pieces(x, 3, Counted(x)))
    kept._files[id(other)] = kept._files.pop(id(x))
    assert torch.equal(joined(kept.pieces(other, 3, Counted(other))), other * 2)


def test_what_breaks_off_is_computed_again() -> None:
    kept, x = FeatureFiles(), torch.randn(5, 3)

    def breaks() -> Iterator[Tensor]:
        yield x[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        joined(kept.pieces(x, 3, breaks))
    assert torch.equal(joined(kept.pieces(x, 3, Counted(x))), x * 2)


def test_a_full_disk_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept, x = FeatureFiles(), torch.randn(5, 3)
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(GanzooError, match=r"No space left on device. Point TMPDIR"):
        joined(kept.pieces(x, 3, Counted(x)))


# -- networks --------------------------------------------------------------------------------------


class Sums(NetworkFeatures):
    """The sum of each row of pixels, and of the rows."""

    name, fingerprint, dim, classes, batch = "sums", "of no weights", 4, 1, 3

    def embed(self, x: Tensor) -> Tensor:
        self.seen = [*getattr(self, "seen", []), len(x)]
        return x.double().sum((1, 3))

    def classify(self, vectors: Tensor) -> Tensor:
        return vectors.double().sum(1, keepdim=True)


def test_a_network_sees_few_images_at_a_time_and_each_once() -> None:
    told: list[tuple[str, int, int]] = []
    data = images(7, 1, 4, 5)
    sums = Sums(device="cpu", told=lambda *heard: told.append(heard))
    sums.train = data
    assert isinstance(sums, Features)
    assert not told  # nothing is computed before it is asked for
    vectors, logits = joined(sums.vectors(data)), joined(sums.logits(data))
    expected = data.x.double().sum((1, 3))
    assert vectors.dtype == logits.dtype == torch.float32
    assert torch.equal(vectors.double(), expected)
    assert torch.equal(logits.double(), expected.sum(1, keepdim=True))
    assert sums.seen == [3, 3, 1]
    assert told[0] == ("features of 7 images", 0, 7)
    assert told[-1] == ("features of 7 images", 7, 7)
    fewer = data.first(2)
    assert torch.equal(joined(sums.vectors(fewer)), vectors[:2])


@pytest.mark.parametrize(
    "other",
    [images(3, 1, 4, 4), images(3, 3, 4, 5), Data(torch.rand(3, 1, 4, 5))],
    ids=["size", "channels", "floats"],
)
def test_a_network_refuses_what_it_was_not_made_for(other: Data) -> None:
    sums = Sums(device="cpu", told=lambda *_: None)
    sums.train = images(7, 1, 4, 5)
    with pytest.raises(UsageError, match=r"'sums' are made for images of shape \(1, 4, 5\)"):
        joined(sums.vectors(other))


def test_the_classifier_is_trained_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path))
    trained, told = [], []

    def short(samples: Data, *, seed: int, progress: Any) -> Any:
        trained.append(samples)
        return fit(samples, seed=seed, steps=3)

    monkeypatch.setattr(classifier_cache, "fit", short)
    features = ClassifierFeatures(
        "bars", Splits(Bars(), tmp_path), told=lambda *heard: told.append(heard)
    )
    assert (features.name, features.dim, features.classes) == ("classifier of bars", 128, 2)
    assert not trained
    classifier = classifier_cache.classifier_for("bars", Bars(), tmp_path)
    assert features.fingerprint == classifier.fingerprint
    shown = bars(11, seed=5)
    x = scale(shown.x, shown.spec(0.0, 1.0))
    assert torch.allclose(joined(features.vectors(shown)), classifier.features(x), atol=1e-6)
    assert torch.allclose(joined(features.logits(shown)), classifier(x), atol=1e-5)
    assert len(trained) == 1  # the second was read from the first's file
    assert told == [("features of 11 images", 0, 11), ("features of 11 images", 11, 11)]


def test_a_classifier_reads_nothing_before_it_is_asked(tmp_path: Path) -> None:
    class Unlabelled(Dataset):
        def load(self, root: Path, split: str) -> Data:
            read.append(split)
            return images(4, 1, 28, 28)

    read: list[str] = []
    features = ClassifierFeatures("other", Splits(Unlabelled(), tmp_path))
    assert (features.name, read) == ("classifier of other", [])
    with pytest.raises(UsageError, match="needs labels"):
        features.classes  # noqa: B018
    assert read == ["train"]


class FewBars(Bars):
    """Bars of which only some are trained on."""

    def load(self, root: Path, split: str) -> Data:
        data = super().load(root, split)
        return data.first(6) if split == "train" else data

    def whole(self) -> Bars:
        return Bars()


def test_a_limit_of_the_training_data_does_not_limit_the_classifier(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path))
    counts = []

    def short(samples: Data, *, seed: int, progress: Any) -> Any:
        counts.append(len(samples))
        return fit(samples, seed=seed, steps=3)

    monkeypatch.setattr(classifier_cache, "fit", short)
    few = ClassifierFeatures("bars", Splits(FewBars(), tmp_path)).fingerprint
    assert counts == [len(Bars().load(tmp_path, "train"))]
    assert few == ClassifierFeatures("bars", Splits(Bars(), tmp_path)).fingerprint


def test_the_training_of_a_classifier_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path))
    monkeypatch.setattr(
        classifier_cache,
        "fit",
        lambda samples, seed, progress: progress(3, 9) or fit(samples, steps=3),
    )
    told: list[tuple[str, int, int]] = []
    features = ClassifierFeatures(
        "bars", Splits(Bars(), tmp_path), told=lambda *heard: told.append(heard)
    )
    assert len(features.fingerprint) == 16
    assert told == [("training the classifier of bars", 3, 9)]


# -- which fits which ------------------------------------------------------------------------------


class Given(Dataset):
    """The samples that it was made with."""

    def __init__(self, samples: Data) -> None:
        self.samples = samples

    def load(self, root: Path, split: str) -> Data:
        return self.samples


def chosen(choice: str, samples: Data) -> Features:
    data = Splits(Given(samples), Path())
    return choose(
        choice, "given", data, Registry.discover(), device="cpu", progress=lambda *_: None
    )


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        (Data(torch.randn(4, 2)), Coordinates),
        (images(4, 1, 28, 28, labels=2), ClassifierFeatures),
        (images(4, 1, 16, 32, labels=2), ClassifierFeatures),
        (images(4, 1, 28, 28), InceptionFeatures),  # without labels
        (images(4, 1, 28, 28, labels=1), InceptionFeatures),
        (images(4, 1, 15, 28, labels=2), InceptionFeatures),
        (images(4, 1, 28, 33, labels=2), InceptionFeatures),
        (images(4, 3, 28, 28, labels=2), InceptionFeatures),
    ],
)
def test_auto_is_what_fits(samples: Data, kind: type) -> None:
    assert type(chosen("auto", samples)) is kind


def test_a_choice_overrules_auto() -> None:
    data = images(4, 1, 28, 28, labels=2)
    assert type(chosen("inception", data)) is InceptionFeatures
    assert type(chosen("classifier", images(4, 3, 40, 40, labels=2))) is ClassifierFeatures


@pytest.mark.parametrize(
    ("choice", "samples", "sentence"),
    [
        ("classifier", images(4, 1, 28, 28), "needs labels"),
        ("classifier", Data(torch.randn(4, 2)), "needs images"),
        ("inception", Data(torch.randn(4, 2)), "'inception' are for gray or colour images"),
        ("inception", images(4, 2, 28, 28), r"have the shape \(2, 28, 28\)"),
        ("coordinates", images(4, 1, 28, 28), "'coordinates' are for vectors"),
        ("clasifier", images(4, 1, 28, 28), "no features 'clasifier'. Did you mean 'classifier'"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(choice: str, samples: Data, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        chosen(choice, samples)


def test_coordinates_are_the_vectors_themselves() -> None:
    data = Data(torch.randn(70_000, 2, dtype=torch.float64))
    features = Coordinates(data)
    pieces = [*features.vectors(data)]
    assert len(pieces) > 1
    assert torch.equal(torch.cat(pieces), data.x.float())
    assert (features.dim, features.classes, features.fingerprint) == (2, 0, "")
    assert [*features.logits(data)] == []


def test_splits_are_read_once_and_when_they_are_asked_for(tmp_path: Path) -> None:
    read = []

    class Watched(Dataset):
        def load(self, root: Path, split: str) -> Data:
            read.append((root, split))
            return images(2, 1, 4, 4)

    data = Splits(Watched(), tmp_path)
    assert [*data] == ["train", "test"]
    assert not read
    assert data["test"] is data["test"]
    assert read == [(tmp_path, "test")]
    with pytest.raises(KeyError):
        data["validation"]


# -- Inception -------------------------------------------------------------------------------------


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty place for torch's downloads, and no network."""

    def unreachable(*arguments: Any, **named: Any) -> None:
        raise urllib.error.URLError("no network here")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    return tmp_path / "hub" / "checkpoints"


@pytest.fixture
def library() -> ModuleType:
    pytest.importorskip("torch_fidelity")
    return inception._library()


def test_inception_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = [name for name in sys.modules if name.startswith("torch_fidelity.")]
    for name in ("torch_fidelity", *loaded):
        monkeypatch.setitem(sys.modules, name, None)
    features = InceptionFeatures(images(2, 3, 8, 8))
    assert (features.name, features.dim, features.classes) == ("inception-v3-compat", 2048, 1008)
    with pytest.raises(GanzooError, match=r"pip install 'ganzoo\[inception\]'.*--features class"):
        features.fingerprint  # noqa: B018


def test_inception_without_a_network(hub: Path, library: ModuleType) -> None:
    with pytest.raises(GanzooError) as caught:
        joined(InceptionFeatures(images(2, 3, 8, 8)).vectors(images(2, 3, 8, 8)))
    sentence = str(caught.value)
    assert "no network here" in sentence
    assert f"Put {library.URL_INCEPTION_V3} into {hub}." in sentence
    assert "--features classifier" in sentence


def test_inception_gives_no_other_file_to_be_unpickled(
    monkeypatch: pytest.MonkeyPatch, hub: Path, library: ModuleType
) -> None:
    hub.mkdir(parents=True)
    name = library.URL_INCEPTION_V3.rpartition("/")[2]
    (hub / name).write_bytes(b"evil")
    monkeypatch.setattr(torch, "load", lambda *a, **k: pytest.fail("it was unpickled"))
    with pytest.raises(GanzooError, match=r"is damaged: its SHA-256 is .* Delete it."):
        InceptionFeatures(images(2, 3, 8, 8)).fingerprint  # noqa: B018


def test_inception_is_torch_fidelitys(
    monkeypatch: pytest.MonkeyPatch, hub: Path, library: ModuleType
) -> None:
    """On random weights, since the real ones are on the network."""
    with monkeypatch.context() as patch:
        patch.setattr(library, "load_state_dict_from_url", lambda *a, **k: {})
        patch.setattr(torch.nn.Module, "load_state_dict", lambda *a, **k: None)
        torch.manual_seed(0)
        random = library.FeatureExtractorInceptionV3("random", ["2048", "logits_unbiased"])
    hub.mkdir(parents=True)
    path = hub / library.URL_INCEPTION_V3.rpartition("/")[2]
    torch.save(random.state_dict(), path)
    published = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(inception, "SHA256", published)
    gray = images(2, 1, 12, 12)
    features = InceptionFeatures(gray)
    vectors, logits = random(gray.x.repeat(1, 3, 1, 1))
    assert vectors.std() > 0
    assert torch.allclose(joined(features.vectors(gray)), vectors, rtol=1e-5, atol=1e-7)
    assert torch.allclose(joined(features.logits(gray)), logits, rtol=1e-4, atol=1e-6)
    assert features.fingerprint == published[:16]
    assert not features.network.training
