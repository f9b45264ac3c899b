"""Classes by their names and numbers."""

from __future__ import annotations

from collections.abc import Sequence

from ganzoo.errors import UsageError, near
from ganzoo.run.config import named_classes


def class_number(label: int | str, names: Sequence[str], classes: int) -> int:
    """The number of a class, from 0 to ``classes`` - 1. A string is one of the ``names``, in any
    case if no other name differs from it only by the case, else a number. Raises UsageError for
    another label."""
    if isinstance(label, str):
        if label in names:
            return names.index(label)
        alike = [name for name in names if name.casefold() == label.casefold()]
        if len(alike) == 1:
            return names.index(alike[0])
    try:
        number = int(label)
    except ValueError:
        hint = near(str(label), names) if names else f"Give a number from 0 to {classes - 1}."
        raise UsageError(f"There is no class {label!r}. {hint}") from None
    if not 0 <= number < classes:
        plain = [str(each) for each in range(classes)]
        named = f" They are {named_classes(names)}." if names and [*names] != plain else ""
        raise UsageError(f"Labels run from 0 to {classes - 1}; there is no label {number}.{named}")
    return number
