"""``ganzoo data``: list, download and check datasets, and the cache of decoded images."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ganzoo.cli import cache, inspect, options
from ganzoo.cli.completion import names
from ganzoo.cli.group import registry_of
from ganzoo.cli.terminal import cut, on_terminal, width
from ganzoo.errors import GanzooError
from ganzoo.registry import Registry


@click.group()
def data() -> None:
    """List, fetch, verify and inspect datasets, and show their cache.

    The cache has the decoded images of folders.
    """


data.add_command(cache.cache)
data.add_command(cache.clear)
data.add_command(inspect.inspect)


@data.command("list")
@options.data_dir
@options.as_json
def list_data(data_dir: str | None, as_json: bool) -> None:
    """List the datasets, and whether each is on this machine."""
    from ganzoo.data.files import data_dir as resolve

    root = resolve(data_dir)
    rows, faults = find_here(registry_of(), root)
    for fault in faults:
        warnings.warn(fault, stacklevel=1)
    if as_json:
        click.echo(json.dumps({"data_dir": str(root), "datasets": rows}, indent=2))
        return
    click.echo(f"Data directory: {root}")
    for row in rows:
        state = {True: "here", False: "not here", None: "needs a path"}[row["here"]]
        line = f"  {row['name']:<16}{state:<14}{row['summary']}"
        click.echo(cut(line, width()) if on_terminal() else line)


def find_here(registry: Registry, root: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The datasets, with ``here``: whether each is in ``root`` (None: it needs a path); and the
    faults of datasets that raised an error. A dataset whose name several plugins use is listed as
    ``plugin:name``."""
    entries = registry.entries("dataset")
    count = Counter(entry.name for entry in entries)
    rows, faults = [], []
    for entry in entries:
        name = entry.name if count[entry.name] == 1 else entry.qualified
        try:
            here = entry.load().is_available(root)
            rows.append({"name": name, "summary": entry.summary, "here": here})
        except GanzooError as error:
            faults.append(str(error))
        except Exception as error:  # a plugin's own mistake
            faults.append(f"The dataset {name!r} failed to check its files: {error!r}.")
    return rows, faults


@data.command()
@click.argument("name", shell_complete=names("dataset"))
@options.data_dir
@options.as_json
@options.quiet("errors")
def fetch(name: str, data_dir: str | None, as_json: bool, quiet: bool) -> None:
    """Download the dataset NAME, if it is not here yet."""
    _report(_load_all(name, data_dir, quiet or as_json), as_json, quiet)


@data.command()
@click.argument("name", required=False, shell_complete=names("dataset"))
@options.data_dir
@options.as_json
@options.quiet("errors")
def verify(name: str | None, data_dir: str | None, as_json: bool, quiet: bool) -> None:
    """Read and check the dataset NAME; without NAME, every dataset on this machine."""
    from ganzoo.data.files import data_dir as resolve

    root = resolve(data_dir)
    rows, faults = find_here(registry_of(), root)
    present = [row["name"] for row in rows if row["here"]]
    for fault in [] if name else faults:
        warnings.warn(fault, stacklevel=1)
    if name is None and not present:
        raise GanzooError(f"There is no dataset in {root}. To get one: ganzoo data fetch mnist")
    splits = (
        split
        for dataset in ([name] if name else present)
        for split in _load_all(dataset, data_dir, quiet or as_json)
    )
    _report(splits, as_json, quiet)


def _report(splits: Iterator[dict[str, Any]], as_json: bool, quiet: bool) -> None:
    """Print each split as soon as it is read, or all of them as JSON."""
    if as_json:
        click.echo(json.dumps(list(splits), indent=2))
        return
    for split in splits:
        if not quiet:
            shape = " x ".join(map(str, split["shape"]))
            source, checksum = split["source"], split["checksum"]
            click.echo(f"{split['dataset']} {split['split']}: {shape}, from {source}, {checksum}")
            for note in filter(None, (split["about"], *split["notes"])):
                click.echo(f"  {note}")


def _load_all(name: str, data_dir: str | None, quiet: bool) -> Iterator[dict[str, Any]]:
    """Read the splits of a dataset, and describe each."""
    from ganzoo.assembly.build import component, view_of
    from ganzoo.assembly.overrides import dataset_part
    from ganzoo.cli.decoding import decoding_bar
    from ganzoo.data.files import data_dir as resolve
    from ganzoo.recipe import Part

    registry = registry_of()
    plain = dataset_part(name, registry)
    part = Part(plain["name"], {key: value for key, value in plain.items() if key != "name"})
    dataset = component("dataset", part, registry)
    for split in dataset.splits:
        with decoding_bar(shown=not quiet):
            samples = dataset.load(resolve(data_dir), split)
        view = view_of(samples.spec(), registry)
        about = view.describe() if view else ""
        yield {
            "dataset": part.name,
            "split": split,
            "shape": list(samples.x.shape),
            "source": str(samples.source),
            "checksum": samples.checksum,
            "about": f"{len(samples):,} {about}" if about else "",
            "notes": list(samples.notes),
        }
