"""Writing a file, or a folder of files, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganzoo.errors import GanzooError


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

    Raises GanzooError where it cannot be made; ``taken``: what to say where the path exists.
    """
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        raise GanzooError(f"{path} exists already. {taken}") from None
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield
    except BaseException as error:
        shutil.rmtree(path, ignore_errors=True)
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
