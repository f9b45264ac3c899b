"""The features compared with values computed by hand."""

import pytest
import torch
from ganzoo import Data

from features import Statistics


def test_features_are_the_mean_and_the_deviation_of_each_channel() -> None:
    x = torch.zeros(2, 1, 2, 2, dtype=torch.uint8)
    x[1, 0, 0] = 255  # the upper half of the second image is white
    (vectors,) = Statistics(Data(x)).vectors(Data(x))
    assert vectors[0].tolist() == [0.0, 0.0]
    assert vectors[1].tolist() == pytest.approx([0.5, (4 * 0.25 / 3) ** 0.5])


def test_there_is_a_vector_for_each_sample_in_order() -> None:
    data = Data(torch.randint(0, 256, (1200, 3, 4, 4), dtype=torch.uint8))
    features = Statistics(data)
    vectors = torch.cat([*features.vectors(data)])
    assert vectors.shape == (1200, features.dim)
    assert torch.equal(vectors[700:], torch.cat([*features.vectors(data.after(700))]))
