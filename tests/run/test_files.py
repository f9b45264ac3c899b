"""No space left: what was there stays whole, and nothing half-written is left."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ganzoo
from ganzoo import GanzooError
from ganzoo.run import Run, checkpoint
from ganzoo.run.files import write_whole

from ..toy import Recorder


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch):
    """Call it, and from then on every flush to the disk fails for want of space."""

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return lambda: monkeypatch.setattr(os, "fsync", fail)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [*tmp_path.iterdir()] == [path]


def test_on_a_full_disk_the_old_file_stays(tmp_path: Path, full_disk) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    full_disk()
    with pytest.raises(GanzooError, match=r"No space left to write .*a\.bin\. Free some"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


def test_an_interrupt_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name", ["absent/a.bin", "file/a.bin"])
def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(GanzooError, match="cannot be written"):
        write_whole(tmp_path / name, b"new")


def test_a_run_that_finds_no_space_to_begin_leaves_no_folder(train, tmp_path, full_disk) -> None:
    full_disk()
    with pytest.raises(GanzooError, match="No space left"):
        train()
    assert not [*tmp_path.iterdir()]


def test_a_run_that_runs_out_of_space_can_be_resumed(
    train, registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, writes = os.fsync, []

    def fail_later(descriptor: int) -> None:
        writes.append(descriptor)
        if len(writes) > 12:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    recorder = Recorder()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_later)
        with pytest.raises(GanzooError, match="No space left"):
            train(steps=12, observers=[recorder])
    assert recorder.events[-1][0] == "failed"
    run = Run.open(tmp_path / "run-0")
    assert not [*run.path.rglob("*.part")]
    for path in run.checkpoints.iterdir():
        checkpoint.read(path)
    assert checkpoint.of_step(run)[1]["step"] > 0
    ganzoo.resume(run, registry=registry)
    assert run.metrics()[-1]["step"] == 12


REAL = """
import resource, sys
from pathlib import Path
from ganzoo import GanzooError
from ganzoo.run.files import write_whole

path = Path(sys.argv[1])
write_whole(path, b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_whole(path, bytes(100_000))
except GanzooError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_FSIZE")
def test_a_file_that_really_may_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    command = [sys.executable, "-c", REAL, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "No space left to write" in done.stdout
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]
