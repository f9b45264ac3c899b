"""The templates filled in and written as one folder: all of it or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from string import Template

import ganzoo
from ganzoo.errors import GanzooError, UsageError
from ganzoo.registry.entries import API_VERSION
from ganzoo.scaffold.name import package_of
from ganzoo.scaffold.starts import STARTS

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".tmpl"


def fields_of(name: str, kind: str) -> dict[str, str]:
    """What the placeholders in the templates stand for."""
    start = STARTS[kind]
    return {
        "name": name,
        "package": package_of(name),
        "kind": kind,
        "component": start.component,
        "summary": start.summary,
        "try_it": Template(start.try_it).substitute(name=name),
        "version": ganzoo.__version__,
        "api": str(API_VERSION),
    }


def render(kind: str, fields: Mapping[str, str]) -> dict[PurePath, str]:
    """The files of a new plugin, by their path in it. A kind's own templates go before the common
    ones of the same path."""
    files = {}
    for folder in (TEMPLATES / "common", TEMPLATES / kind):
        for path in _files(folder):
            place = _place(path.relative_to(folder), fields)
            text = path.read_text(encoding="utf-8")
            files[place] = Template(text).substitute(fields) if path.suffix == SUFFIX else text
    return files


def write(name: str, kind: str, parent: Path) -> Path:
    """A new plugin in ``parent``, in a folder called ``name``; returns the folder.

    Raises UsageError where something of that name is there already, GanzooError where the folder
    cannot be written. Nothing half-written is left.
    """
    target = parent / name
    if os.path.lexists(target):
        raise UsageError(
            f"{target} exists already, and is left as it is. Choose another name, or another "
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


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _place(path: PurePath, fields: Mapping[str, str]) -> PurePath:
    """Where a template's text goes: ``package`` stands for the package, ``dot_`` for a dot."""
    parts = [fields["package"] if part == "package" else part for part in path.parts]
    parts = [f".{part[4:]}" if part.startswith("dot_") else part for part in parts]
    return PurePath(*parts[:-1], parts[-1].removesuffix(SUFFIX))
