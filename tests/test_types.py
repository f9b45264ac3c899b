from __future__ import annotations

import pytest
import torch

from ganzoo import Batch, Data, Spec, UsageError


@pytest.mark.parametrize(
    ("side", "nearest"),
    [(100, 96), (105, 112), (104, 96), (30, 28), (1, 8), (9, 8), (225, 224), (1000, 1024)],
)
def test_a_side_that_does_not_halve_is_refused_with_the_nearest_that_does(side, nearest) -> None:
    with pytest.raises(UsageError) as caught:
        Spec((3, side, side)).halvings()
    assert f"with `--set dataset.size={nearest}`" in str(caught.value)
    Spec((3, nearest, nearest)).halvings()


def test_images_that_are_not_square_are_refused_with_a_side_too() -> None:
    with pytest.raises(UsageError, match=r"square images.*--set dataset\.size=48`"):
        Spec((1, 90, 50)).halvings()


def test_vectors_are_refused_without_the_advice_to_resize_them() -> None:
    with pytest.raises(UsageError) as caught:
        Spec((2,)).halvings()
    assert "dataset.size" not in str(caught.value)


def numbered(start: int, count: int, **changes) -> Batch:
    rows = torch.arange(start, start + count)
    return Batch(
        x=rows[:, None].float(), z=-rows[:, None].float(), y=rows, code={"c": 10 * rows},
        cond={"mask": 100 * rows[:, None]},
    ).replace(**changes)  # fmt: skip


@pytest.mark.parametrize(
    "index", [slice(1, 4, 2), torch.tensor([1, 3]), torch.tensor([False, True, False, True, False])]
)
def test_an_index_selects_rows_of_every_tensor(index) -> None:
    selected = numbered(0, 5)[index]
    assert len(selected) == 2
    assert selected.x[:, 0].tolist() == selected.y.tolist() == [1, 3]
    assert selected.z[:, 0].tolist() == [-1, -3]
    assert selected.code["c"].tolist() == [10, 30]
    assert selected.cond["mask"][:, 0].tolist() == [100, 300]


def test_an_index_leaves_out_missing_tensors() -> None:
    labels = Batch(y=torch.arange(3))[:2]
    assert labels.y.tolist() == [0, 1]
    assert (labels.x, labels.z, labels.code, labels.cond) == (None, None, {}, {})
    assert len(Batch()) == 0
    assert len(Batch(cond={"mask": torch.ones(7)})) == 7


def test_batches_are_joined_by_the_tensors_that_all_of_them_have() -> None:
    batches = [numbered(0, 2), numbered(2, 1, z=None, code={}, cond={"mask": torch.ones(1, 1)})]
    joined = Batch.join(batches)
    assert joined.x[:, 0].tolist() == joined.y.tolist() == [0, 1, 2]
    assert joined.z is None
    assert joined.code == {}
    assert joined.cond["mask"][:, 0].tolist() == [0, 100, 1]
    parts = Batch.join([numbered(0, 6)[:2], numbered(0, 6)[2:]])
    assert torch.equal(parts.code["c"], numbered(0, 6).code["c"])


def test_a_tensor_of_a_batch_by_its_name() -> None:
    batch = numbered(0, 2, z=None)
    assert batch.tensor("y") is batch.y
    assert batch.tensor("c") is batch.code["c"]
    assert batch.tensor("mask") is batch.cond["mask"]
    with pytest.raises(UsageError, match=r"no 'maks'\. Did you mean 'mask'"):
        batch.tensor("maks")
    with pytest.raises(UsageError, match="no 'z'"):
        batch.tensor("z")


def test_the_rows_of_data_are_cut_with_their_labels_and_conditions() -> None:
    rows = torch.arange(5)
    data = Data(rows[:, None].float(), rows, 5, cond={"mask": 10 * rows})
    for part, expected in ((data.first(2), [0, 1]), (data.after(2), [2, 3, 4])):
        assert part.x[:, 0].tolist() == part.y.tolist() == expected
        assert part.cond["mask"].tolist() == [10 * row for row in expected]
        assert part.classes == 5
