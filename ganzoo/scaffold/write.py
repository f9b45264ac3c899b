"""Writing of a new plugin: the templates, and the example of its kind."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePath
from string import Template

import ganzoo
from ganzoo.errors import GanzooError, UsageError
from ganzoo.registry.entries import API_VERSION
from ganzoo.registry.kinds import KINDS
from ganzoo.scaffold.example import EXAMPLES, declared, module_of, registering
from ganzoo.scaffold.name import distribution_of, package_of

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".tmpl"
TRAIN = "ganzoo train vanilla-mlp"
DECAY = '{"schedule": "$name", "start": 2e-4}'
# The commands that use a component, for kinds that have no option of their own in `ganzoo train`.
TRIED = {
    "recipe": "ganzoo train $name --steps 500",
    "network": f"{TRAIN} --game $name-game --steps 500",
    "optimizer": f"{TRAIN} --set optimizer.d=$name --set optimizer.g=$name --steps 500",
    "schedule": f"{TRAIN} --set optimizer.g.lr='{DECAY}' --steps 500",
    "metric": "ganzoo evaluate RUN --metric $name",
    "features": "ganzoo evaluate RUN --metric fd --features $name",
}


def fields_of(name: str, kind: str) -> dict[str, str]:
    """The values of the placeholders in the templates."""
    source, package = _example(kind), package_of(name)
    first, *_ = declared(source)
    recipes = [part.attribute for part in declared(source) if part.kind == "recipe"]
    imports = f"\nfrom {package}.{kind} import {', '.join(recipes)}\n" if recipes else ""
    return {
        "name": name,
        "distribution": distribution_of(name),
        "package": package,
        "kind": kind,
        "summary": first.summary,
        "imports": imports,
        "registering": registering(source, name, package, kind),
        "try_it": try_it(name, kind),
        "version": ganzoo.__version__,
        "api": str(API_VERSION),
    }


def try_it(name: str, kind: str) -> str:
    """A command that uses a component."""
    option = KINDS[kind].option
    usual = f"{TRAIN} --{option} $name --steps 500" if option else f"ganzoo show {kind}/$name"
    return Template(TRIED.get(kind, usual)).substitute(name=name)


def render(kind: str, fields: Mapping[str, str]) -> dict[PurePath, str]:
    """The texts of the files of a new plugin, by their path in its folder."""
    files = {}
    for path in sorted(path for path in TEMPLATES.rglob("*") if path.is_file()):
        place = _place(path.relative_to(TEMPLATES), fields)
        text = path.read_text(encoding="utf-8")
        files[place] = Template(text).substitute(fields) if path.suffix == SUFFIX else text
    package = fields["package"]
    files[PurePath("src", package, f"{kind}.py")] = module_of(_example(kind), fields["name"])
    test = _example(f"test_{kind}").replace(f"from {kind} import", f"from {package}.{kind} import")
    files[PurePath("tests", f"test_{kind}.py")] = test
    return files


def write(name: str, kind: str, parent: Path) -> Path:
    """Write a new plugin into the new folder ``parent``/``name``; returns the folder.

    Raises UsageError if a file or folder with this name exists, GanzooError if the folder cannot be
    written. After an error, no file is left.
    """
    target = parent / name
    if os.path.lexists(target):
        raise UsageError(
            f"{target} exists already, and is not changed. Choose another name, or another "
            "place with --dir."
        )
    if not parent.is_dir():
        raise UsageError(f"There is no folder {parent}. Make it first, or name another with --dir.")
    files = render(kind, fields_of(name, kind))
    draft = parent / f".{name}-{secrets.token_hex(4)}"
    try:
        draft.mkdir()
        for place, text in files.items():
            path = draft / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        draft.rename(target)
    except OSError as error:
        raise GanzooError(
            f"{target} cannot be written: {error.strerror}. Choose another place with --dir."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _example(name: str) -> str:
    return (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")


def _place(path: PurePath, fields: Mapping[str, str]) -> PurePath:
    """The path of a template's file in the plugin. In the template's path, ``package`` stands for
    the name of the package, and ``dot_`` for a dot."""
    parts = [fields["package"] if part == "package" else part for part in path.parts]
    parts = [f".{part[4:]}" if part.startswith("dot_") else part for part in parts]
    return PurePath(*parts[:-1], parts[-1].removesuffix(SUFFIX))
