"""GANZOO_DISABLE: a plugin named in it is never imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from .place import Place
from .specimens import NEIGHBOUR, SPECIMENS, registering

WITNESS = "from pathlib import Path\nPath('imported').touch()"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, NEIGHBOUR, registering("watched", before=WITNESS))


def test_a_disabled_plugin_is_never_imported(place: Place) -> None:
    about = place.plugins(GANZOO_DISABLE="other, watched")["watched"]
    assert (about["state"], about["reason"]) == ("disabled", "named in GANZOO_DISABLE")
    assert (about["components"], about["seconds"]) == ([], 0)
    assert about["version"] == "1.0"
    assert "loss/watched" not in place.components(GANZOO_DISABLE="watched")
    assert place.ganzoo("--help", GANZOO_DISABLE="watched").code == 0
    assert not (place.folder / "imported").exists()

    assert "loss/watched" in place.components()
    assert (place.folder / "imported").exists()


def test_what_a_disabled_plugin_brings_is_missed_with_a_word_of_it(place: Place) -> None:
    done = place.ganzoo("train", "vanilla-mlp", GANZOO_DISABLE="vanilla-mlp")
    assert done.code == 2
    assert "Not in use: vanilla-mlp; see `ganzoo plugins`" in done.sentence


def test_disabling_a_broken_plugin_is_the_way_out_of_strict(tmp_path: Path) -> None:
    place = Place(tmp_path, SPECIMENS["raises-on-import"].dist)
    assert place.ganzoo("list", GANZOO_STRICT="1").code == 1
    assert place.components(GANZOO_STRICT="1", GANZOO_DISABLE="raises-on-import")
