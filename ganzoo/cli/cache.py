"""``ganzoo data cache`` and ``ganzoo data clear``: the cache of decoded images."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ganzoo.cli import options
from ganzoo.errors import GanzooError, UsageError, near

if TYPE_CHECKING:
    from ganzoo.data.decoded_cache import DecodedCache, Entry


@click.command()
@options.as_json
def cache(as_json: bool) -> None:
    """Show the cache of decoded images: each folder with its size on the disk."""
    kept = _kept()
    entries = _entries(kept)
    if as_json:
        rows = [
            {
                "folder": entry.folder or None,
                "shape": entry.shape,
                "bytes": entry.size,
                "used": _time(entry),
                "path": str(entry.path),
            }
            for entry in entries
        ]
        click.echo(json.dumps({"cache": str(kept.folder), "entries": rows}, indent=2))
        return
    click.echo(f"Decoded images: {kept.folder}")
    for entry in entries:
        click.echo(
            f"  {_images(entry):<28}{_bytes(entry.size):>10}   last used {_time(entry)}   "
            f"{entry.folder or entry.path.name}"
        )
    click.echo(f"{_bytes(_size(entries))} in all")


@click.command()
@click.argument("folder", required=False)
@options.as_json
@options.quiet("errors")
def clear(folder: str | None, as_json: bool, quiet: bool) -> None:
    """Remove the decoded images of FOLDER, or of all folders.

    The images themselves stay: they are decoded again when they are needed.
    """
    kept = _kept()
    kept.remove_abandoned()
    entries = _entries(kept)
    chosen = entries if folder is None else _of(folder, entries)
    for entry in chosen:
        try:
            kept.remove(entry.path)
        except OSError as error:
            raise GanzooError(
                f"{entry.path} cannot be removed: {error.strerror or error}. Remove it yourself, "
                "or end the process that uses it."
            ) from error
    folders = sorted({entry.folder or "another version of ganzoo" for entry in chosen})
    if as_json:
        click.echo(json.dumps({"freed_bytes": _size(chosen), "folders": folders}))
    elif quiet:
        return
    elif not chosen:
        click.echo(f"There are no decoded images in {kept.folder}.")
    else:
        click.echo(f"Freed {_bytes(_size(chosen))}: the decoded images of {', '.join(folders)}.")


def _of(folder: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a folder and of the folders in it, such as its splits."""
    from ganzoo.data.decoded_cache import place_of

    place = place_of(Path(folder.removeprefix("folder:")).expanduser())
    chosen = [entry for entry in entries if Path(entry.folder).is_relative_to(place)]
    if not chosen:
        known = {entry.folder for entry in entries if entry.folder}
        raise UsageError(f"The cache has no decoded images of {place}. {near(place, known)}")
    return chosen


def _kept() -> DecodedCache:
    from ganzoo.data.decoded_cache import DecodedCache
    from ganzoo.data.files import cache_dir

    return DecodedCache(cache_dir() / "decoded")


def _entries(kept: DecodedCache) -> list[Entry]:
    try:
        return kept.entries()
    except OSError as error:
        raise GanzooError(
            f"{kept.folder} cannot be read: {error.strerror or error}. Point GANZOO_CACHE to a "
            "folder that you may read."
        ) from error


def _images(entry: Entry) -> str:
    if not entry.shape:
        return "of another version"
    from ganzoo.data.form import CHANNELS, in_words

    count, channels, height, width = entry.shape
    colour = CHANNELS.get(channels, f"{channels} channels")
    return f"{count:,} of {in_words(height, width)}, {colour}"


def _time(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.used).isoformat(" ", "minutes")


def _size(entries: Sequence[Entry]) -> int:
    return sum(entry.size for entry in entries)


def _bytes(size: int) -> str:
    """A size as people read it, in decimal units."""
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{size} bytes"
