from __future__ import annotations

import pytest

from ganzoo import Spec, UsageError


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


def test_vectors_are_not_told_to_be_resized() -> None:
    with pytest.raises(UsageError) as caught:
        Spec((2,)).halvings()
    assert "dataset.size" not in str(caught.value)
