from __future__ import annotations

import math

import pytest
import torch

from ganzoo import Batch, Data, Spec, UsageError


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((28, 28), [(28, 28), (14, 14), (7, 7)]),
        ((64, 64), [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]),
        ((72, 96), [(72, 96), (36, 48), (18, 24), (9, 12), (4, 6)]),
        ((45, 30), [(45, 30), (22, 15), (11, 7)]),
        ((8, 100), [(8, 100), (4, 50)]),
    ],
)
def test_a_pyramid_ends_where_the_shorter_side_has_four_to_seven_pixels(size, expected) -> None:
    assert [*Spec((3, *size)).pyramid()] == expected


def test_every_size_from_8_pixels_has_a_pyramid() -> None:
    for height in range(8, 257):
        for width in (8, 31, height, 256):
            sizes = Spec((1, height, width)).pyramid()
            assert len(sizes) > 1
            assert 4 <= min(sizes[-1]) <= 7


@pytest.mark.parametrize(
    ("size", "larger"), [((1, 1), "8"), ((7, 7), "8"), ((7, 14), "8x16"), ((30, 3), "80x8")]
)
def test_a_side_below_8_is_refused_with_a_size_that_fits(size, larger) -> None:
    with pytest.raises(UsageError) as caught:
        Spec((3, *size)).pyramid()
    assert f"with `--set dataset.size={larger}`" in str(caught.value)
    Spec(
        (3, *(int(side) for side in (larger if "x" in larger else f"{larger}x{larger}").split("x")))
    ).pyramid()


def test_vectors_are_refused_without_the_advice_to_resize_them() -> None:
    with pytest.raises(UsageError) as caught:
        Spec((2,)).pyramid()
    assert "dataset.size" not in str(caught.value)


@pytest.mark.parametrize(
    ("low", "high", "middle"), [(-1.0, 1.0, 0.0), (0.0, 1.0, 0.5), (-1.0, 3.0, 1.0)]
)
def test_the_range_of_the_data_is_an_affine_map_of_minus_1_to_1(low, high, middle) -> None:
    spec = Spec((1, 8, 8), low=low, high=high)
    centred = torch.tensor([-1.0, 0.0, 0.5, 1.0])
    ranged = torch.tensor([low, middle, (middle + high) / 2, high])
    assert torch.equal(spec.ranged(centred), ranged)
    assert torch.equal(spec.centred(ranged), centred)


def test_one_map_of_the_range_is_the_inverse_of_the_other_one() -> None:
    spec = Spec((2,), low=-0.3, high=5.1)
    x = torch.linspace(-1, 1, 101, dtype=torch.float64)
    torch.testing.assert_close(spec.centred(spec.ranged(x)), x)
    torch.testing.assert_close(spec.ranged(spec.centred(x)), x)


def test_data_without_bounds_has_no_range_to_map() -> None:
    spec = Spec((2,), low=-math.inf, high=math.inf)
    x = torch.tensor([-7.0, 0.0, 1e6])
    assert torch.equal(spec.ranged(x), x)
    assert torch.equal(spec.centred(x), x)


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
