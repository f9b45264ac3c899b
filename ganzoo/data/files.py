"""The folders of datasets and caches, and the files in them: finding, reading, verifying and
downloading."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path

import platformdirs

from ganzoo.errors import DataUnavailable, GanzooError

TIMEOUT = 30.0  # seconds without a byte after which a mirror is given up
_CHUNK = 1 << 20
_ABANDONED = 3600.0  # seconds without a write after which an unfinished file is removed

log = logging.getLogger(__name__)


def data_dir(given: Path | str | None = None) -> Path:
    """The folder of the datasets: the ``given`` folder, else $GANZOO_DATA, else the user's cache
    folder.

    Several users may share it, and it may be read-only: results that ganzoo computes lie in
    ``cache_dir``.
    """
    chosen = given or os.environ.get("GANZOO_DATA")
    return Path(chosen).expanduser() if chosen else cache_dir()


def cache_dir(given: Path | str | None = None) -> Path:
    """The folder of computed files (decoded images, trained classifiers): the ``given`` folder,
    else $GANZOO_CACHE, else the user's own cache folder."""
    chosen = given or os.environ.get("GANZOO_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    return platformdirs.user_cache_path("ganzoo", appauthor=False, opinion=False)


def clear_parts(folder: Path, pattern: str = ".*.part") -> None:
    """Remove the unfinished files of killed processes from ``folder``: files, and folders of files,
    that match ``pattern`` and that no process has written to for an hour."""
    for part in folder.glob(pattern):
        with contextlib.suppress(OSError):  # another process may have removed it
            written = max(path.stat().st_mtime for path in (part, *part.glob("*")))
            if time.time() - written <= _ABANDONED:
                continue
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()


def existing(*paths: Path) -> Path | None:
    """The first of ``paths`` that exists, or None.

    Raises GanzooError if a folder of a path may not be entered: the answer "missing" would make the
    user download a file that is there."""
    for path in paths:
        try:
            if path.exists():
                return path
        except OSError as error:
            raise unreadable(path, error) from error
    return None


def regular(path: Path) -> None:
    """Raises GanzooError if ``path`` is a pipe, a device or a socket: reading it may never end. For
    a missing file or a folder the later call of ``open`` gives the better message."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise GanzooError(
            f"{path} is no regular file but a pipe, a device or a socket. Put a regular file there."
        )


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises GanzooError if it cannot be read."""
    regular(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def md5_of(path: Path) -> str:
    """The MD5 of a file, in hexadecimal digits: the checksum that the datasets' authors publish."""
    regular(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, _md5).hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def _md5() -> hashlib._Hash:
    # The MD5 detects damage, not attacks. A FIPS build of Python allows MD5 only with this flag.
    return hashlib.md5(usedforsecurity=False)


def unreadable(path: Path, error: OSError) -> GanzooError:
    """The error for a ``path`` that the system cannot read."""
    return GanzooError(
        f"{path} cannot be read: {error.strerror or error}. Check that it is a file that you may "
        "read, or point GANZOO_DATA or --data-dir to another copy."
    )


def damaged(path: Path, problem: str, dataset: str) -> GanzooError:
    """The error for a ``path`` that is readable but has the wrong content. ``problem``: the
    predicate of the sentence that begins with the path."""
    return GanzooError(f"{path} {problem}. Delete it and run `ganzoo data fetch {dataset}`.")


def fetch(urls: Iterable[str], path: Path, md5: str, timeout: float = TIMEOUT) -> None:
    """Download ``path`` from the first of ``urls`` that delivers a file with this ``md5``.

    The file gets its name only after it is whole and verified; otherwise it is removed. Raises
    DataUnavailable with the error of each mirror. ``timeout``: seconds without a byte.

    torchvision's download is not used because it has no timeout: with a mirror that accepts the
    connection and then sends nothing, a training would wait for ever.
    """
    # A name for each process, so that several ranks may download at once; the last rename wins.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    missing = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_parts(path.parent, f".{path.name}.*.part")
        part.touch()
    except OSError as error:
        raise DataUnavailable(
            f"{path.parent} cannot be written to ({error.strerror or error}), so {path.name} "
            "cannot be downloaded into it."
        ) from error
    problems = []
    try:
        for url in urls:
            log.info("downloading %s to %s", url, path)
            try:
                problem = _download(url, part, md5, timeout)
            except (OSError, HTTPException, ValueError) as error:
                problem = _reason(error)
            if not problem:
                part.replace(path)
                return
            problems.append(f"{url}: {problem}")
    finally:
        part.unlink(missing_ok=True)
        for folder in missing:
            with contextlib.suppress(OSError):  # it holds the file, or the file of another rank
                folder.rmdir()
    raise DataUnavailable(f"{path.name} could not be downloaded ({'; '.join(problems)}).")


def _download(url: str, part: Path, md5: str, timeout: float) -> str:
    """Download ``url`` to ``part``. Returns the problem in words, or "" if there is none."""
    request = urllib.request.Request(url, headers={"User-Agent": "ganzoo"})
    digest, size = _md5(), 0
    with urllib.request.urlopen(request, timeout=timeout) as response, part.open("wb") as file:
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        # Read in pieces, a connection that is cut ends without an error.
        promised = response.headers["Content-Length"]
    if promised is not None and size != int(promised):
        return f"the connection was cut after {size} of {promised} bytes"
    if digest.hexdigest() != md5:
        return f"the {size} bytes it sent have the MD5 {digest.hexdigest()}, not {md5}"
    return ""


def _reason(error: Exception) -> str:
    """The message of an error. The text of an HTTPError has the status; another URLError only wraps
    the actual error."""
    if isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError):
        return str(error.reason)
    return str(error) or type(error).__name__
