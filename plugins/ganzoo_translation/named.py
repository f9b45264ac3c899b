"""Datasets that are named in an option of another dataset."""

import inspect
from pathlib import Path
from typing import Any

from ganzoo import Dataset, Registry, UsageError


def dataset_of(text: str, **options: Any) -> Dataset:
    """The installed dataset of that name, or of NAME:PATH, such as folder:PATH. ``options``: given
    to a dataset that has them. Raises UsageError for an unknown name, and for a dataset that cannot
    be made of its name alone."""
    name, _, path = text.partition(":")
    try:
        entry = Registry.discover().get("dataset", name)
    except UsageError:
        if Path(text).expanduser().exists():
            raise UsageError(f"There is no dataset {text!r}. Did you mean folder:{text}?") from None
        raise
    constructor = entry.load()
    known = inspect.signature(constructor).parameters
    given = {key: value for key, value in options.items() if key in known}
    if path and "path" not in known:
        raise UsageError(f"The dataset {name!r} is read from no path: {name} alone names it.")
    if path:
        given["path"] = path
    missing = [key for key, one in known.items() if one.default is one.empty and key not in given]
    if missing:
        raise UsageError(f"The dataset {name!r} needs a {missing[0]}: name it as {name}:PATH.")
    dataset: Dataset = constructor(**given)
    return dataset


def has_sizes(dataset: Dataset) -> bool:
    """Whether the images of the dataset come in the size and the channels of its options."""
    return {"size", "channels"} <= inspect.signature(type(dataset)).parameters.keys()
