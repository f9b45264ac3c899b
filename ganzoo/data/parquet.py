"""Parquet files of images, in the layout of the Hugging Face Hub."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from ganzoo.data.archives import HELD, held, inside
from ganzoo.data.layout import split_named
from ganzoo.data.source import Member
from ganzoo.errors import GanzooError

_LABELS = ("label", "labels", "class", "fine_label")


def inside_folder(folder: Path) -> list[Path]:
    """The Parquet files of a dataset of the Hub: directly in the folder, or in its folder data."""
    return sorted(folder.glob("*.parquet")) or sorted(folder.glob("data/*.parquet"))


def tables(paths: Sequence[Path]) -> dict[PurePath, Member]:
    """The images in Parquet files: a column of structures with the fields bytes and path, and a
    column of labels, if there is one. Image files are named by their rows, and lie in a folder with
    the name of their label. A file with a name such as train-00000-of-00002.parquet is of this
    split, if another file is of another split."""
    splits = {path: split_named(path.name.split("-")[0].removesuffix(".parquet")) for path in paths}
    several = len({*splits.values()}) > 1
    members: dict[PurePath, Member] = {}
    size = 0
    for path in paths:
        file = _library().ParquetFile(path)
        column = _images(path, file)
        size += _size(file, column)
        if size > HELD:
            raise GanzooError(
                f"{path} and the files before it have more than {HELD / 1e9:.3g} GB of images, "
                "which is the limit: unpack them into a folder."
            )
        split = splits[path] or "train"
        rows = [PurePath(split if several else "", name) for name in _names(path, file)]
        members.update(held(dict.fromkeys(rows), partial(_contents, path, column, rows)))
    return members


def _size(file: Any, column: str) -> int:
    """The bytes of all images in a file."""
    about = file.metadata
    paths = [about.schema.column(leaf).path for leaf in range(about.num_columns)]
    leaf = paths.index(f"{column}.bytes")
    groups = [about.row_group(group) for group in range(about.num_row_groups)]
    return sum(int(group.column(leaf).total_uncompressed_size) for group in groups)


def _library() -> Any:
    try:
        return importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise GanzooError(
            "Parquet files are read by pyarrow, which is not installed: run "
            "`pip install 'ganzoo[parquet]'`."
        ) from None


def _images(path: Path, file: Any) -> str:
    """The name of the first column of images."""
    for field in file.schema_arrow:
        kind = field.type
        if getattr(kind, "num_fields", 0) and kind.get_field_index("bytes") >= 0:
            return str(field.name)
    raise GanzooError(
        f"{path} has no column of images, with the fields bytes and path. Its columns are "
        f"{', '.join(file.schema_arrow.names)}."
    )


def _names(path: Path, file: Any) -> list[PurePath]:
    digits, rows = len(str(file.metadata.num_rows)), file.metadata.num_rows
    found = [name for name in _LABELS if name in file.schema_arrow.names]
    labels = [""] * rows
    if found:
        texts = _texts(file, found[0])
        values = file.read(columns=[found[0]]).column(0).to_pylist()
        labels = [_folder(texts, value) for value in values]
    return [PurePath(label, f"{path.stem}-{row:0{digits}}.png") for row, label in enumerate(labels)]


def _texts(file: Any, column: str) -> list[str]:
    """The names of the labels, which the Hub keeps beside the numbers; [] if there are none."""
    kept = (file.schema_arrow.metadata or {}).get(b"huggingface", b"{}")
    features = json.loads(kept).get("info", {}).get("features", {})
    names = features.get(column, {}).get("names", [])
    return [str(name) for name in names]


def _folder(texts: list[str], value: Any) -> str:
    """A label as the name of a folder."""
    text = texts[value] if isinstance(value, int) and 0 <= value < len(texts) else str(value)
    return "-".join(inside(text).parts) or "none"


def _contents(path: Path, column: str, names: list[PurePath]) -> dict[PurePath, bytes]:
    rows = _library().ParquetFile(path).read(columns=[f"{column}.bytes"]).column(0).to_pylist()
    return {name: (row or {}).get("bytes") or b"" for name, row in zip(names, rows, strict=True)}
