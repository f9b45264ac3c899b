"""The classifier of a dataset, trained once on this machine and then read from a file."""

from __future__ import annotations

import hashlib
import json
import re
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from filelock import FileLock
from safetensors import SafetensorError, safe_open

from ganzoo.data.files import cache_dir, clear_parts
from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.classifier import (
    STEPS,
    VERSION,
    Classifier,
    Progress,
    accuracy,
    blank,
    check,
    fit,
)
from ganzoo.interfaces import Dataset
from ganzoo.run.files import write_whole
from ganzoo.types import Data

_FORMAT, _SEED = 1, 0


def classifier_for(
    name: str,
    dataset: Dataset,
    root: Path,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Classifier:
    """The classifier of a dataset in the data directory ``root``: frozen, in evaluation mode, on
    the CPU, with ``test_accuracy`` set if the dataset has a test split with labels.

    It is read from ``cache``/classifiers, or else trained on the dataset's first split (a minute
    for MNIST; ``progress(done, steps)`` is called after each step) and written there, by one
    process while the others wait. ``cache``: by default $GANZOO_CACHE, else the user's cache
    folder. ``name``: the dataset's name, used only in the file's name; a digest of the data
    identifies the classifier.

    Warns and trains again if the file is damaged. Warns if the file cannot be written. Raises
    UsageError if the data is not labelled images (see ``fit``), and the errors of ``dataset.load``.
    """
    train = dataset.load(root, dataset.splits[0])
    check(train)
    key = _key(train)
    path = _path(name, key, cache)
    with _locked(path):
        cached = _read(path, train)
        if cached is not None:
            return cached
        test = _test_split(dataset, root)
        started = time.perf_counter()
        classifier = fit(train, seed=_SEED, progress=progress)
        seconds = round(time.perf_counter() - started, 1)
        classifier.test_accuracy = None if test is None else accuracy(classifier, test)
        about = {"dataset": name, "data": key, "checksum": train.checksum, "seconds": seconds}
        _write(path, classifier, about)
    return classifier


def kept_classifier(name: str, dataset: Dataset, root: Path) -> Classifier | None:
    """The classifier of a dataset, if the user's cache has it; None without it, and where the data
    cannot be read. Nothing is trained or fetched."""
    whole, any_data = dataset.whole(), _path(name, "*", None)
    if not [*any_data.parent.glob(any_data.name)] or type(whole).is_available(root) is False:
        return None
    try:
        train = whole.load(root, whole.splits[0])
        check(train)
    except GanzooError:
        return None
    return _read(_path(name, _key(train), None), train)


def is_cached(name: str, dataset: Dataset, root: Path, *, cache: Path | None = None) -> bool:
    """Whether ``classifier_for`` with these arguments would read a file, and train nothing."""
    train = dataset.load(root, dataset.splits[0])
    return _path(name, _key(train), cache).is_file()


def _path(name: str, key: str, cache: Path | None) -> Path:
    plain = re.sub(r"[^\w.-]+", "-", name)[-80:]
    return cache_dir(cache) / "classifiers" / f"{plain}-{key[:12]}-v{VERSION}.safetensors"


def _key(samples: Data) -> str:
    """The SHA-256 of the training samples. ``Data.checksum`` is not used: it is the checksum of
    whole files, so the same for the first thousand samples as for all."""
    digest = hashlib.sha256(f"{tuple(samples.x.shape)} {samples.classes} ".encode())
    for tensor in (samples.x, check(samples)):
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()


def _test_split(dataset: Dataset, root: Path) -> Data | None:
    """The test split; None if there is none or it has no labels. An image folder may have only a
    training split."""
    if "test" not in dataset.splits:
        return None
    try:
        test = dataset.load(root, "test")
        check(test)
    except UsageError:
        return None
    return test


def _read(path: Path, train: Data) -> Classifier | None:
    """The classifier in a file; None if there is no file, or, with a warning, if it is damaged."""
    try:
        if not path.is_file():
            return None
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["ganzoo"])
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        classifier = blank(train)
        classifier.load_state_dict(weights)
        if classifier.fingerprint != about["fingerprint"]:
            raise ValueError("its weights differ from the weights written")
        classifier.test_accuracy = about["test_accuracy"]
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        warnings.warn(f"{path} is damaged ({error}); it is trained again.", stacklevel=3)
        return None
    return classifier.eval().requires_grad_(False)


def _write(path: Path, classifier: Classifier, about: dict[str, Any]) -> None:
    """Write the weights and the metadata of their origin. Warns if the file cannot be written."""
    about = {
        "format": _FORMAT,
        "kind": "classifier",
        "version": VERSION,
        **about,
        "test_accuracy": classifier.test_accuracy,
        "fingerprint": classifier.fingerprint,
        "seed": _SEED,
        "steps": STEPS,
        "torch": torch.__version__,
    }
    weights = {key: tensor.contiguous() for key, tensor in classifier.state_dict().items()}
    clear_parts(path.parent)
    try:
        write_whole(path, safetensors.torch.save(weights, {"ganzoo": json.dumps(about)}))
    except GanzooError as error:
        warnings.warn(
            f"The classifier of {about['dataset']} cannot be saved ({error.__cause__}), and will "
            "be trained again next time. Point GANZOO_CACHE to a folder that you may write to.",
            stacklevel=3,
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for the file's lock and hold it; without a lock if the folder cannot have one."""
    lock = FileLock(path.with_suffix(".lock"))
    with suppress(OSError, NotImplementedError):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()  # the file stays: without it, two processes could hold the lock
