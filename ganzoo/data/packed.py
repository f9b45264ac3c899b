"""A file with many images, by its suffix: an archive, an array or a Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath

from ganzoo.data import archives, arrays, parquet
from ganzoo.data.files import existing, regular, unreadable
from ganzoo.data.source import Disk, Member, Packed, Source
from ganzoo.errors import GanzooError

_READERS: dict[str, Callable[[Path], Mapping[PurePath, Member]]] = {
    ".zip": archives.zipped,
    ".tar": archives.tarred,
    ".tgz": archives.compressed,
    ".tar.gz": archives.compressed,
    ".tar.bz2": archives.compressed,
    ".tar.xz": archives.compressed,
    ".npy": arrays.npy,
    ".npz": arrays.npz,
    ".parquet": lambda path: parquet.tables([path]),
}

_ROWS = (".npy", ".npz", ".parquet")  # their images are named by ganzoo, by the number of the row


def source_of(path: Path) -> Source:
    """The source of the images in ``path``: a folder, a file with many images, or a folder of
    Parquet files. Raises GanzooError for a file that cannot be read as what its suffix says."""
    if existing(path) is not None and path.is_dir():
        tables = parquet.inside_folder(path)
        return _packed(path, tables, ".parquet", parquet.tables) if tables else Disk(path)
    ending = ending_of(path)
    if existing(path) is None or ending is None:
        return Disk(path)  # a missing folder, and a file of another kind, are refused there
    return _packed(path, [path], ending, lambda paths: _READERS[ending](paths[0]))


def _packed(
    whole: Path,
    paths: Sequence[Path],
    ending: str,
    reader: Callable[[Sequence[Path]], Mapping[PurePath, Member]],
) -> Packed:
    for path in paths:
        regular(path)
    try:
        return Packed(whole, reader(paths), paths, named=ending not in _ROWS)
    except GanzooError:
        raise
    except PermissionError as error:
        raise unreadable(whole, error) from error
    except Exception as error:  # the readers raise errors of many types for damaged files
        problem = " ".join(str(error).split()) or type(error).__name__
        raise GanzooError(
            f"{whole} cannot be read as {ending} ({problem}). Check that it is whole."
        ) from error


def ending_of(path: Path) -> str | None:
    """The suffix that says how a file with many images is read, or None."""
    name = path.name.lower()
    return next((ending for ending in _READERS if name.endswith(ending)), None)
