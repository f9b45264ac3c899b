"""The folder of a reproduction: its lock, its files, which are written whole, and its runs."""

import json
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ganzoo import GanzooError, Run


@contextmanager
def locked(out):
    """Lock the folder. Raises GanzooError if another process has locked it, or if it cannot be
    written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / ".lock").acquire(timeout=0)
    except Timeout:
        raise GanzooError(f"Another process uses the folder {out}: wait for its end.") from None
    except OSError as error:
        raise GanzooError(
            f"{out} cannot be written to ({error.strerror}): choose another --out."
        ) from None
    with lock:
        yield


def write(path, numbers):
    """Write the numbers as JSON; an interruption leaves the old file or the whole new one."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(numbers, indent=1) + "\n")
    new.replace(path)


def run_of(path, recipe):
    """The run of ``recipe`` in the folder ``path``, or None if there is no such folder. Raises
    GanzooError if the folder holds anything else, which is not changed."""
    if not path.exists():
        return None
    run = Run.open(path)
    name = getattr(recipe, "name", recipe)
    if run.config["recipe"]["name"] != name:
        raise GanzooError(f"{path} exists and is no run of {name}: choose another --out.")
    return run
