"""``ganzoo doctor``: the versions, devices, data and plugins of an installation, and its faults."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from typing import Any

import click

import ganzoo
from ganzoo.cli import options
from ganzoo.cli.data import find_here
from ganzoo.cli.group import registry_of


@click.command()
@options.data_dir
@options.as_json
def doctor(data_dir: str | None, as_json: bool) -> None:
    """Check the installation: versions, devices, data, plugins. The exit code is 1 for a fault."""
    facts, faults = _facts(data_dir)
    if as_json:
        click.echo(json.dumps({**facts, "faults": faults}, indent=2))
    else:
        for name, value in facts.items():
            click.echo(f"{name:<16}{', '.join(value) if isinstance(value, list) else value}")
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
    here = [dataset["name"] for dataset in datasets if dataset["here"]]
    faults += troubles
    if torch.cuda.is_available():
        devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    else:
        devices = []
    facts = {
        "ganzoo": ganzoo.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "torch": torch.__version__,
        "torchvision": metadata.version("torchvision"),
        "threads": f"{torch.get_num_threads()} of {os.cpu_count()} cores",
        "devices": ["cpu", *(["mps"] if torch.backends.mps.is_available() else []), *devices],
        "data directory": str(root),
        "cache folder": str(cache_dir()),
        "datasets here": here or ["none"],
        "plugins": [f"{p.name} ({p.state})" for p in registry.plugins],
    }
    return facts, faults
