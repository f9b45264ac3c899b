"""``ganzoo data cache`` and ``clear``: the decoded images on the disk; the bar of a decoding."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console

from ganzoo.cli import decoding
from ganzoo.cli.decoding import decoding_bar
from ganzoo.data import decoded
from ganzoo.data.decoded_cache import DecodedCache
from ganzoo.data.progress import report

from .conftest import Ganzoo
from .tools import write_images


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "decoded"


@pytest.fixture
def photos(ganzoo: Ganzoo, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two splits and a folder without, both in the cache."""
    monkeypatch.setattr(decoded, "SLOW", 0.0)
    for split in ("train", "test"):
        write_images(tmp_path / "photos" / split, count=3, mode="RGB")
    write_images(tmp_path / "faces", count=2)
    for name in ("photos", "faces"):
        ganzoo("data", "verify", f"folder:{tmp_path / name}")
    return tmp_path / "photos"


def folders(ganzoo: Ganzoo) -> list[str]:
    listed = json.loads(ganzoo("data", "cache", "--json").stdout)
    return sorted(Path(entry["folder"]).name for entry in listed["entries"])


def test_an_empty_cache(ganzoo: Ganzoo, cache: Path) -> None:
    assert ganzoo("data", "cache").stdout == f"Decoded images: {cache}\n0 bytes in all\n"
    assert ganzoo("data", "clear").stdout == f"There are no decoded images in {cache}.\n"
    assert not cache.exists()


def test_each_entry_is_shown(ganzoo: Ganzoo, photos: Path, cache: Path) -> None:
    first, *rows, last = ganzoo("data", "cache").stdout.splitlines()
    assert first == f"Decoded images: {cache}"
    row = next(row for row in rows if row.endswith(str(photos / "train")))
    assert "3 of 8x8, colour" in row
    assert "bytes   last used 20" in row
    assert last.endswith(" in all")
    assert len(rows) == 3
    plain = json.loads(ganzoo("data", "cache", "--json").stdout)
    assert plain["cache"] == str(cache)
    assert all(Path(entry["path"]).is_dir() for entry in plain["entries"])
    assert sorted(entry["shape"] for entry in plain["entries"])[0] == [2, 1, 8, 8]


def test_clear_removes_the_entries_of_a_folder_or_all(
    ganzoo: Ganzoo, photos: Path, cache: Path
) -> None:
    assert folders(ganzoo) == ["faces", "test", "train"]
    size = sum(entry.size for entry in DecodedCache(cache).entries() if "photos" in entry.folder)
    told = ganzoo("data", "clear", f"folder:{photos}").stdout
    assert told.startswith(f"Freed {size / 1e3:.1f} kB: the decoded images of {photos / 'test'}, ")
    assert folders(ganzoo) == ["faces"]
    (cache / "old.npy").write_bytes(b"12345")
    part = cache / ".0123.abandoned.part"
    part.mkdir()
    os.utime(part, (0, 0))
    told = ganzoo("data", "clear").stdout
    assert "another version of ganzoo" in told
    assert folders(ganzoo) == []
    assert [path.suffix for path in cache.iterdir()] == [".lock"] * 3
    assert (photos / "train" / "RGB-8-00.png").exists()


def test_a_folder_without_an_entry_is_told_with_near_matches(ganzoo: Ganzoo, photos: Path) -> None:
    error = ganzoo("data", "clear", str(photos.parent / "face"), code=2).stderr
    assert f"no decoded images of {photos.parent / 'face'}. Did you mean" in error
    assert str(photos.parent / "faces") in error
    assert folders(ganzoo) == ["faces", "test", "train"]


def test_an_entry_that_cannot_be_removed(
    ganzoo: Ganzoo, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(cache: DecodedCache, path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(DecodedCache, "remove", refuse)
    assert "cannot be removed: Permission denied" in ganzoo("data", "clear", code=1).stderr


@pytest.mark.parametrize("terminal", [True, False])
def test_a_long_decoding_has_a_bar_on_a_terminal(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=100, legacy_windows=False)
    monkeypatch.setattr(decoding, "_AFTER", -1.0)
    with decoding_bar(console):
        report(7, 12)
    assert ("decoding images" in file.getvalue() and "7/12" in file.getvalue()) == terminal
    assert bool(file.getvalue()) == terminal


def test_a_short_decoding_has_no_bar() -> None:
    file = io.StringIO()
    with decoding_bar(Console(file=file, force_terminal=True)):
        for done in range(1, 13):
            report(done, 12)
    assert file.getvalue() == ""
