"""The base class of datasets that are drawn from a seed."""

from __future__ import annotations

import hashlib

import pytest
import torch
from torch import Tensor

from ganzoo import DrawnDataset, Part, UsageError


class Coins(DrawnDataset):
    """Tosses of a coin."""

    name = "coins"
    labels = ("tails", "heads")
    test_count = 7
    view = Part("points")

    def __init__(self, count: int = 5, seed: int = 0) -> None:
        super().__init__(count, seed)

    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, Tensor]:
        y = torch.randint(2, (count,), generator=dice)
        return y[:, None].double(), y


class Rounded(Coins):
    def hashed(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, ...]:
        return (x.round().char(),)


def test_a_subclass_says_only_how_to_draw(tmp_path) -> None:
    train, test = (Coins().load(tmp_path, split) for split in ("train", "test"))
    assert (len(train), len(test)) == (5, 7)
    assert train.x.dtype == torch.float32
    assert train.x[:, 0].long().equal(train.y)
    assert (train.classes, train.labels, train.view) == (2, ("tails", "heads"), Part("points"))
    assert train.source == "coins with seed 0"
    assert Coins.is_available(tmp_path) is True


def test_the_seed_of_a_split_is_a_digest_with_the_name_of_the_dataset(tmp_path) -> None:
    digest = hashlib.sha256(b"coins 3 test").digest()
    dice = torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))
    assert Coins(seed=3).load(tmp_path, "test").y.equal(torch.randint(2, (7,), generator=dice))


def test_the_checksum_is_of_the_hashed_tensors(tmp_path) -> None:
    plain, rounded = Coins().load(tmp_path, "train"), Rounded().load(tmp_path, "train")
    content = plain.x.numpy().tobytes() + plain.y.numpy().tobytes()
    assert plain.checksum == hashlib.sha256(content).hexdigest()
    assert rounded.checksum == hashlib.sha256(rounded.x.char().numpy().tobytes()).hexdigest()


def test_an_unknown_split_is_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match=r"no split 'tset'\. Did you mean 'test'"):
        Coins().load(tmp_path, "tset")
