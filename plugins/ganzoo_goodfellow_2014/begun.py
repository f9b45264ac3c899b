"""Runs that are begun again: only those that are ours."""

from ganzoo import GanzooError, Run


def discard(path, recipe):
    """Remove a run of that recipe. Raises GanzooError, with nothing removed, for anything else."""
    if not path.exists():
        return
    run = Run.open(path)
    name = getattr(recipe, "name", recipe)
    if run.config["recipe"]["name"] != name:
        raise GanzooError(
            f"{path} is no run of {name}, and stands in the way: choose another --out."
        )
    run.discard()
