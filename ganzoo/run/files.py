"""Writing a file, or a folder of files, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganzoo.errors import GanzooError

PART = ".part"
_UMASK = os.umask(0)  # the umask can be read only by setting it
os.umask(_UMASK)


class Taken(GanzooError):
    """The path exists already."""


def write_whole(path: Path, content: bytes) -> None:
    """Write to a new file beside ``path``, flush it to the disk, and rename it.

    The new file has a unique name, so two writers of one path do not disturb each other. The call
    fails if a file of this name exists, so it follows no link.
    Raises GanzooError if there is no space or no permission; ``path`` is then unchanged.
    """
    temporary: Path | None = None
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
        temporary = Path(name)
        with os.fdopen(number, "wb") as file:
            temporary.chmod(0o666 & ~_UMASK)  # the usual permissions; mkstemp gives narrower ones
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)
    except BaseException as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise


def append(path: Path, text: str) -> None:
    """Add text to the end of a file, in one write; a link is not followed. Raises GanzooError if
    the file cannot be written."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o666), "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise unwritable(path, error) from error


def clear_parts(*folders: Path) -> None:
    """Remove unfinished files of killed processes from folders that this process has locked."""
    for folder in folders:
        for part in folder.glob(f".*{PART}"):
            with suppress(OSError):
                part.unlink()


def removed(path: Path) -> None:
    """Remove a file that is no longer needed. Warns if it cannot be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        warnings.warn(f"{path} cannot be removed: {error.strerror or error}.", stacklevel=2)


def _flush_folder(folder: Path) -> None:
    """Flush a folder to the disk, so that a rename survives a power cut; some systems cannot."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def new_folder(path: Path, taken: str) -> Iterator[Path]:
    """Make a folder under another name beside ``path``, let the caller fill it, and rename it to
    ``path``. A process that is killed before the rename leaves nothing at ``path``.

    Raises Taken if the path exists, with the advice ``taken``, and GanzooError if the folder cannot
    be made.
    """
    if path.exists() or path.is_symlink():
        raise Taken(f"{path} exists already. {taken}")
    missing = [parent for parent in path.parents if not parent.exists()]
    unfinished: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent))
        unfinished.chmod(0o777 & ~_UMASK)
        yield unfinished
        unfinished.rename(path)
    except BaseException as error:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
        for parent in missing:
            with suppress(OSError):  # another process may have put a file there
                parent.rmdir()
        if isinstance(error, OSError):
            if path.exists():  # another process was quicker
                raise Taken(f"{path} exists already. {taken}") from None
            raise unwritable(path, error) from error
        raise


def unwritable(path: Path, error: OSError) -> GanzooError:
    """The error for a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return GanzooError(
            f"No space left to write {path}. Free some, or use --out on another disk; "
            "the files written before are whole."
        )
    return GanzooError(
        f"{path} cannot be written: {error.strerror or error}. Choose another place with --out."
    )
