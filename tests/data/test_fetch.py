from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

import pytest

from ganzoo.data import files
from ganzoo.data.files import cache_dir, clear_parts, data_dir, existing, fetch, md5_of, read_bytes
from ganzoo.data.idx import read_idx
from ganzoo.errors import DataUnavailable, GanzooError

DATA = bytes(range(256)) * 5000  # more than one piece
MD5 = hashlib.md5(DATA).hexdigest()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_good_file_arrives_whole_and_alone(server, tmp_path):
    path = tmp_path / "new" / "folder" / "file.gz"
    fetch([server.sends("/file.gz", DATA)], path, MD5)
    assert path.read_bytes() == DATA
    assert md5_of(path) == MD5
    assert left_in(path.parent) == ["file.gz"]


def bad_mirrors(server):
    return {
        "wrong": (server.sends("/wrong", DATA[::-1]), "MD5"),
        "missing": (server.url("/missing"), "404"),
        "cut": (server.sends("/cut", DATA[:1000], promised=len(DATA)), "cut after 1000 of 1280000"),
        "stalled": (server.stalls("/stalled", DATA), "timed out"),
        "refused": ("http://127.0.0.1:9/file", "refused"),
        "nonsense": ("no-such-scheme://x", "unknown url type"),
    }


KINDS = ["wrong", "missing", "cut", "stalled", "refused", "nonsense"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_mirror_is_named_with_its_reason_and_leaves_nothing(server, tmp_path, kind):
    url, reason = bad_mirrors(server)[kind]
    begun = time.monotonic()
    with pytest.raises(DataUnavailable) as caught:
        fetch([url], tmp_path / "file", MD5, timeout=0.2)
    assert "file could not be downloaded" in str(caught.value)
    assert f"{url}: " in str(caught.value)
    assert reason in str(caught.value)
    assert left_in(tmp_path) == []
    assert time.monotonic() - begun < 3  # and not the ten seconds for which "stalled" is silent


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_mirror_is_tried(server, tmp_path, kind):
    url, _ = bad_mirrors(server)[kind]
    fetch([url, server.sends("/good", DATA)], tmp_path / "file", MD5, timeout=0.2)
    assert (tmp_path / "file").read_bytes() == DATA
    assert left_in(tmp_path) == ["file"]


def test_every_mirror_is_reported(server, tmp_path):
    urls = [server.url("/a"), server.url("/b")]
    with pytest.raises(DataUnavailable) as caught:
        fetch(urls, tmp_path / "file", MD5)
    assert all(url in str(caught.value) for url in urls)


def test_an_interrupted_download_leaves_nothing(server, tmp_path, monkeypatch):
    def interrupted(*args):
        args[1].write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_download", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(["http://anywhere/"], tmp_path / "file", MD5)
    assert left_in(tmp_path) == []


def test_a_failed_download_keeps_the_older_file(server, tmp_path):
    (tmp_path / "file").write_bytes(b"older")
    with pytest.raises(DataUnavailable):
        fetch([server.sends("/wrong", b"x")], tmp_path / "file", MD5)
    assert (tmp_path / "file").read_bytes() == b"older"


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataUnavailable, match="cannot be written to") as caught:
        fetch(["http://anywhere/"], tmp_path / "file" / "data.gz", MD5)
    assert str(tmp_path / "file") in str(caught.value)


def test_a_forbidden_folder_is_not_a_missing_file(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    assert existing(tmp_path / "absent", tmp_path) == tmp_path
    assert existing(tmp_path / "absent") is None
    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(GanzooError, match="Permission denied"):
        existing(tmp_path / "file")


def test_the_data_directory(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("GANZOO_DATA", "~/data")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert data_dir("given") == Path("given")
    assert data_dir(Path("~/mine")) == Path("/home/ada/mine")
    assert data_dir() == Path("/home/ada/data")
    monkeypatch.setenv("GANZOO_DATA", "")
    monkeypatch.setenv("GANZOO_CACHE", "~/cache")
    assert data_dir(None) == cache_dir() == Path("/home/ada/cache")


@pytest.mark.skipif(sys.platform != "linux", reason="each system has its own place")
def test_the_cache_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("GANZOO_DATA", "/data")
    monkeypatch.setenv("GANZOO_CACHE", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_dir() == Path("/home/ada/.cache/ganzoo")  # whatever GANZOO_DATA is
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/xdg")
    assert cache_dir() == Path("/var/xdg/ganzoo")
    monkeypatch.setenv("GANZOO_CACHE", "/else")
    assert cache_dir() == Path("/else")
    assert cache_dir("given") == Path("given")


def abandoned(path: Path, seconds: float) -> Path:
    path.write_bytes(b"half")
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_parts_that_a_kill_left_behind_are_removed_later(tmp_path):
    old = abandoned(tmp_path / ".x.1.part", 7200)
    others = [abandoned(tmp_path / ".y.2.part", 60), abandoned(tmp_path / "x.npy", 7200)]
    clear_parts(tmp_path)
    assert not old.exists()
    assert all(other.exists() for other in others)


def test_a_download_removes_the_parts_of_earlier_ones(server, tmp_path):
    old = abandoned(tmp_path / ".file.gz.1.part", 7200)
    fetch([server.sends("/file.gz", DATA)], tmp_path / "file.gz", MD5)
    assert not old.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("read", [read_bytes, md5_of, lambda path: read_idx(path, 1, "mnist")])
def test_a_pipe_is_not_waited_on(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(GanzooError, match="pipe is no regular file"):
        read(tmp_path / "pipe")
