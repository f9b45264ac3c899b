"""Checkpoints: whole or not there, the last three, and the newest that can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ganzoo
from ganzoo import GanzooError
from ganzoo.run import Run, checkpoint

STATE = {
    "a.weight": torch.arange(12, dtype=torch.float32).reshape(3, 4),
    "a.half": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
    "count": torch.tensor(7),
    "words": torch.tensor([2**40, -1]),
    "bytes": torch.arange(256, dtype=torch.uint8),
    "empty": torch.zeros(0, 3),
    "on": torch.tensor([True, False]),
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", {"recipe": {"name": "toy"}})


def saved(run: Run, step: int) -> Path:
    return checkpoint.save(run, {**STATE, "count": torch.tensor(step)}, step=step, seconds=1.5)


def names(run: Run) -> list[str]:
    return sorted(path.name for path in run.checkpoints.iterdir())


def test_what_is_written_reads_back_the_same(run: Run) -> None:
    path = checkpoint.save(run, STATE, step=7, seconds=1.5)
    tensors, about = checkpoint.read(path)
    assert tensors.keys() == STATE.keys()
    for key, tensor in STATE.items():
        assert tensors[key].dtype == tensor.dtype
        assert torch.equal(tensors[key], tensor)
    config = {"format": 2, "recipe": {"name": "toy"}}
    kept = {"kind": "checkpoint", "step": 7, "seconds": 1.5, "config": config, "format": 2}
    assert about == {**kept, "sha256": checkpoint.digest(tensors)}


def test_tensors_that_share_memory_are_written_each_whole(run: Run) -> None:
    base = torch.arange(6)
    state = {"base": base, "view": base[::2], "turned": base.reshape(2, 3).T}
    tensors, _ = checkpoint.read(checkpoint.save(run, state, step=1, seconds=0))
    assert all(torch.equal(tensors[key], state[key]) for key in state)


def test_the_last_three_are_kept(run: Run) -> None:
    for step in (5, 10, 999_999, 1_000_000, 1_000_001):  # seven digits sort after six
        saved(run, step)
    assert names(run) == [
        "step-1000000.safetensors",
        "step-1000001.safetensors",
        "step-999999.safetensors",
    ]
    assert checkpoint.of_step(run)[1]["step"] == 1_000_001


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    run = Run.create(tmp_path_factory.mktemp("whole") / "run", {"recipe": {}})
    return saved(run, 1).read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_checkpoint_cut_short_anywhere_is_an_error(
    whole: bytes, tmp_path: Path, share: float
) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(GanzooError, match=r"cut\.safetensors is damaged or cut short.*older one"):
        checkpoint.read(path)


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100, -1])
def test_a_checkpoint_cut_short_is_passed_over(run: Run, whole: bytes, length: int) -> None:
    for step in (2, 4, 6):
        saved(run, step)
    newest = run.checkpoints / "step-000006.safetensors"
    newest.write_bytes(whole[:length])
    with pytest.warns(UserWarning, match=r"step-000006\.safetensors is damaged") as warned:
        state, about = next(checkpoint.newest_first(run))
    assert about["step"] == int(state["count"]) == 4
    assert len(warned) == 1


def test_bytes_that_are_no_checkpoint_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"\x89PNG" * 40)
    with pytest.raises(GanzooError, match="damaged"):
        checkpoint.read(path)
    with pytest.raises(GanzooError, match="There is no file"):
        checkpoint.read(tmp_path / "absent.safetensors")
    with pytest.raises(GanzooError):
        checkpoint.read(tmp_path)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, "not written by ganzoo"),
        ({"format": "pt"}, "not written by ganzoo"),
        ({"ganzoo": "[1]"}, "not written by ganzoo"),
        ({"ganzoo": "{"}, "damaged"),
        ({"ganzoo": '{"format": 99}'}, r"has format 99; this is ganzoo .* reads format 2"),
        ({"ganzoo": "{}"}, "not written by ganzoo"),
    ],
)
def test_a_file_of_somebody_elses_or_of_another_time(tmp_path, metadata, message: str) -> None:
    path = tmp_path / "x.safetensors"
    safetensors.torch.save_file({"a": torch.ones(2)}, path, metadata)
    with pytest.raises(GanzooError, match=message):
        checkpoint.read(path)


def test_resume_takes_the_newest_that_can_be_read_and_warns(train, registry) -> None:
    straight, run = train(steps=8), train(steps=6)
    newest = run.checkpoints / "step-000006.safetensors"
    newest.write_bytes(newest.read_bytes()[:-10])
    with pytest.warns(UserWarning, match=r"Passing over a checkpoint: .*step-000006.*cut short"):
        ganzoo.resume(run, steps=8, registry=registry)
    (ours, *_), (theirs, *_) = checkpoint.of_step(run), checkpoint.of_step(straight)
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


def test_resume_with_no_checkpoint_that_can_be_read_is_an_error(train, registry) -> None:
    run = train(steps=6)
    for path in run.checkpoints.iterdir():
        path.write_bytes(b"")
    before = run.metrics_file.read_bytes()
    with (
        pytest.warns(UserWarning, match="step-000002"),
        pytest.raises(GanzooError, match="has checkpoints, and none of them can be used"),
    ):
        ganzoo.resume(run, steps=8, registry=registry)
    assert run.metrics_file.read_bytes() == before


def test_resume_with_no_checkpoint_at_all_is_an_error(run: Run) -> None:
    with pytest.raises(GanzooError, match="has no checkpoint yet"):
        checkpoint.of_step(run)


def test_files_beside_the_checkpoints_are_left_alone(run: Run) -> None:
    other = run.checkpoints / "step-best.safetensors"
    other.write_bytes(b"mine")
    for step in (1, 2, 3, 4):
        saved(run, step)
    assert other.read_bytes() == b"mine"
    assert len(names(run)) == 4


def test_the_metadata_is_json_that_anybody_can_read(run: Run) -> None:
    with safetensors.safe_open(saved(run, 3), framework="np") as file:
        assert json.loads(file.metadata()["ganzoo"])["step"] == 3
