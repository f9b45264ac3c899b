"""``ganzoo sample`` and ``ganzoo interpolate``: pictures, from the generator alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ganzoo as library

from .conftest import Ganzoo
from .tools import snapshot, tiny, write_images


def test_sample_draws_a_grid_into_the_run(ganzoo: Ganzoo, run: Path) -> None:
    before = snapshot(run)
    path = Path(ganzoo("sample", run).stdout.strip())
    assert path == run / "sample-seed0.png"
    assert Image.open(path).size == (82, 82)  # 8 x 8 samples of 8, with gaps of 2
    path.unlink()
    assert snapshot(run) == before


def test_sample_takes_a_number_a_seed_and_columns(ganzoo: Ganzoo, run: Path) -> None:
    path = Path(ganzoo("sample", run, "-n", 6, "--columns", 3, "--seed", 5).stdout.strip())
    assert path.name == "sample-seed5.png"
    assert Image.open(path).size == (32, 22)  # 3 x 2
    again = Path(ganzoo("sample", run, "-n6", "--columns=3", "--seed=6").stdout.strip())
    assert Image.open(again).tobytes() != Image.open(path).tobytes()


def test_out_with_npy_writes_the_numbers_that_python_gets(ganzoo: Ganzoo, run: Path) -> None:
    assert ganzoo("sample", run, "-n5", "--seed=3", "--out=some.npy").stdout == "some.npy\n"
    array = np.load("some.npy", allow_pickle=False)
    assert (array.shape, array.dtype) == ((5, 1, 8, 8), np.float32)
    assert np.array_equal(array, library.load(run).sample(5, seed=3).numpy())


def test_out_with_png_writes_a_grid_there(ganzoo: Ganzoo, run: Path) -> None:
    assert ganzoo("sample", run, "-n", 4, "--out=some.png").stdout == "some.png\n"
    assert Image.open("some.png").size == (22, 22)


@pytest.mark.parametrize(
    ("suffix", "kind"), [(".jpg", "JPEG"), (".JPEG", "JPEG"), (".webp", "WEBP"), (".png", "PNG")]
)
def test_the_format_is_that_of_the_suffix(
    ganzoo: Ganzoo, run: Path, suffix: str, kind: str
) -> None:
    for command in (["sample", "-n4"], ["interpolate"], ["nearest", "-n4"]):
        ganzoo(command[0], run, *command[1:], f"--out={command[0]}{suffix}")
        with Image.open(f"{command[0]}{suffix}") as image:
            image.load()
            assert image.format == kind


def test_points_are_plotted_in_each_format(ganzoo: Ganzoo) -> None:
    small = [f"--set={player}.hidden=[8]" for player in ("generator", "discriminator")]
    ganzoo("train", "mixture", *small, "--steps=1", "--device=cpu", "--out=r")
    for name in ("some.jpg", "some.webp"):
        ganzoo("sample", "r", "-n4", f"--out={name}")
        with Image.open(name) as image:
            assert image.size == (600, 600)


def test_json_and_quiet_name_the_picture(ganzoo: Ganzoo, run: Path) -> None:
    path = str(run / "sample-seed0.png")
    assert json.loads(ganzoo("sample", run, "-n1", "--json").stdout) == {"path": path}
    assert ganzoo("sample", run, "-n1", "--quiet").stdout == f"{path}\n"
    nearest = json.loads(ganzoo("nearest", run, "-n2", "--json").stdout)
    assert nearest["path"] == str(run / "nearest-seed0.png")
    assert nearest["images"] == 20
    assert nearest["mean_distance"] > 0
    assert ganzoo("nearest", run, "-n2", "-q").stdout == f"{run / 'nearest-seed0.png'}\n"
    animation = json.loads(ganzoo("animate", run, "--json").stdout)
    assert animation["pictures"] == len([*(run / "samples").iterdir()])


def test_out_without_a_suffix_writes_single_images_into_a_new_folder(
    ganzoo: Ganzoo, run: Path
) -> None:
    assert ganzoo("sample", run, "-n3", "--out=new/images").stdout == "new/images\n"
    files = sorted(Path("new/images").iterdir())
    assert [file.name for file in files] == ["000000.png", "000001.png", "000002.png"]
    assert [Image.open(file).size for file in files] == [(8, 8)] * 3
    ganzoo("sample", run, "-n3", "--out=some.npy")
    array = np.load("some.npy")
    spec = library.load(run).spec
    pixels = (array[1, 0] - spec.low) / (spec.high - spec.low) * 255
    assert np.abs(np.asarray(Image.open(files[1])) - pixels).max() < 0.51  # rounded


def test_an_image_folder_that_was_sampled_trains_again(ganzoo: Ganzoo, run: Path) -> None:
    ganzoo("sample", run, "-n8", "--out=images")
    ganzoo(*tiny(Path("images").absolute(), steps=1, out="r"))


def test_interpolate_walks_in_rows(ganzoo: Ganzoo, run: Path) -> None:
    path = Path(ganzoo("interpolate", run).stdout.strip())
    assert path == run / "interpolate-seed0.png"
    assert Image.open(path).size == (102, 82)  # 10 x 8
    ganzoo("interpolate", run, "--rows=2", "--columns=5", "--out=way.npy")
    way = np.load("way.npy").reshape(2, 5, 64)
    steps = np.abs(np.diff(way, axis=1)).max(axis=(1, 2))
    ends = np.abs(way[:, 0] - way[:, -1]).max(axis=1)
    assert (steps < ends).all()  # each step is less than the way


@pytest.mark.parametrize("command", ["sample", "interpolate"])
def test_it_takes_the_generators_file_alone(ganzoo: Ganzoo, trained: Path, command: str) -> None:
    """No config.json, no checkpoint and no dataset: the data directory does not exist."""
    Path("alone").mkdir()
    shutil.copy(trained / "generator.safetensors", "alone/shared.safetensors")
    path = Path(ganzoo(command, "alone/shared.safetensors").stdout.strip())
    assert path.parent == Path("alone")
    assert len(np.unique(np.asarray(Image.open(path)))) > 10


@pytest.mark.parametrize("command", ["sample", "interpolate"])
def test_it_takes_a_run_whose_dataset_is_gone(ganzoo: Ganzoo, tmp_path: Path, command: str) -> None:
    images = write_images(tmp_path / "passing")
    ganzoo(*tiny(images, steps=5, out="r"))
    first = Path(ganzoo(command, "r", "--out=a.png").stdout.strip()).read_bytes()
    shutil.rmtree(images)
    assert Path(ganzoo(command, "r", "--out=b.png").stdout.strip()).read_bytes() == first


def test_colour_stays_colour(ganzoo: Ganzoo, tmp_path: Path) -> None:
    ganzoo(*tiny(write_images(tmp_path / "colour", mode="RGB"), steps=1, out="r"))
    ganzoo("sample", "r", "--out=some.png")
    assert Image.open("some.png").mode == "RGB"
    assert Image.open("r/samples/step-000001.png").mode == "RGB"


def test_a_grid_that_is_there_is_drawn_anew(ganzoo: Ganzoo, run: Path) -> None:
    """Its name says its seed: it is what it was."""
    Path("some.png").write_bytes(b"old")
    ganzoo("sample", run, "--out=some.png")
    assert Image.open("some.png").size == (82, 82)


@pytest.mark.parametrize("command", ["sample", "interpolate", "nearest"])
def test_a_class_is_asked_for_by_its_name(ganzoo: Ganzoo, tmp_path: Path, command: str) -> None:
    for number in (1, 2, 10):
        write_images(tmp_path / "numbered" / str(number), count=4)
    options = {"game": "concatenated-labels", "steps": 1, "out": "r"}
    ganzoo(*tiny(tmp_path / "numbered", **options))
    named = Path(ganzoo(command, "r", "--label=10", "--quiet").stdout.strip())
    assert named.name == f"{command}-label2-seed0.png"  # the class 10 is the third, number 2
    error = ganzoo(command, "r", "--label=1o", code=2).stderr
    assert "There is no class '1o'. Did you mean '1'" in error


def test_z_comes_from_a_file(ganzoo: Ganzoo, run: Path) -> None:
    trained = library.load(run)
    z = trained.noise(5, seed=9).z
    np.save("z.npy", z.numpy())
    ganzoo("sample", run, "--z=z.npy", "--out=ours.npy")
    ganzoo("sample", run, "-n5", "--seed=9", "--out=theirs.npy")
    assert np.array_equal(np.load("ours.npy"), np.load("theirs.npy"))
    assert ganzoo("sample", run, "--z=z.npy", "-q").stdout.strip().endswith("sample-z_z-seed0.png")
    np.save("short.npy", z[:, 1:].numpy())
    said = ganzoo("sample", run, "--z=short.npy", code=2).stderr
    assert f"of shape (n, {z.shape[1]})" in said
    assert "not both" in ganzoo("sample", run, "--z=z.npy", "--truncation=1", code=2).stderr


def test_a_truncation_makes_samples_less_varied(ganzoo: Ganzoo, run: Path) -> None:
    assert library.load(run).game.prior.normal_std == 1.0
    for truncation in ("0.1", "10"):
        ganzoo("sample", run, f"--truncation={truncation}", f"--out={truncation}.npy")
    assert np.load("0.1.npy").std(0).mean() < np.load("10.npy").std(0).mean()


def test_interpolate_on_an_arc(ganzoo: Ganzoo, run: Path) -> None:
    path = Path(ganzoo("interpolate", run, "--method=slerp").stdout.strip())
    assert path.name == "interpolate-slerp-seed0.png"
    ganzoo("interpolate", run, "--method=slerp", "--out=arc.npy")
    ganzoo("interpolate", run, "--out=line.npy")
    arc, line = (np.load(f"{name}.npy").reshape(8, 10, -1) for name in ("arc", "line"))
    assert np.allclose(arc[:, [0, -1]], line[:, [0, -1]], atol=1e-5)
    assert not np.allclose(arc[:, 5], line[:, 5])
