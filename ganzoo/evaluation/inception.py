"""The Inception network of the FID in the literature."""

from __future__ import annotations

import hashlib
import importlib
import sys
from contextlib import redirect_stdout
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.features import NetworkFeatures, PartProgress
from ganzoo.run.grid import eight_bits, on_white
from ganzoo.types import Data

# The checksum of the published file. The library unpickles the file, so no other file is used.
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
_OTHERWISE = "Or choose `ganzoo evaluate --features classifier`, where the data has labels."


class InceptionFeatures(NetworkFeatures):
    """torch-fidelity's ``inception-v3-compat``: the network of 2015 with TensorFlow's arithmetic,
    with which the authors of FID (arXiv:1706.08500) and of the Inception score (arXiv:1606.03498)
    computed them. vectors: its 2048 pooled features. logits: 1008, without the bias, as in the code
    of the Inception score. Gray images are repeated in three channels; RGBA images are put on
    white, and 16-bit images are rounded to 8 bits.

    The weights (96 MB) are downloaded at the first use into torch's hub folder, $TORCH_HOME/hub.
    Raises UsageError for samples that are not images, GanzooError if the weights are not available.
    """

    name, dim, classes, batch = "inception-v3-compat", 2048, 1008, 50

    def __init__(
        self, train: Data, *, device: str = "cpu", told: PartProgress = lambda *_: None
    ) -> None:
        if not train.discrete or train.x.ndim != 4 or train.x.shape[1] not in (1, 3, 4):
            raise UsageError(
                "The features 'inception' are for gray or colour images; these samples have the "
                f"shape {tuple(train.x.shape[1:])}."
            )
        super().__init__(device=device, told=told)
        self.train = train

    @cached_property
    def network(self) -> Any:
        library = _library()
        path = _weights(library.URL_INCEPTION_V3)
        network = library.FeatureExtractorInceptionV3(
            self.name, ["2048"], feature_extractor_weights_path=str(path)
        )
        return network.to(self.device)

    @property
    def fingerprint(self) -> str:  # type: ignore[override]  # needs the weights
        self.network  # noqa: B018 - raises unless the published weights are there
        return SHA256[:16]

    def embed(self, x: Tensor) -> Tensor:
        vectors: Tensor = self.network(on_white(eight_bits(x)).expand(-1, 3, -1, -1))[0]
        return vectors

    def classify(self, vectors: Tensor) -> Tensor:
        logits: Tensor = vectors @ self.network.fc.weight.T
        return logits


def _library() -> ModuleType:
    try:
        with redirect_stdout(sys.stderr):
            return importlib.import_module("torch_fidelity.feature_extractor_inceptionv3")
    except ImportError:
        raise GanzooError(
            "The Inception network comes with torch-fidelity, which is not installed: run "
            f"`pip install 'ganzoo[inception]'`. {_OTHERWISE}"
        ) from None


def _weights(url: str) -> Path:
    """The path of the published file, which is downloaded if it is missing."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    try:
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(url, str(path), hash_prefix=SHA256, progress=False)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, RuntimeError) as error:  # RuntimeError: the download has another checksum
        raise GanzooError(
            f"The weights of the Inception network are not on this machine, and cannot be "
            f"downloaded ({error}). Put {url} into {path.parent}. {_OTHERWISE}"
        ) from error
    if sha256 != SHA256:
        raise GanzooError(
            f"{path} is damaged: its SHA-256 is {sha256}, not {SHA256}. Delete it. {_OTHERWISE}"
        )
    return path
