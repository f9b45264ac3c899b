"""``ganzoo resume``: going on as if it had never stopped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from .conftest import Ganzoo
from .tools import config_of, metrics_of, same_tensors, snapshot, tiny, write_images

CHECKPOINT = "checkpoints/step-{:06d}.safetensors"


def test_ten_steps_and_ten_more_are_twenty(ganzoo: Ganzoo, images: Path, trained: Path) -> None:
    ganzoo(*tiny(images, steps=10, out="r"))
    ganzoo("resume", "r", "--steps=20")
    halves = Path("r")
    assert same_tensors(halves / "generator.safetensors", trained / "generator.safetensors")
    assert same_tensors(halves / CHECKPOINT.format(20), trained / CHECKPOINT.format(20))
    picture = "samples/step-000020.png"
    assert (halves / picture).read_bytes() == (trained / picture).read_bytes()

    def losses(run: Path) -> list[tuple[float, ...]]:
        return [(line["step"], line["loss_d"], line["loss_g"]) for line in metrics_of(run)]

    assert losses(halves) == losses(trained)
    assert config_of(halves)["recipe"]["steps"] == 20


def test_it_tells_of_itself_as_train_does(ganzoo: Ganzoo, run: Path) -> None:
    plain = ganzoo("resume", run, "--steps=25").stdout
    assert "\nstep 25/25  loss D" in plain
    assert ganzoo("resume", run, "--steps=26", "--quiet").stdout == f"{run}\n"
    told = json.loads(ganzoo("resume", run, "--steps=27", "--json").stdout)
    assert (told["run"], told["last"]["step"]) == (str(run), 27)


def test_only_the_last_three_checkpoints_are_kept(ganzoo: Ganzoo, run: Path) -> None:
    ganzoo("resume", run, "--steps=40", "--quiet")
    kept = sorted(path.name for path in (run / "checkpoints").iterdir())
    assert kept == [f"step-0000{step}.safetensors" for step in (20, 30, 40)]


def test_past_a_checkpoint_cut_short_it_goes_on_from_the_one_before(
    ganzoo: Ganzoo, run: Path, trained: Path
) -> None:
    newest = run / CHECKPOINT.format(20)
    newest.write_bytes(newest.read_bytes()[:-100])
    result = ganzoo("resume", run, "--quiet")
    assert result.stderr.startswith("Warning: Passing over a checkpoint:")
    assert str(newest) in result.stderr
    assert same_tensors(newest, trained / CHECKPOINT.format(20))
    assert [line["step"] for line in metrics_of(run)] == [5, 10, 15, 20]


def test_with_no_checkpoint_that_can_be_read_it_says_so_and_changes_nothing(
    ganzoo: Ganzoo, run: Path
) -> None:
    for path in (run / "checkpoints").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    before = snapshot(run)
    result = ganzoo("resume", run, "--steps=30", code=1)
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert "Train it anew" in result.stderr
    assert result.stdout == ""
    assert snapshot(run) == before


def test_it_refuses_data_that_is_not_what_the_run_was_trained_on(
    ganzoo: Ganzoo, tmp_path: Path
) -> None:
    images = write_images(tmp_path / "changing")
    ganzoo(*tiny(images, steps=5, out="r"))
    (images / "L-8-00.png").unlink()
    before = snapshot(Path("r"))
    result = ganzoo("resume", "r", "--steps=10", code=1)
    assert "differs from the data that" in result.stderr
    assert "checksum" in result.stderr
    assert snapshot(Path("r")) == before


def test_it_refuses_the_same_images_with_other_numbers_of_classes(
    ganzoo: Ganzoo, tmp_path: Path
) -> None:
    """A class that another split alone has comes between the others."""
    for name in ("train/cat", "train/dog", "test/dog"):
        write_images(tmp_path / "pets" / name, count=4)
    ganzoo(*tiny(tmp_path / "pets", steps=1, out="r"))
    write_images(tmp_path / "pets" / "test" / "cow", count=4)
    error = ganzoo("resume", "r", "--steps=2", code=1).stderr
    assert "they are cat, cow, dog, and were cat, dog" in error
    shutil.rmtree(tmp_path / "pets" / "test" / "cow")
    ganzoo("resume", "r", "--steps=2")
