"""The memory and the disk space of this machine."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

MEMINFO = Path("/proc/meminfo")


def memory() -> dict[str, int]:
    """Bytes: "total" and, on Linux, "available" for new programs. Empty where the system does not
    tell."""
    with suppress(OSError):
        kilobytes = dict(re.findall(r"^(\w+): +(\d+) kB$", MEMINFO.read_text(), re.MULTILINE))
        names = {"total": "MemTotal", "available": "MemAvailable"}
        return {key: 1024 * int(kilobytes[n]) for key, n in names.items() if n in kilobytes}
    with suppress(AttributeError, ValueError, OSError):
        return {"total": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")}
    return {}


def free_disk(folder: Path) -> int | None:
    """The free bytes on the disk of a folder, which need not exist yet. None where the system does
    not tell."""
    folder = folder.absolute()
    existing = next((place for place in (folder, *folder.parents) if place.exists()), None)
    with suppress(OSError):
        return shutil.disk_usage(existing).free if existing else None
    return None


def gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
