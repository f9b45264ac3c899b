"""The folder of a reproduction: held while it is at work, whole files, and only runs of its own."""

import json
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ganzoo import GanzooError, Run


@contextmanager
def locked(out):
    """Hold the folder. Raises GanzooError where another process does, or where it cannot be
    written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / ".lock").acquire(timeout=0)
    except Timeout:
        raise GanzooError(f"Another process is at work in {out}: wait for it.") from None
    except OSError as error:
        raise GanzooError(
            f"{out} cannot be written to ({error.strerror}): choose another --out."
        ) from None
    with lock:
        yield


def write(path, numbers):
    """Numbers as JSON, whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(numbers, indent=1) + "\n")
    new.replace(path)


def run_of(path, recipe):
    """The run of that recipe in the folder ``path``, or None where there is nothing. Raises
    GanzooError for anything else, which is left alone."""
    if not path.exists():
        return None
    run = Run.open(path)
    name = getattr(recipe, "name", recipe)
    if run.config["recipe"]["name"] != name:
        raise GanzooError(
            f"{path} is no run of {name}, and stands in the way: choose another --out."
        )
    return run
