"""MNIST that cannot be had: something stands in for it, but only where nobody asked for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Ganzoo
from .tools import NETWORKS, TINY, config_of, settings, snapshot

NETWORKS_TOO = [f"--{name}={value}" for name, value in NETWORKS.items()]
TRAIN = ["train", "vanilla-mlp", "--out=r", "--steps=1", *NETWORKS_TOO, *settings(**TINY)]


def test_the_default_data_gives_way_to_mnist_5k_with_a_loud_warning(
    ganzoo: Ganzoo, tmp_path: Path
) -> None:
    result = ganzoo(*TRAIN)
    warning = next(line for line in result.stderr.splitlines() if line.startswith("Warning: "))
    assert warning.startswith("Warning: TRAINING ON mnist-5k, NOT ON mnist: ")
    assert "there is no network in the tests" in warning
    assert "on 4,500 of mnist-5k" in result.stdout
    config = config_of(Path("r"))
    assert config["recipe"]["dataset"] == {"name": "ganzoo:mnist-5k"}
    assert config["dataset"]["name"] == "mnist-5k"
    assert config["dataset"]["instead_of"] == "mnist"
    assert config["dataset"]["count"] == 4500
    assert not [path for path in (tmp_path / "no-data").rglob("*") if path.is_file()]


def test_a_run_on_what_stood_in_goes_on_with_it(ganzoo: Ganzoo) -> None:
    ganzoo(*TRAIN, "--quiet")
    result = ganzoo("resume", "r", "--steps=2")
    assert result.stderr == ""
    assert "on 4,500 of mnist-5k" in result.stdout


def test_quiet_and_json_still_warn_on_standard_error(ganzoo: Ganzoo) -> None:
    result = ganzoo(*TRAIN, "--quiet")
    assert "TRAINING ON mnist-5k" in result.stderr
    assert result.stdout == f"{Path('r').absolute()}\n"


def test_mnist_that_is_here_is_not_stood_in_for(ganzoo: Ganzoo) -> None:
    ganzoo(*TRAIN, "--dataset=mnist-5k")
    assert config_of(Path("r"))["dataset"]["instead_of"] is None


def test_asked_for_mnist_by_name_it_is_mnist_or_an_error_with_three_ways_out(
    ganzoo: Ganzoo, tmp_path: Path
) -> None:
    before = snapshot(Path())
    result = ganzoo(*TRAIN, "--dataset=mnist", code=1)
    error = result.stderr.splitlines()[-1]
    assert error.startswith("Error: MNIST is not in ")
    assert "there is no network in the tests" in error
    ways = error.partition("Ways out: ")[2]
    for way in (
        str(tmp_path / "no-data" / "MNIST" / "raw"),  # put the files there
        "--data-dir",  # or say where they are
        "`ganzoo data fetch mnist`",  # or fetch them
        "--dataset mnist-5k",  # or take these
    ):
        assert way in ways
    assert result.stdout == ""
    assert snapshot(Path()) == before


@pytest.mark.parametrize(
    "asking",
    [["--set=dataset=mnist"], ["--set=dataset.name=mnist"], ["--config=mine.toml"]],
    ids=["set", "set-name", "config"],
)
def test_a_setting_or_a_config_asks_by_name_too(ganzoo: Ganzoo, asking: list[str]) -> None:
    Path("mine.toml").write_text('dataset = "mnist"\n')
    assert "MNIST is not in" in ganzoo(*TRAIN, *asking, code=1).stderr
    assert not Path("r").exists()


def test_fetching_it_is_an_error_too(ganzoo: Ganzoo, tmp_path: Path) -> None:
    result = ganzoo("data", "fetch", "mnist", code=1)
    assert "could not be downloaded" in result.stderr
    assert result.stdout == ""
    assert not [path for path in (tmp_path / "no-data").rglob("*") if path.is_file()]
