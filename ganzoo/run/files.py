"""Writing a file, or a folder of files, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganzoo.errors import GanzooError


class Taken(GanzooError):
    """There is something at the path already."""


def write_whole(path: Path, content: bytes) -> None:
    """Write to a temporary name beside ``path``, flush it to the disk, and rename it.

    Raises GanzooError where there is no space or no permission; ``path`` is then as it was.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise


@contextmanager
def new_folder(path: Path, taken: str) -> Iterator[None]:
    """Make a folder, and remove it again, with all that is in it, where filling it fails.

    Raises Taken where the path exists, with what to do about it, and GanzooError where it cannot
    be made.
    """
    missing = [parent for parent in path.parents if not parent.exists()]
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        raise Taken(f"{path} exists already. {taken}") from None
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield
    except BaseException as error:
        shutil.rmtree(path, ignore_errors=True)
        for parent in missing:
            with suppress(OSError):  # somebody else may have put something there
                parent.rmdir()
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise


def unwritable(path: Path, error: OSError) -> GanzooError:
    """The sentence for a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return GanzooError(
            f"No space left to write {path}. Free some, or use --out on another disk; "
            "what was written before is whole."
        )
    return GanzooError(
        f"{path} cannot be written: {error.strerror or error}. Choose another place with --out."
    )
