"""``ganzoo doctor``: the installation, and its faults."""

from __future__ import annotations

import json
import os
import platform
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

import ganzoo
from ganzoo.cli import options
from ganzoo.cli.data import find_here
from ganzoo.cli.group import registry_of
from ganzoo.cli.resources import free_disk, gigabytes, memory
from ganzoo.extras import extras
from ganzoo.registry import Registry

WIDTH = 80
MARGIN = 18  # characters before a value
FFMPEG = "pip install imageio-ffmpeg"


@click.command()
@options.data_dir
@options.as_json
def doctor(data_dir: str | None, as_json: bool) -> None:
    """Check the installation: versions, devices, space, plugins.

    It shows versions, devices, memory, disk space, data, extras and plugins. The exit code is 1 for
    a fault.
    """
    facts, faults = _facts(data_dir)
    if as_json:
        click.echo(json.dumps({**facts, "faults": faults}, indent=2))
    else:
        click.echo("\n".join(_lines(facts)))
        for fault in faults:
            click.secho(f"fault: {fault}", fg="red")
        click.echo("The installation has faults." if faults else "The installation has no fault.")
    if faults:
        raise click.exceptions.Exit(1)


def _facts(data_dir: str | None) -> tuple[dict[str, Any], list[str]]:
    import torch

    from ganzoo.data.files import cache_dir
    from ganzoo.data.files import data_dir as resolve

    root, registry, faults = resolve(data_dir), registry_of(), []
    for plugin in registry.plugins:
        if plugin.state in ("broken", "incompatible"):
            faults.append(f"plugin {plugin.name} is {plugin.state}: {plugin.reason}")
    if not registry.entries("recipe"):
        faults.append("no recipe is installed: install a plugin that has one")
    datasets, troubles = find_here(registry, root)
    faults += troubles
    if torch.cuda.is_available():
        devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    else:
        devices = []
    folders = {"here": Path(), "data": root, "cache": cache_dir()}
    facts = {
        "ganzoo": ganzoo.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "torch": torch.__version__,
        "torchvision": _version("torchvision"),
        "threads": f"{torch.get_num_threads()} of {os.cpu_count()} cores",
        "devices": ["cpu", *(["mps"] if torch.backends.mps.is_available() else []), *devices],
        "memory": memory(),
        "data directory": str(root),
        "cache folder": str(cache_dir()),
        "free disk space": {name: free_disk(folder) for name, folder in folders.items()},
        "datasets here": [dataset["name"] for dataset in datasets if dataset["here"]],
        "extras": [*_extras()],
        "plugins": [*_plugins(registry)],
    }
    return facts, faults


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"


def _extras() -> Iterator[dict[str, Any]]:
    """The extras of ganzoo, and ffmpeg, which the animations in MP4 need."""
    for extra in extras():
        yield {"name": extra.name, "installed": not extra.missing, "install": extra.command}
    ffmpeg = bool(shutil.which("ffmpeg") or find_spec("imageio_ffmpeg"))
    yield {"name": "ffmpeg (for MP4)", "installed": ffmpeg, "install": FFMPEG}


def _plugins(registry: Registry) -> Iterator[dict[str, Any]]:
    for plugin in registry.plugins:
        yield {
            "name": plugin.name,
            "state": plugin.state,
            "components": len(plugin.entries),
            "from": f"{plugin.distribution} {plugin.version}".strip() or plugin.path,
        }


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """The facts in lines of 80 characters, where no single word is longer."""
    tables = {"extras", "plugins"}
    for name, value in facts.items():
        if name not in tables:
            yield from _line(name, _shown(value))
    yield ""
    extra_rows = [
        (each["name"], "installed" if each["installed"] else each["install"])
        for each in facts["extras"]
    ]
    yield from _table(("extra", "installed, or how to install it"), extra_rows)
    yield ""
    cells = ("name", "state", "components", "from")
    rows = [tuple(str(each[cell]) for cell in cells) for each in facts["plugins"]]
    yield from _table(("plugin", "state", "components", "from"), rows)
    yield ""


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        known = (f"{gigabytes(n)} {key}" for key, n in value.items() if n is not None)
        return ", ".join(known) or "unknown"
    return value if isinstance(value, str) else ", ".join(value) or "none"


def _line(name: str, value: str) -> Iterator[str]:
    first, *others = textwrap.wrap(value, WIDTH - MARGIN, break_long_words=False) or [""]
    yield f"{name:<{MARGIN}}{first}"
    yield from (" " * MARGIN + other for other in others)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
