"""``ganzoo train``: what it makes, and what it prints."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from PIL import Image
from safetensors import safe_open

import ganzoo as library

from .conftest import Ganzoo
from .tools import NETWORKS, TINY, config_of, metrics_of, same_tensors, snapshot, tiny, write_images

RUN = {
    "config.json",
    "metrics.jsonl",
    "README.md",
    "generator.safetensors",
    "samples",
    "samples/step-000000.png",
    *(f"samples/step-{step:06}.png" for step in (1, 2, 4, 8)),
    "samples/step-000010.png",
    "samples/step-000020.png",
    "checkpoints",
    "checkpoints/step-000010.safetensors",
    "checkpoints/step-000020.safetensors",
}


def test_a_run_folder_holds_all_that_the_design_names_and_nothing_else(trained: Path) -> None:
    found = {path for path in snapshot(trained) if not path.startswith("tensorboard")}  # a plugin's
    assert found - {".lock"} == RUN


def test_config_says_what_ran_on_what_with_what(trained: Path, images: Path) -> None:
    config = config_of(trained)
    assert config["recipe"]["name"] == "vanilla-mlp"
    assert config["recipe"]["generator"]["hidden"] == [16]
    assert (config["recipe"]["steps"], config["seed"], config["device"]) == (20, 0, "cpu")
    assert config["dataset"]["source"] == str(images)
    assert config["dataset"]["count"] == 20
    assert config["dataset"]["shape"] == [1, 8, 8]
    assert re.fullmatch("[0-9a-f]{64}", config["dataset"]["checksum"])
    assert config["plugins"]["vanilla-mlp"]["version"] == library.__version__
    assert {"python", "torch", "ganzoo", "numpy"} <= config["libraries"].keys()
    assert config["command"][0] == "ganzoo"


def test_metrics_have_a_line_an_interval(trained: Path) -> None:
    lines = metrics_of(trained)
    assert [line["step"] for line in lines] == [5, 10, 15, 20]
    for line in lines:
        assert {"loss_d", "loss_g", "d_real", "d_fake", "d_accuracy", "steps_per_s"} <= line.keys()
        assert 0 <= line["d_accuracy"] <= 1
    assert [line["seconds"] for line in lines] == sorted(line["seconds"] for line in lines)


def test_the_sample_grids_show_one_and_the_same_noise_as_it_learns(trained: Path) -> None:
    grids = [Image.open(path) for path in sorted((trained / "samples").iterdir())]
    assert {grid.size for grid in grids} == {(22, 22)}  # 2 x 2 samples of 8, with gaps of 2
    assert grids[0].tobytes() != grids[-1].tobytes()


def test_a_checkpoint_says_its_step_and_its_recipe_and_pickles_nothing(trained: Path) -> None:
    with safe_open(trained / "checkpoints" / "step-000020.safetensors", framework="pt") as file:
        about = json.loads(file.metadata()["ganzoo"])
        names = {name.partition(".")[0] for name in file.keys()}  # noqa: SIM118
    assert (about["step"], about["config"]["recipe"]) == (20, config_of(trained)["recipe"])
    assert {"game", "ema", "optimizer", "data", "rng"} <= names


def test_the_model_card_says_what_from_what_and_how_to_sample(trained: Path) -> None:
    card = (trained / "README.md").read_text()
    assert "\n# vanilla-mlp on images" in card
    for part in (
        "20 of 20 steps",
        "| generator | mlp |",
        "ganzoo sample",
        "samples/step-000020.png",
        "- plugin vanilla-mlp",
    ):
        assert part in card
    assert "- plugin r3gan" not in card  # it is installed, but the recipe does not use it


def test_a_run_goes_into_runs_under_a_new_name(ganzoo: Ganzoo, images: Path) -> None:
    for _ in range(2):
        ganzoo(*tiny(images, steps=1))
    names = [path.name for path in Path("runs").iterdir()]
    assert len(names) == 2
    assert all(re.match(r"vanilla-mlp-images-\d{8}-\d{6}", name) for name in names)


# -- what it prints -------------------------------------------------------------------------------


def test_in_a_pipe_it_prints_plain_lines_and_what_to_do_next(ganzoo: Ganzoo, images: Path) -> None:
    result = ganzoo(*tiny(images, steps=10, out="a run", loss="minimax", prior="uniform"))
    lines = result.stdout.splitlines()
    assert lines[0] == "Training vanilla-mlp (minimax loss, uniform prior) on 20 of images, on cpu"
    assert lines[1] == "Data: 20 images of 8x8, gray, without labels"
    assert lines[2].startswith("vanilla-mlp was tuned on another dataset")
    assert lines[3] == str(Path("a run").absolute())
    for line, step in zip(lines[4:6], (5, 10), strict=True):
        assert line.startswith(f"step {step}/10  ")
        for name in ("loss D", "loss G", "D(x)", "D(G(z))", "D's accuracy", "steps/s"):
            assert name in line
    assert "\x1b" not in result.stdout
    assert result.stderr == ""
    advice = [shlex.split(line.split("  ")[1]) for line in lines if line.startswith("  ganzoo")]
    assert [words[:3] for words in advice] == [
        ["ganzoo", "sample", "a run"],
        ["ganzoo", "interpolate", "a run"],
        ["ganzoo", "animate", "a run"],
        ["ganzoo", "resume", "a run"],
    ]
    ganzoo(*advice[0][1:])
    ganzoo(*advice[3][1:])
    assert metrics_of(Path("a run"))[-1]["step"] == 20


def test_quiet_prints_the_path_of_the_run_alone(ganzoo: Ganzoo, images: Path) -> None:
    result = ganzoo(*tiny(images, steps=1, out="r"), "--quiet")
    assert result.stdout == f"{Path('r').absolute()}\n"
    assert result.stderr == ""


def test_json_prints_one_object(ganzoo: Ganzoo, images: Path) -> None:
    result = ganzoo(*tiny(images, steps=5, out="r"), "--json")
    told = json.loads(result.stdout)
    assert told["run"] == str(Path("r").absolute())
    assert told["recipe"] == config_of(Path("r"))["recipe"]
    assert told["last"] == metrics_of(Path("r"))[-1]


# -- and the same from Python ---------------------------------------------------------------------


def test_the_same_seed_gives_the_same_weights_as_from_python(
    ganzoo: Ganzoo, images: Path, trained: Path
) -> None:
    request = {**NETWORKS, "dataset": f"folder:{images}", "batch_size": 4, "device": "cpu"}
    run = library.train("vanilla-mlp", steps=20, set=TINY, out="python", **request)
    assert same_tensors(run.generator, trained / "generator.safetensors")
    last = "checkpoints/step-000020.safetensors"
    assert same_tensors(run.path / last, trained / last)


def test_another_seed_gives_other_weights(ganzoo: Ganzoo, images: Path, trained: Path) -> None:
    ganzoo(*tiny(images, steps=20, out="r", seed=1))
    assert config_of(Path("r"))["seed"] == 1
    assert not same_tensors(Path("r/generator.safetensors"), trained / "generator.safetensors")


@pytest.mark.parametrize(("epochs", "steps"), [(1, 5), (3, 15)])
def test_epochs_are_passes_through_the_data(
    ganzoo: Ganzoo, images: Path, epochs: int, steps: int
) -> None:
    ganzoo(*tiny(images, epochs=epochs, out="r"))  # 20 images in batches of 4
    assert config_of(Path("r"))["recipe"]["steps"] == steps
    assert metrics_of(Path("r"))[-1]["step"] == steps


def test_bf16_trains_and_says_so(ganzoo: Ganzoo, images: Path) -> None:
    ganzoo(*tiny(images, steps=1, out="r", precision="bf16"))
    assert config_of(Path("r"))["precision"] == "bf16"


def test_what_was_decided_about_a_folder_is_told_as_it_begins(
    ganzoo: Ganzoo, tmp_path: Path
) -> None:
    for name in ("train/cat", "train/[red]dog", "val/cat"):
        write_images(tmp_path / "pets" / name, count=4, mode="RGB")
    (tmp_path / "pets" / "train" / "cat" / "x.heic").write_bytes(b"?")
    result = ganzoo(*tiny(tmp_path / "pets", steps=1, out="r"))
    lines = result.stdout.splitlines()
    assert lines[1] == "Data: 8 images of 8x8, colour, 2 classes: 0 [red]dog, 1 cat"
    assert lines[3] == "The splits are the folders train (8 images), val (4 images)."
    assert lines[4].startswith(
        "Left out, because they are not images of a known format: cat/x.heic"
    )
    assert f"Warning: {lines[4]}" in result.stderr
    assert config_of(Path("r"))["dataset"]["notes"] == lines[3:5]
    card = Path("r/README.md").read_text()
    assert "Classes: 0 [red]dog, 1 cat." in card
    assert all(line in card for line in lines[3:5])


def test_vectors_are_told_as_such(ganzoo: Ganzoo) -> None:
    result = ganzoo("train", "mixture", "--steps=1", "--out=r", "--batch-size=4")
    assert "Data: 100,000 vectors of length 2, 8 classes: 0 0 deg, " in result.stdout


def test_a_folder_that_is_given_as_a_dataset_is_told_how(ganzoo: Ganzoo, images: Path) -> None:
    error = ganzoo("train", "vanilla-mlp", f"--dataset={images}", code=2).stderr
    assert f"Did you mean folder:{images}?" in error


def test_a_profile_is_summed_up_in_the_terminal(ganzoo: Ganzoo) -> None:
    said = ganzoo("train", "mixture", "--steps", "30", "--out", "r", "--profile").stdout
    assert "outside matrix products and convolutions" in said
    assert said.count("ms a step  ") == 10
    assert "profile/trace.json" in said


def test_a_training_that_ends_before_the_profile_says_so(ganzoo: Ganzoo) -> None:
    words = "train mixture --steps 40 --out r --profile --evaluate-every 2 --patience 2"
    rates = ("--set", "optimizer.g.lr=0", "--set", "optimizer.d.lr=0")
    said = ganzoo(*words.split(), *rates)
    assert "before step 30, so that there is no profile" in said.stderr
