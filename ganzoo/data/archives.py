"""Archives of image files. They are read in place: nothing of them is written to the disk."""

from __future__ import annotations

import math
import re
import tarfile
import threading
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from typing import Literal

from ganzoo.data.source import Member
from ganzoo.errors import GanzooError

LARGEST = 256 << 20  # bytes of one image file in an archive, unpacked
HELD = 2 << 30  # bytes of an archive that is read into memory, unpacked
# Images are compressed already, and an archive makes them hardly smaller. A flat drawing without
# compression may become 100 times smaller; an archive of zeros, which is made to fill memory or
# time, 1000 times.
MOST_UNPACKED = 200  # times the size of the archive, of all its files, ...
LEAST_UNPACKED = 2 << 30  # ... or these bytes, if they are more
MOST_NAMES = 5_000_000
_DRIVE = re.compile("[A-Za-z]:")


def zipped(path: Path) -> dict[PurePath, Member]:
    """The files in a zip."""
    archive = zipfile.ZipFile(path)
    _check_count(path, len(archive.infolist()))
    _check_total(path, sum(info.file_size for info in archive.infolist()))
    return {
        inside(info.filename): partial(_unzipped, archive, info)
        for info in archive.infolist()
        if not info.is_dir() and inside(info.filename).parts
    }


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & 1:
        raise ValueError("it is encrypted")
    _check_size(info.file_size)
    return archive.read(info)  # not more than ``file_size`` bytes, whatever the data unpacks to


def tarred(path: Path) -> dict[PurePath, Member]:
    """The files in a tar: each is read from its place in the archive."""
    try:
        places = _listed(path, "r:")
    except tarfile.ReadError:  # it may be compressed, whatever its name says
        return compressed(path)
    _check_total(path, sum(size for _, size in places.values()))
    return {name: partial(_at, path, *place) for name, place in places.items()}


def _at(path: Path, offset: int, size: int) -> bytes:
    _check_size(size)
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(size)
    if len(data) < size:
        raise ValueError("the archive is cut short")
    return data


def compressed(path: Path) -> dict[PurePath, Member]:
    """The files in a compressed tar. It can only be read from its beginning to its end, so at the
    first file all are read into memory."""
    return held(_listed(path, "r:*", most=HELD), partial(_contents, path))


def held(
    names: Mapping[PurePath, object], contents: Callable[[], Mapping[PurePath, bytes]]
) -> dict[PurePath, Member]:
    """Members that are all read into memory when the first is needed."""
    lock, found = threading.Lock(), dict[PurePath, bytes]()

    def read(name: PurePath) -> bytes:
        with lock:
            if not found:
                found.update(contents())
        return found[name]

    return {name: partial(read, name) for name in names}


def _listed(
    path: Path, mode: Literal["r:", "r:*"], most: float = math.inf
) -> dict[PurePath, tuple[int, int]]:
    """The offset and the size of each regular file in a tar. Links and devices are left out. Raises
    GanzooError if the files have more than ``most`` bytes."""
    places, total = {}, 0
    with tarfile.open(path, mode) as archive:
        for count, info in enumerate(archive):
            _check_count(path, count)
            total += info.size
            if total > most:
                raise GanzooError(
                    f"{path} has more than {most / 1e9:.3g} GB of files, which is the limit of a "
                    "compressed tar: unpack it, or write its images to a .zip or a .tar."
                )
            if _is_file(info):
                places[inside(info.name)] = (info.offset_data, info.size)
    return places


def _is_file(info: tarfile.TarInfo) -> bool:
    return info.isreg() and not info.issparse() and bool(inside(info.name).parts)


def _contents(path: Path) -> dict[PurePath, bytes]:
    contents = {}
    with tarfile.open(path) as archive:
        for info in archive:
            if _is_file(info) and (file := archive.extractfile(info)):
                contents[inside(info.name)] = file.read()
    return contents


def inside(name: str) -> PurePath:
    """The name of a member without the parts that lead out of the archive, such as a drive."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    drive = bool(parts) and _DRIVE.fullmatch(parts[0]) is not None
    return PurePath(*(part for part in parts[drive:] if part not in ("/", "//", "..")))


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise ValueError(
            f"it unpacks to {size / 1e6:,.0f} MB, and the limit is {LARGEST / 1e6:.0f} MB"
        )


def _check_total(path: Path, total: int) -> None:
    """Raises GanzooError for an archive that unpacks to far more bytes than it has."""
    size = path.stat().st_size
    if total > max(MOST_UNPACKED * size, LEAST_UNPACKED):
        raise GanzooError(
            f"{path} has {_in_units(size)} and its files {_in_units(total)}, which is more than "
            f"{MOST_UNPACKED} times as much: it is not read, because it may be made to fill the "
            "memory. If it is right, unpack it and name its folder."
        )


def _in_units(count: int) -> str:
    return f"{count / 1e6:,.3g} MB" if count < 1e9 else f"{count / 1e9:,.3g} GB"


def _check_count(path: Path, count: int) -> None:
    if count > MOST_NAMES:
        raise GanzooError(f"{path} has more than {MOST_NAMES:,} files. Split it into several.")
