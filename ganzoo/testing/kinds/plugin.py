"""Rules for a plugin as a whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import ganzoo
from ganzoo.registry import Registry
from ganzoo.registry.hookspecs import Observation
from ganzoo.registry.kinds import KINDS
from ganzoo.registry.plugin_file import PREFIX
from ganzoo.testing.dummies import RECIPE
from ganzoo.testing.findings import Fault, Moot, Skipped, rule
from ganzoo.testing.subject import Subject

TIMEOUT = 120.0  # seconds
HOOK = "ganzoo_"  # with which the name of a hook begins


@rule(
    "loads",
    "plugin",
    asks="It loads: its entry module can be imported, and registers all its components; it has one "
    "component or one hook at least.",
    mend="Correct the error. `ganzoo plugins` shows it too; `GANZOO_STRICT=1 ganzoo --debug "
    "plugins` shows its traceback. A component is registered with @ganzoo.register, or in the "
    "hook ganzoo_register.",
)
def loads(subject: Subject) -> Iterator[Fault]:
    plugin = subject.target
    if plugin.state == "disabled":
        raise Skipped(f"it is disabled: {plugin.reason}")
    if plugin.state != "loaded":
        yield Fault(f"it is {plugin.state}: {plugin.reason}")
        return
    module = subject.rehearsal.original.hooks.get_plugin(subject.entry.name)
    names = [*vars(Observation), "ganzoo_commands"]
    hooks = [name for name in names if name.startswith(HOOK) and hasattr(module, name)]
    kinds = subject.rehearsal.original
    if not hooks and not any(
        entry.plugin == subject.entry.name for kind in KINDS for entry in kinds.entries(kind)
    ):
        yield Fault("it registers no component, and has no hook")


@rule(
    "light",
    "plugin",
    asks="Its entry module neither imports torch nor prints: every command of ganzoo imports the "
    "entry module of every plugin.",
    mend="Let the entry module only name components, as 'module:attribute' strings, and put the "
    "classes into other modules; it may import recipes, which are data. Log instead of printing: "
    "logging.getLogger(__name__).info(...).",
)
def light(subject: Subject) -> Iterator[Fault]:
    module = _module(subject)
    name = module.__name__ if isinstance(module, ModuleType) else ""
    if not name or name == "__main__" or name.startswith(PREFIX):
        raise Moot("it is not installed: a one-file plugin imports torch")
    for note in _notes(subject):
        if "torch" in note or "prints" in note:
            yield Fault(f"it {note}")


@rule(
    "observes",
    "plugin",
    asks="Its hooks for observers raise nothing in a short run.",
    mend="Correct the error: after it, the run calls no more hooks of the plugin.",
)
def observes(subject: Subject) -> Iterator[Fault]:
    plugin = _module(subject)
    hooks = [name for name in vars(Observation) if name.startswith(HOOK)]
    if not any(hasattr(plugin, hook) for hook in hooks):
        raise Moot("it has no observer")
    logger = subject.target.logger
    if logger is not None and not logger.default:
        raise Moot("it is a logger, which may send this run to a server")
    if logger is not None and not logger.installed:
        raise Moot(f"it needs the package {logger.needs}, which is not installed")
    observed = Registry(plugins=subject.registry.plugins)
    observed.hooks.register(plugin, subject.entry.name)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        recipe = RECIPE.replace(log_every=1, sample_every=2, checkpoint_every=2)
        ganzoo.train(
            recipe,
            registry=observed,
            device="cpu",
            out=Path(folder) / "run",
            log=[subject.entry.name] if logger else [],
        )
    for warning in caught:
        if "was dropped" in str(warning.message):
            yield Fault(str(warning.message))


def _module(subject: Subject) -> object:
    """The object with the plugin's hooks, usually a module."""
    module = subject.rehearsal.original.hooks.get_plugin(subject.entry.name)
    if module is None:
        raise Moot("it is not loaded")
    return module


def _notes(subject: Subject) -> list[str]:
    """The notes of `ganzoo plugins` on the plugin, from a process that imports no other plugin."""
    others = [p.name for p in subject.rehearsal.original.plugins if p.name != subject.entry.name]
    paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    disabled = {"GANZOO_DISABLE": ",".join(others), "PYTHONPATH": paths}
    command = [sys.executable, "-m", "ganzoo", "plugins", "--json"]
    done = subprocess.run(
        command,
        env={**os.environ, **disabled},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    listed = {plugin["name"]: plugin["notes"] for plugin in json.loads(done.stdout)}
    notes: list[str] = listed.get(subject.entry.name, [])
    return notes
