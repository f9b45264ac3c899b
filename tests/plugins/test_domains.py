"""The dataset ``domains``: its advice, its notes, and own images in its form."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganzoo import Data, Dataset, Part, UsageError
from ganzoo.sampling.targets import from_files
from ganzoo_translation.domains import Domains

from .test_translation import Counted, folder, small


class Fixed(Dataset):
    """An image of 8x12, which has no options."""

    def load(self, root: Path, split: str) -> Data:
        return Data(torch.zeros(1, 1, 8, 12, dtype=torch.uint8))


def test_a_folder_that_is_named_without_its_kind(tmp_path: Path) -> None:
    source = folder(tmp_path / "a", [1])
    place = source.removeprefix("folder:")
    with pytest.raises(UsageError, match=f"There is no dataset '{place}'. Did you mean {source}"):
        Domains(place, source)
    with pytest.raises(UsageError, match="There is no dataset 'nothing'"):
        Domains("nothing", source)


def test_the_advice_for_two_shapes_is_the_shape_that_cannot_change(tmp_path: Path) -> None:
    source, target = folder(tmp_path / "a", [1]), folder(tmp_path / "b", [7], (8, 12))
    with pytest.raises(UsageError, match=r"such as --set dataset\.size=64"):
        Domains(source, target).load(tmp_path, "train")
    domains = Domains(source, target)
    domains.target = Fixed()
    advice = r"with --set dataset\.size=8x12 --set dataset\.channels=1"
    with pytest.raises(UsageError, match=advice):
        domains.load(tmp_path, "train")
    domains.source = Counted()
    with pytest.raises(UsageError, match="choose two datasets of images of one shape"):
        domains.load(tmp_path, "train")


def test_the_notes_name_their_folder_and_the_repeated_images(tmp_path: Path) -> None:
    source, target = folder(tmp_path / "a", [1, 2]), folder(tmp_path / "b", [7])
    (tmp_path / "b" / "notes.txt").write_text("no image")
    notes = Domains(source, target).load(tmp_path, "train").notes
    assert [note for note in notes if note.startswith(f"{target}: ")]
    assert not [note for note in notes if note.startswith(f"{source}: ")]
    assert notes[-1] == f"The 1 images of {target} are repeated, since the other domain has 2."
    assert not Domains(source, source).load(tmp_path, "train").notes


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_own_images_are_fitted_as_those_of_the_training(tmp_path: Path, fit: str) -> None:
    source = folder(tmp_path / "a", [50, 200], (8, 12))
    options = {"source": source, "target": source, "size": 8, "channels": 1, "fit": fit}
    data = Domains(**options).load(tmp_path, "train")
    recipe = small("cut").replace(dataset=Part("domains", options))
    _, given = from_files(tmp_path / "a", data.spec(), recipe)
    torch.testing.assert_close(given, data.cond["source"].float() / 127.5 - 1)
