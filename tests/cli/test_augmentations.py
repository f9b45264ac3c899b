"""Augmentations by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .tools import config_of, metrics_of, same_tensors, write_images

SMALL = ["--steps=2", "--batch-size=4", "--device=cpu", "--set=generator.width=4",
         "--set=discriminator.width=4"]  # fmt: skip


@pytest.fixture
def eights(tmp_path: Path) -> str:
    return f"folder:{write_images(tmp_path / 'eights')}"


def test_several_are_added_by_name(ganzoo, tmp_path: Path, eights: str) -> None:
    ganzoo("train", "dcgan", "--augment", "flip", "--augment", "diffaugment", *SMALL,
           f"--dataset={eights}", "--out", tmp_path / "run",
           "--set", 'augmentations.diffaugment.policy=["color"]')  # fmt: skip
    named = config_of(tmp_path / "run")["recipe"]["augmentations"]
    assert [part["name"].rpartition(":")[2] for part in named] == ["flip", "diffaugment"]
    assert named[1]["policy"] == ["color"]


def test_a_sigma_may_be_scheduled(ganzoo, tmp_path: Path, eights: str) -> None:
    sigma = json.dumps({"schedule": "linear", "start": 0.5, "end": 0})
    setting = f"--set=augmentations.instance-noise.sigma={sigma}"
    data = f"--dataset={eights}"
    ganzoo("train", "dcgan", "--augment=instance-noise", setting, *SMALL, data,
           "--out", tmp_path / "run")  # fmt: skip
    (named,) = config_of(tmp_path / "run")["recipe"]["augmentations"]
    assert named["sigma"]["until"] == 2  # the steps of the run


@pytest.mark.parametrize(
    "added",
    [["--augment=ada", "--set=augmentations.ada.kimg=0.2"], ["--penalty=lecam"]],
    ids=["ada", "lecam"],
)
def test_a_resumed_run_has_the_state_of_one_that_never_stopped(
    ganzoo, tmp_path: Path, eights: str, added: list[str]
) -> None:
    arguments = ["train", "dcgan", *SMALL, *added, f"--dataset={eights}", "--set=log_every=10"]
    rate = [f"--set=optimizer.{who}.lr=1e-3" for who in ("d", "g")]  # no schedule over the run
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    ganzoo(*arguments, *rate, "--steps=40", "--out", whole)
    ganzoo(*arguments, *rate, "--steps=20", "--out", parted)
    ganzoo("resume", parted, "--steps=40")
    last = "checkpoints/step-000040.safetensors"
    assert same_tensors(whole / last, parted / last)
    name = "ada_p" if "ada" in added[0] else "lecam_real"
    assert len({line[name] for line in metrics_of(whole)}) > 1
