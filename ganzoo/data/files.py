"""Where data lies, and how a file of it gets there: found, read, checked, or downloaded."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
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
_ABANDONED = 3600.0  # seconds after which a part of a file is no longer being written

log = logging.getLogger(__name__)


def data_dir(given: Path | str | None = None) -> Path:
    """Where datasets lie: the ``given`` folder, else $GANZOO_DATA, else the user's cache folder.

    Others may share it, and it may be read-only: what ganzoo computes lies in ``cache_dir``.
    """
    chosen = given or os.environ.get("GANZOO_DATA")
    return Path(chosen).expanduser() if chosen else cache_dir()


def cache_dir(given: Path | str | None = None) -> Path:
    """Where what ganzoo computes is kept (decoded images, trained classifiers): the ``given``
    folder, else $GANZOO_CACHE, else the user's own cache folder."""
    chosen = given or os.environ.get("GANZOO_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    return platformdirs.user_cache_path("ganzoo", appauthor=False, opinion=False)


def clear_parts(folder: Path, pattern: str = ".*.part") -> None:
    """Remove what was being written in ``folder`` by processes that were killed: parts of files
    that nobody has written to for an hour."""
    for part in folder.glob(pattern):
        with contextlib.suppress(OSError):  # another process may have done it
            if time.time() - part.stat().st_mtime > _ABANDONED:
                part.unlink()


def existing(*paths: Path) -> Path | None:
    """The first of ``paths`` that is there, or None.

    Raises GanzooError where a folder on the way may not be entered, since "not there" would send
    the reader off to fetch what they have."""
    for path in paths:
        try:
            if path.exists():
                return path
        except OSError as error:
            raise unreadable(path, error) from error
    return None


def regular(path: Path) -> None:
    """GanzooError where ``path`` is a pipe, a device or a socket: to read it may never end. What is
    not there, or is a folder, whoever opens it says better."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise GanzooError(
            f"{path} is no regular file but a pipe, a device or a socket. Put a file there."
        )


def read_bytes(path: Path) -> bytes:
    """All of a file; GanzooError where it cannot be read."""
    regular(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def md5_of(path: Path) -> str:
    """The MD5 of a file, read in pieces: what the publishers of the data sets list."""
    regular(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, _md5).hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def _md5() -> hashlib._Hash:
    # It guards against damage, not against an attacker; and a FIPS build allows it only so.
    return hashlib.md5(usedforsecurity=False)


def unreadable(path: Path, error: OSError) -> GanzooError:
    """What to raise where the system refuses to read ``path``."""
    return GanzooError(
        f"{path} cannot be read: {error.strerror or error}. Check that it is a file which you may "
        "read, or point GANZOO_DATA or --data-dir to another copy."
    )


def damaged(path: Path, what: str, dataset: str) -> GanzooError:
    """What to raise where ``path`` is readable and not what it should be; ``what``: a predicate."""
    return GanzooError(f"{path} {what}. Delete it and run `ganzoo data fetch {dataset}`.")


def fetch(urls: Iterable[str], path: Path, md5: str, timeout: float = TIMEOUT) -> None:
    """Download ``path`` from the first of ``urls`` that delivers the bytes with this ``md5``.

    The file appears under its name only when it is whole and verified; otherwise nothing is left
    of it. Raises DataUnavailable, with what each mirror answered.

    torchvision's own download is not used because it has no timeout: a mirror that accepts the
    connection and then says nothing would hang a training for ever.
    """
    # One name a process, so that several ranks may download at once; the last rename wins.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    made = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_parts(path.parent, f".{path.name}.*.part")
        part.touch()
    except OSError as error:
        raise DataUnavailable(
            f"{path.parent} cannot be written to ({error.strerror or error}), so that {path.name} "
            "cannot be downloaded into it."
        ) from error
    tried = []
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
            tried.append(f"{url}: {problem}")
    finally:
        part.unlink(missing_ok=True)
        for folder in made:
            with contextlib.suppress(OSError):  # it holds the file, or another rank's
                folder.rmdir()
    raise DataUnavailable(f"{path.name} could not be downloaded ({'; '.join(tried)}).")


def _download(url: str, part: Path, md5: str, timeout: float) -> str:
    """Write what ``url`` delivers to ``part``; what is wrong with it, or nothing."""
    request = urllib.request.Request(url, headers={"User-Agent": "ganzoo"})
    digest, size = _md5(), 0
    with urllib.request.urlopen(request, timeout=timeout) as response, part.open("wb") as file:
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        # A cut connection ends like a complete one when it is read in pieces.
        promised = response.headers["Content-Length"]
    if promised is not None and size != int(promised):
        return f"the connection was cut after {size} of {promised} bytes"
    if digest.hexdigest() != md5:
        return f"the {size} bytes it sent have the MD5 {digest.hexdigest()}, not {md5}"
    return ""


def _reason(error: Exception) -> str:
    """An HTTPError's own text has the status; a plain URLError only wraps the actual error."""
    if isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError):
        return str(error.reason)
    return str(error) or type(error).__name__
