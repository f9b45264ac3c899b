"""The names that a new plugin may have."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys

from ganzoo.errors import UsageError
from ganzoo.registry import Registry

LONGEST = 40
PREFIX = "ganzoo-"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TAKEN = ("tests", "src")  # folders of the new plugin itself


def package_of(name: str) -> str:
    """The name of the package of a plugin."""
    return name.replace("-", "_")


def distribution_of(name: str) -> str:
    """The name of the distribution of a plugin, by which people find and install it."""
    return name if name.startswith(PREFIX) else f"{PREFIX}{name}"


def check_name(name: str, registry: Registry) -> None:
    """Raises UsageError for a name that is not valid, or that an installed plugin, component or
    package already has."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"{name!r} cannot be a plugin's name. Use lower-case words joined by hyphens, at most "
            f"{LONGEST} characters, beginning with a letter, such as {_corrected(name)!r}."
        )
    package = package_of(name)
    clash = _clash(name, package, registry)
    if clash:
        raise UsageError(f"{name!r} is taken: {clash}. Choose another name, such as 'my-{name}'.")


def _clash(name: str, package: str, registry: Registry) -> str:
    """The other use of the name, or an empty string."""
    if keyword.iskeyword(package):
        return "it is a word of the Python language"
    if package in sys.stdlib_module_names:
        return "it is a module of Python's standard library"
    for plugin in registry.plugins:
        if name == plugin.name or plugin.distribution in (name, distribution_of(name)):
            return "a plugin with this name is installed"
    for entry in registry.entries():
        if entry.name == name:
            return f"plugin {entry.plugin!r} has a {entry.kind} with this name"
    if package in _TAKEN:
        return "the plugin itself has a folder with this name"
    if _installed(package):
        return f"a package {package!r} is installed"
    return ""


def _installed(package: str) -> bool:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None  # a folder without code has no origin


def _corrected(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"([a-z])([A-Z])", r"\1-\2", name).lower())
    corrected = words.lstrip("0123456789-")[:LONGEST].strip("-")
    return corrected if _NAME.fullmatch(corrected) else "my-loss"
