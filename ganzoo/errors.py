"""Errors as sentences. Every module may import this one; it imports nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GanzooError(Exception):
    """An error with a sentence for the user: the fault, its place, and the way to mend it.

    The command line prints the message without a traceback and exits with ``exit_code``.
    """

    exit_code = 1


class UsageError(GanzooError):
    """The request itself is wrong: an unknown name, an option of the wrong type, a bad option."""

    exit_code = 2


class Interrupted(GanzooError):
    """The run was asked to stop and has written a checkpoint."""

    exit_code = 130


class OfProcess(GanzooError):
    """An error of one process of several, other than the first one."""


class ToldElsewhere(GanzooError):
    """An error of a training in several processes, which another of them has told."""

    exit_code = 0  # or torchrun would stop the process that tells it


def near(name: str, options: Iterable[str]) -> str:
    """The end of a sentence about an unknown ``name``: its near matches, else all the options."""
    known = sorted(set(options))
    matches = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if matches:
        alike = {match: difflib.SequenceMatcher(None, match, name).ratio() for match in matches}
        matches = [match for match in matches if alike[match] > alike[matches[0]] - 0.25]
        return "Did you mean " + " or ".join(repr(match) for match in matches) + "?"
    if not known:
        return "There are none."
    return "Known: " + ", ".join(known) + "."


class DataUnavailable(GanzooError):
    """A dataset is not on this machine and could not be fetched; a fallback may stand in."""
