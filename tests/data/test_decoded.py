"""The cache of decoded images: written once, read after that, never read if damaged."""

from __future__ import annotations

import errno
import multiprocessing
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganzoo import Data
from ganzoo.data import decoded, decoded_cache, image_files
from ganzoo.data.decoded_cache import DecodedCache
from ganzoo.data.folder import Folder
from ganzoo.data.image_files import ImageFiles
from ganzoo.data.progress import decoding_progress
from ganzoo.errors import GanzooError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "decoded"


@pytest.fixture
def folder(tmp_path: Path, cache: Path) -> Path:
    """Five colour images of 6x4 pixels; the n-th has the value n."""
    for i in range(5):
        put(tmp_path / "images" / f"{i}.bmp", i)
    return tmp_path / "images"


@pytest.fixture(params=["slow", "large"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Why images are kept in the cache: decoding takes long, or they are too large for memory."""
    if request.param == "slow":
        monkeypatch.setattr(decoded, "SLOW", 0.0)
    else:
        monkeypatch.setattr(decoded, "RESIDENT_LIMIT", 0)
    return request.param


def put(path: Path, value: int) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((4, 6, 3), value, np.uint8)).save(path)


def load(folder: Path, **options: int) -> Data:
    return Folder(str(folder), **options).load(Path("nowhere"), "train")


def values(samples: Data) -> list[int]:
    return samples.x[:, 0, 0, 0].tolist()


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.iterdir() if path.suffix != ".lock")


def refuse_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFiles, "_decode", None)


def test_a_folder_that_decodes_quickly_is_not_kept(folder: Path, cache: Path) -> None:
    load(folder)
    assert not cache.exists()


def test_images_are_decoded_once(
    folder: Path, cache: Path, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("GANZOO_CACHE", str(cache.parent))
    fresh = load(folder)
    monkeypatch.setattr(decoded, "SLOW" if kept == "slow" else "RESIDENT_LIMIT", 0)
    first = load(folder)
    refuse_decoding(monkeypatch)
    again = load(folder)
    for samples in (first, again):
        assert torch.equal(samples.x, fresh.x)
        assert (samples.checksum, samples.notes) == (fresh.checksum, fresh.notes)
    (entry,) = entries(cache)
    assert sorted(path.name for path in entry.iterdir()) == ["about.json", "pixels.npy"]
    again.x.add_(1)  # does not change the file
    assert torch.equal(load(folder).x, fresh.x)


def test_the_time_of_all_files_is_estimated() -> None:
    assert decoded._estimate(seconds=0.1, done=1, total=1000) == 0  # too early
    assert decoded._estimate(seconds=1.0, done=10, total=1000) == 100
    assert decoded._estimate(seconds=0.1, done=1000, total=1000) == 0.1


def test_another_folder_option_or_decoder_is_another_entry(
    folder: Path, cache: Path, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    assert load(folder, size=2).x.shape == (5, 3, 2, 2)
    assert load(folder, channels=1).x.shape == (5, 1, 4, 6)
    assert len(entries(cache)) == 3
    monkeypatch.setattr(image_files, "_VERSION", 0)
    load(folder)
    assert len(entries(cache)) == 4
    (folder / "4.bmp").rename(folder / "5.bmp")
    load(folder)
    assert len(entries(cache)) == 5


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no time of a change of state")
def test_a_changed_file_is_seen_even_with_its_old_time_and_size(folder: Path, kept: str) -> None:
    load(folder)
    stat = (folder / "0.bmp").stat()
    put(folder / "0.bmp", 9)
    os.utime(folder / "0.bmp", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (folder / "0.bmp").stat().st_size == stat.st_size
    assert values(load(folder))[0] == 9


@pytest.mark.parametrize("name", ["pixels.npy", "about.json"])
@pytest.mark.parametrize("damage", ["cut", "overwritten", "absent"])
def test_a_damaged_entry_is_made_again(
    folder: Path, cache: Path, kept: str, name: str, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    path = entries(cache)[0] / name
    content = path.read_bytes()
    if damage == "absent":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if damage == "cut" else content[:-1] + b"\xff")
    with pytest.warns(UserWarning, match=r"is damaged \(.*\)\. The images are decoded again\."):
        assert values(load(folder)) == [0, 1, 2, 3, 4]
    refuse_decoding(monkeypatch)
    assert values(load(folder)) == [0, 1, 2, 3, 4]
    assert len(entries(cache)) == 1


def test_damage_that_leaves_the_time_is_found_by_the_checksum(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded, "SLOW", 0.0)
    load(folder)
    path = entries(cache)[0] / "pixels.npy"
    stat, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-1] + b"\xff")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.warns(UserWarning, match="another checksum"):
        assert values(load(folder)) == [0, 1, 2, 3, 4]


def test_a_failed_decoding_leaves_nothing(folder: Path, cache: Path, kept: str) -> None:
    (folder / "x.png").write_bytes(b"no image")
    with pytest.raises(GanzooError, match=r"x\.png is not an image"):
        load(folder)
    assert not cache.exists() or entries(cache) == []


def full(*args: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_with_a_full_disk_the_training_goes_on_in_memory(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded, "SLOW", 0.0)
    monkeypatch.setattr(decoded_cache, "_write_pixels", full)
    with pytest.warns(UserWarning, match=r"No space left on device, .* at the next start"):
        assert values(load(folder)) == [0, 1, 2, 3, 4]
    assert entries(cache) == []


def test_with_a_full_disk_large_images_are_refused(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded, "RESIDENT_LIMIT", 0)
    monkeypatch.setattr(decoded_cache, "_write_pixels", full)
    with pytest.raises(GanzooError, match="No space left on device") as caught:
        load(folder)
    assert str(cache) in str(caught.value)
    assert "GANZOO_CACHE" in str(caught.value)
    assert entries(cache) == []


def test_a_cache_that_cannot_be_made(folder: Path, cache: Path, kept: str) -> None:
    cache.parent.write_text("a file in the place of the folder")
    if kept == "large":
        with pytest.raises(GanzooError, match="cannot be written to"):
            load(folder)
    else:
        with pytest.warns(UserWarning, match="cannot be written to"):
            load(folder)


def test_parts_of_killed_processes_are_removed(folder: Path, cache: Path, kept: str) -> None:
    parts = [cache / ".0123.abandoned.part", cache / ".0123.written.part"]
    for part in parts:
        part.mkdir(parents=True)
        (part / "pixels.npy").write_bytes(b"half")
        os.utime(part, (0, 0))
    os.utime(parts[0] / "pixels.npy", (0, 0))
    load(folder)
    assert not parts[0].exists()
    assert parts[1].exists()  # a process writes to it
    assert len(entries(cache)) == 2


def _decode(folder: Path, cache: Path, log: Path) -> None:
    """One of two processes: decode slowly, and write how many files were decoded."""
    os.environ["GANZOO_CACHE"] = str(cache.parent)
    decoded.SLOW = 0.0
    decoded._MEASURED = 0.0
    decode, count = ImageFiles._decode, []

    def slowly(files: ImageFiles, name: Path) -> object:
        time.sleep(0.1)
        count.append(name)
        return decode(files, name)

    ImageFiles._decode = slowly
    image_files._AHEAD = 0
    assert values(load(folder)) == [*range(20)]
    log.write_text(str(len(count)))


def test_of_two_processes_one_decodes(folder: Path, cache: Path, tmp_path: Path) -> None:
    for i in range(5, 20):
        put(folder / f"{chr(ord('a') + i)}.bmp", i)
    spawn = multiprocessing.get_context("spawn")
    logs = [tmp_path / "1", tmp_path / "2"]
    both = [spawn.Process(target=_decode, args=(folder, cache, log)) for log in logs]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    counts = sorted(int(log.read_text()) for log in logs)
    assert counts[0] < 21  # 20 files, and the first once more for its size
    assert counts[1] == 21
    assert len(entries(cache)) == 1


def test_an_array_larger_than_the_memory_is_mapped(tmp_path: Path) -> None:
    shape = (1 << 42, 1, 1, 1)
    with (tmp_path / "pixels.npy").open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        try:
            file.truncate(file.tell() + shape[0])
        except OSError:
            pytest.skip("the file system here has no files of 4 TiB")
    mapped = decoded_cache._mapped(tmp_path / "pixels.npy")
    assert mapped.shape == shape
    assert mapped[-1, 0, 0, 0] == 0


def test_the_progress_ends_with_all_images(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    with decoding_progress(lambda done, total: seen.append((done, total))):
        load(folder)
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5), (5, 5)]
    (folder / "3.bmp").write_bytes(b"")
    seen.clear()
    listening = decoding_progress(lambda done, total: seen.append((done, total)))
    with listening, pytest.raises(GanzooError):
        load(folder)
    assert seen[-1] == (5, 5)
    load_count = len(seen)
    with pytest.raises(GanzooError):
        load(folder)
    assert len(seen) == load_count


def test_entries_name_their_folder_and_sort_by_their_last_use(
    folder: Path, cache: Path, kept: str
) -> None:
    load(folder)
    load(folder, size=2)
    for entry in cache.glob("*/about.json"):
        os.utime(entry, (1, 1))
    load(folder)
    (cache / "old-0-0-0.npy").write_bytes(b"123")  # as an earlier version named its files
    found = DecodedCache(cache).entries()
    assert sorted(entry.folder for entry in found) == ["", str(folder), str(folder)]
    known = [entry for entry in found if entry.folder]
    assert [entry.shape for entry in known] == [[5, 3, 4, 6], [5, 3, 2, 2]]
    assert known[1].size > 5 * 3 * 2 * 2


def test_a_read_only_array_gives_no_warning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "RESIDENT_LIMIT", 0)
    monkeypatch.setattr(decoded_cache, "_mapped", lambda path: np.load(path, mmap_mode="r"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert values(load(folder)) == [0, 1, 2, 3, 4]


def test_sixteen_bits_are_kept_in_the_cache(
    tmp_path: Path, cache: Path, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scans").mkdir()
    deep = np.arange(5 * 24, dtype=np.uint16).reshape(5, 4, 6) * 500
    for index, pixels in enumerate(deep):
        Image.fromarray(pixels).save(tmp_path / "scans" / f"{index}.png")
    first = load(tmp_path / "scans", depth=16)
    refuse_decoding(monkeypatch)
    again = load(tmp_path / "scans", depth=16)
    for samples in (first, again):
        assert samples.x.dtype == torch.uint16
        assert samples.x[:, 0].tolist() == deep.tolist()
