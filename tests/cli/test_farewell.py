"""The commands that the end of a training suggests, and those of the model card."""

from __future__ import annotations

import shlex
from pathlib import Path

import ganzoo as library

from .conftest import Ganzoo
from .tools import settings, write_images


def suggested(printed: str) -> list[list[str]]:
    """The suggested commands, without their meanings and the next experiment."""
    commands, _, _ = printed.partition("\nA next experiment")
    lines = commands.partition("\nThe run is in ")[2].splitlines()[1:]
    return [shlex.split(line.strip().partition("  ")[0]) for line in lines]


def translator(ganzoo: Ganzoo, tmp_path: Path) -> str:
    """The output of a training of one step on pairs of images."""
    folders = [write_images(tmp_path / name, count=4, side=16) for name in ("before", "after")]
    given = {"dataset.source": f"folder:{folders[0]}", "dataset.target": f"folder:{folders[1]}"}
    narrow = {"generator.width": 2, "discriminator.width": 2, "dataset.paired": True}
    words = ["train", "pix2pix", "--dataset=domains", "--steps=1", "--batch-size=4", "--out=r"]
    return ganzoo(*words, "--device=cpu", *settings(**given, **narrow)).stdout


def test_a_translator_is_asked_for_translations(ganzoo: Ganzoo, tmp_path: Path) -> None:
    commands = suggested(translator(ganzoo, tmp_path))
    assert commands[:2] == [["ganzoo", "translate", "r"], ["ganzoo", "translate", "r", "IMAGES"]]
    assert [words[1] for words in commands[2:]] == ["animate", "resume"]
    words = [str(tmp_path / "before") if word == "IMAGES" else word for word in commands[1]]
    assert Path(ganzoo(*words[1:]).stdout.strip()).is_file()
    card = Path("r/README.md").read_text(encoding="utf-8")
    assert "\nganzoo translate . IMAGES\n" in card
    assert 'pipeline_tag: "image-to-image"' in card


def test_any_other_generator_is_asked_for_samples(ganzoo: Ganzoo, run: Path) -> None:
    assert library.Run.open(run).config["translations"] == []
    card = (run / "README.md").read_text(encoding="utf-8")
    assert "\nganzoo sample . -n 64\n" in card
    assert 'pipeline_tag: "unconditional-image-generation"' in card


def test_every_command_of_a_training_of_images_works(ganzoo: Ganzoo, tmp_path: Path) -> None:
    images = write_images(tmp_path / "images", count=8)
    narrow = {"generator.hidden": [8], "discriminator.hidden": [8]}
    words = ["train", "vanilla-mlp", f"--dataset=folder:{images}", "--steps=2", "--out=r"]
    commands = suggested(ganzoo(*words, "--device=cpu", *settings(**narrow)).stdout)
    assert [words[1] for words in commands] == ["sample", "interpolate", "animate", "resume"]
    for each in commands:
        ganzoo(*each[1:])


PLUGIN = """
import torch
from PIL import Image
from ganzoo import Data, Dataset, Part, View, register


@register("view", "dots")
class Dots(View):
    def show(self, x, *, data=None, columns=None):
        return Image.new("L", (16, 16))


@register("dataset", "dots")
class DotsData(Dataset):
    def load(self, root, split):
        return Data(torch.rand(40, 2), source="dots", view=Part("dots"))
"""


def test_the_commands_name_the_file_of_the_runs_plugin(ganzoo: Ganzoo) -> None:
    Path("my dots.py").write_text(PLUGIN)
    words = ["train", "mixture", "--dataset=dots", "--plugin=my dots.py", "--steps=2", "--out=r"]
    printed = ganzoo(*words, "--device=cpu").stdout
    by_name = {words[1]: words for words in suggested(printed)}
    for verb in ("sample", "resume"):
        assert by_name[verb][2:5] == ["r", "--plugin", "my dots.py"]
    ganzoo(*by_name["resume"][1:])
    ganzoo(*by_name["sample"][1:], "-n4", "--out=some.png")
    without = ganzoo("sample", "r", "-n4", "--out=some.png", code=1).stderr
    assert "This run's view 'dots' comes from plugin" in without
    assert "name it with --plugin" in without
