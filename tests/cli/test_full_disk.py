"""No space left: a sentence, and nothing half-written."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ganzoo.errors import GanzooError
from ganzoo.training.loop import Loop

from .conftest import Ganzoo
from .tools import metrics_of, same_tensors, snapshot, tiny


@contextmanager
def no_space_for(name: str) -> Iterator[None]:
    """Writing a file with ``name`` in its own breaks off after a few bytes."""
    setting, opening = Path.chmod, os.open

    def half_written(path: Path, mode: int, **more: Any) -> None:
        if name in path.name:  # of a temporary file, before the rest is written
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        setting(path, mode, **more)

    def refused(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & os.O_APPEND and name in Path(path).name:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return opening(path, flags, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "chmod", half_written)
        patch.setattr(os, "open", refused)
        yield


def check_told(result: Result) -> None:
    """One sentence that says what is wrong and what to do, and nothing else."""
    assert result.stderr.startswith("Error: No space left to write ")
    assert "--out on another disk" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["config.json", "step-000000.png"])
def test_a_run_that_cannot_begin_leaves_no_folder(ganzoo: Ganzoo, images: Path, name: str) -> None:
    with no_space_for(name):
        check_told(ganzoo(*tiny(images, steps=20, out="r"), "--quiet", code=1))
    assert snapshot(Path()) == {}


@pytest.mark.parametrize("name", ["step-000020", "README.md"])
def test_a_run_that_cannot_go_on_does_so_when_there_is_space(
    ganzoo: Ganzoo, images: Path, trained: Path, name: str
) -> None:
    with no_space_for(name):
        result = ganzoo(*tiny(images, steps=20, out="r"), "--quiet", code=1)
    check_told(result)
    assert result.stdout == ""
    assert not [path for path in Path("r").rglob("*") if path.name.endswith(".part")]
    ganzoo("resume", "r", "--quiet")
    assert same_tensors(Path("r/generator.safetensors"), trained / "generator.safetensors")
    assert [line["step"] for line in metrics_of(Path("r"))] == [5, 10, 15, 20]


def test_a_run_without_a_checkpoint_is_trained_anew_in_its_place(
    ganzoo: Ganzoo, images: Path, trained: Path
) -> None:
    """The generator is written before the checkpoint, so that neither is there."""
    with no_space_for("generator.safetensors"):
        check_told(ganzoo(*tiny(images, steps=20, out="r"), "--quiet", code=1))
    assert "Train it anew" in ganzoo("resume", "r", code=1).stderr
    ganzoo(*tiny(images, steps=20, out="r"), "--quiet")
    assert same_tensors(Path("r/generator.safetensors"), trained / "generator.safetensors")


def test_a_metric_that_cannot_be_written_is_not_half_read(
    ganzoo: Ganzoo, run: Path, trained: Path
) -> None:
    with no_space_for("metrics.jsonl"):
        check_told(ganzoo("resume", run, "--steps=40", "--quiet", code=1))
    ganzoo("resume", run, "--steps=25", "--quiet")
    assert [line["step"] for line in metrics_of(run)] == [5, 10, 15, 20, 25]


@pytest.mark.parametrize("out", ["grid.png", "array.npy"])
def test_a_picture_that_cannot_be_written_leaves_the_one_that_was(
    ganzoo: Ganzoo, trained: Path, out: str
) -> None:
    Path(out).write_bytes(b"the one that was")
    with no_space_for(out):
        check_told(ganzoo("sample", trained, f"--out={out}", code=1))
    assert snapshot(Path()).keys() == {out}
    assert Path(out).read_bytes() == b"the one that was"


def test_a_folder_of_images_is_written_whole_or_not_at_all(ganzoo: Ganzoo, trained: Path) -> None:
    with no_space_for("000002.png"):
        check_told(ganzoo("sample", trained, "-n4", "--out=images", code=1))
    assert snapshot(Path()) == {}


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="limits are a Unix thing")
def test_a_limit_of_the_system_is_told_as_the_disk_is(
    ganzoo: Ganzoo, images: Path, trained: Path
) -> None:
    """Not a patch but a real refusal, in the middle of writing the first checkpoint."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    checkpoint = trained / "checkpoints" / "step-000010.safetensors"
    resource.setrlimit(resource.RLIMIT_FSIZE, (checkpoint.stat().st_size - 1000, hard))
    try:
        result = ganzoo(*tiny(images, steps=20, out="r"), "--quiet", code=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    check_told(result)
    assert list(Path("r/checkpoints").iterdir()) == []


def test_a_run_that_fails_before_its_first_step_leaves_no_folder(
    ganzoo: Ganzoo, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(loop: Loop) -> None:
        raise GanzooError("The first samples cannot be drawn.")

    monkeypatch.setattr(Loop, "draw", fail)
    ganzoo(*tiny(images, steps=20, out="r"), code=1)
    assert snapshot(Path()) == {}
