"""Settings as people write them: ``KEY=VALUE`` on the command line, and TOML or JSON files."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from ganzoo.assembly.overrides import Change
from ganzoo.errors import GanzooError, UsageError

DEEPEST = 32  # tables and lists inside each other: a recipe has a handful
LARGEST = 1 << 20  # bytes of a config file: a recipe has a few thousand
_NUMBER = re.compile(r"[+-]?(\d+\.|\.\d)\d*([eE][+-]?\d+)?")  # .001 and 1., which JSON refuses


def parse_setting(text: str, option: str = "--set", example: str = "steps=2000") -> Change:
    """``KEY=VALUE`` from the command line: the value is read as JSON or as a number, else as a
    plain string. Raises UsageError for a text of another form, and for one nested too deeply."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"{option} takes KEY=VALUE, such as {example}, not {text[:80]!r}.")
    if _NUMBER.fullmatch(value.strip()):
        return key.strip(), float(value)
    try:
        plain = json.loads(value)
    except ValueError:  # a number of thousands of digits is one too
        plain = value
    except RecursionError:
        raise _too_deep(f"{option} {key.strip()}") from None
    _check_depth(plain, f"{option} {key.strip()}")
    return key.strip(), plain


def read_config(path: Path) -> list[Change]:
    """The changes in a TOML or JSON file: a recipe, whole or in part, or a run's config.json. A
    dataset's path is relative to the current folder. Raises GanzooError for a file that cannot be
    read, UsageError for one that holds no recipe."""
    path = path.expanduser()
    language = "JSON" if path.suffix.lower() == ".json" else "TOML"
    try:
        _check_file(path)
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
        plain = json.loads(text) if language == "JSON" else tomllib.loads(text)
    except OSError as error:
        raise GanzooError(
            f"{path} cannot be read: {error.strerror}. --config takes a TOML or JSON file."
        ) from None
    except RecursionError:
        raise _too_deep(str(path)) from None
    except ValueError as error:
        raise GanzooError(f"{path} is not valid {language}: {error}.") from None
    _check_depth(plain, str(path))
    recipe = plain.get("recipe", plain) if isinstance(plain, dict) else plain
    if not isinstance(recipe, dict):
        raise UsageError(f"{path} should hold a recipe's settings, such as steps = 2000.")
    # A run's recipe replaces the whole recipe; a table changes only the settings that it names.
    return [("recipe", recipe)] if "recipe" in plain else list(recipe.items())


def _check_file(path: Path) -> None:
    """Raises UsageError for a pipe or a device, which may never end, and for a file that is too
    large to hold settings; OSError for one that is not there."""
    about = path.stat()
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
        raise UsageError(f"{path} is no regular file. --config takes a TOML or JSON file.")
    if stat.S_ISREG(about.st_mode) and about.st_size > LARGEST:
        raise UsageError(
            f"{path} has {about.st_size:,} bytes, too many for settings: --config takes a TOML or "
            f"JSON file of {LARGEST:,} at most."
        )


def _check_depth(plain: Any, where: str) -> None:
    """Raises UsageError for tables and lists inside each other beyond DEEPEST."""
    level = [plain]
    for _ in range(DEEPEST):
        level = [inner for node in level for inner in _inside(node)]
        if not level:
            return
    raise _too_deep(where)


def _inside(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _too_deep(where: str) -> UsageError:
    return UsageError(
        f"{where}: the lists and tables lie more than {DEEPEST} deep inside each other."
    )
