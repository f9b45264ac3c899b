"""Each bad plugin beside a good one: it is shown for what it is, and does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from .place import Place
from .specimens import NEIGHBOUR, SPECIMENS, Specimen

OURS = {"recipe/vanilla-mlp", "loss/minimax", "dataset/mnist", "game/standard"}
THEIRS = {"loss/neighbourly", "dataset/tiny"}


@pytest.fixture(params=SPECIMENS.values(), ids=SPECIMENS)
def specimen(request: pytest.FixtureRequest) -> Specimen:
    return request.param


@pytest.fixture
def place(tmp_path: Path, specimen: Specimen) -> Place:
    place = Place(tmp_path, NEIGHBOUR, specimen.dist)
    if specimen.name == "imports-torch":  # a stub will do, and is quick
        (place.site / "torch.py").touch()
    return place


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The plugins that there are without it."""
    return {*Place(tmp_path_factory.mktemp("others"), NEIGHBOUR).plugins()}


def test_it_is_shown_for_what_it_is_and_the_others_work(
    place: Place, specimen: Specimen, others: set[str]
) -> None:
    plugins = place.plugins()
    about = plugins[specimen.name]
    assert about["version"] == "1.0"
    assert about["distribution"] == specimen.name
    assert about["state"] == specimen.state
    assert specimen.reason in about["reason"]
    assert bool(about["reason"]) is not specimen.usable
    assert "\n" not in about["reason"]
    assert (f"loss/{specimen.name}" in about["components"]) is specimen.usable
    assert bool(about["components"]) is specimen.usable
    notes = "; ".join(about["notes"])
    assert specimen.note in notes
    assert ("prints" in notes) is ("prints" in specimen.note)
    assert ("torch" in notes) is ("torch" in specimen.note)
    assert about["seconds"] >= (0.8 if specimen.name == "is-slow" else 0)
    # Nothing of it goes by another plugin's name, or by one that nobody gave it.
    assert {*plugins} == {*others, specimen.name}
    for name in others:
        assert (plugins[name]["state"], plugins[name]["reason"]) == ("loaded", "")

    listed = place.components()
    assert listed >= OURS | THEIRS
    assert (f"loss/{specimen.name}" in listed) is specimen.usable
    assert listed & {"loss/too-early", "loss/from-the-future", "loss/odd"} == set()


def test_help_shows_the_commands_of_the_others(place: Place, specimen: Specimen) -> None:
    done = place.ganzoo("--help")
    assert done.code == 0, done.err
    assert done.out.startswith("Usage: ganzoo ")
    assert "train " in done.out
    assert "greet " in done.out
    assert "half-a-command" not in done.out
    warned = [line for line in done.err.splitlines() if line]
    if specimen.name.startswith("commands-"):
        assert len(warned) == 1
        assert warned[0].startswith(f"Warning: Plugin {specimen.name!r} could not add its commands")
    else:
        assert not warned


def test_strict_names_it_in_a_sentence(place: Place, specimen: Specimen) -> None:
    commands = specimen.name.startswith("commands-")
    done = place.ganzoo(*(["--help"] if commands else ["list", "--json"]), GANZOO_STRICT="1")
    if specimen.usable and not commands:
        assert done.json
    else:
        assert done.code == 1
        assert done.sentence.startswith(f"Error: Plugin {specimen.name!r} ")
        assert specimen.reason in done.sentence
