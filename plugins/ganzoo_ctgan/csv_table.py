"""Any CSV file as a dataset."""

import csv
import hashlib
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Data, Dataset, GanzooError, UsageError
from ganzoo_ctgan.columns import MAX_DECIMALS, Column, view_of_rows

Fraction = Annotated[float, Meta(ge=0, lt=1)]
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}
FEW = 10  # a column with at most so many different whole numbers is discrete
MOST = 500  # categories of a column
DIGITS = 7  # that a float32 keeps


class Table(Dataset):
    """The rows of the CSV file ``path``, whose first line has the names of the columns: x float32
    (N, columns). A column is continuous if all of its values are numbers; it is discrete if a value
    is no number, or if the column has at most 10 different values, all whole numbers. x has the
    values of the continuous columns, and the numbers of the categories of the discrete columns.

    ``train`` and ``test`` are random parts of the rows, the same every time.

    Args:
        path: of the CSV file, in UTF-8.
        test: share of the rows in the split ``test``.
        discrete: names of further discrete columns, such as numbers that are codes.
        continuous: names of columns that are continuous in spite of few different values.
        leave_out: names of columns that are not used, such as the number of a row.
        missing: "refuse" a file with missing values, or "drop" the rows that have one. An empty
            cell, NA, NaN, null, none and ? are missing values.
        delimiter: the character between two cells.
    """

    def __init__(
        self,
        path: str,
        test: Fraction = 0.2,
        discrete: tuple[str, ...] = (),
        continuous: tuple[str, ...] = (),
        leave_out: tuple[str, ...] = (),
        missing: Literal["refuse", "drop"] = "refuse",
        delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ",",
    ) -> None:
        self.path, self.test, self.missing, self.delimiter = Path(path), test, missing, delimiter
        self.discrete, self.continuous, self.leave_out = discrete, continuous, leave_out

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"A table has no split {split!r}, only train and test.")
        content = self._content()
        names, rows = self._cells(content)
        for name in (*self.discrete, *self.continuous, *self.leave_out):
            if name not in names:
                known = ", ".join(names)
                raise UsageError(f"{self.path} has no column {name!r}. Its columns: {known}.")
        kept = [place for place, name in enumerate(names) if name not in self.leave_out]
        rows, notes = self._complete(names, rows, kept)
        columns, values = [], []
        for place in kept:
            column, numbers = self._column(names[place], [cells[place] for _, cells in rows])
            columns.append(column)
            values.append(numbers)
        x = torch.stack(values, 1)
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
        tests = round(self.test * len(x))
        chosen = order[:tests] if split == "test" else order[tests:]
        if not len(chosen):
            raise UsageError(
                f"{self.path} has no rows for the split {split!r}: its {len(x)} rows are too few "
                f"for dataset.test={self.test:g}."
            )
        return Data(
            x[chosen.sort().values].float(),
            source=str(self.path),
            checksum=hashlib.sha256(content).hexdigest(),
            notes=notes,
            view=view_of_rows(columns),
        )

    def _content(self) -> bytes:
        if self.path.is_dir():
            raise GanzooError(f"{self.path} is a folder; a table is one CSV file.")
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise GanzooError(f"{self.path} cannot be read: {error.strerror or error}.") from None

    def _cells(self, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
        """The names of the columns, and the rows, each with the number of its line."""
        try:
            text = content.decode("utf-8-sig")
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
            lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
        except (UnicodeDecodeError, csv.Error) as error:
            raise GanzooError(f"{self.path} is no CSV file in UTF-8: {error}.") from None
        if len(lines) < 3:
            raise GanzooError(
                f"{self.path} has {len(lines)} lines: a table has a line with the names of its "
                "columns, and two rows at least."
            )
        names = lines[0][1]
        for place, name in enumerate(names, start=1):
            if not name:
                raise GanzooError(f"{self.path}, line 1: column {place} has no name.")
            if names.count(name) > 1:
                raise GanzooError(f"{self.path}, line 1: two columns have the name {name!r}.")
        for line, cells in lines[1:]:
            if len(cells) != len(names):
                raise GanzooError(
                    f"{self.path}, line {line}: {len(cells)} cells, where the first line names "
                    f"{len(names)} columns. Mend the line; for another character than "
                    f"{self.delimiter!r} between the cells: --set dataset.delimiter=';'"
                )
        return names, lines[1:]

    def _complete(
        self, names: list[str], rows: list[tuple[int, list[str]]], kept: list[int]
    ) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
        """The rows without a missing value, and a note on the others."""
        if not kept:
            raise UsageError(f"All columns of {self.path} are left out.")
        complete = []
        for line, cells in rows:
            gap = next((place for place in kept if cells[place].casefold() in MISSING), None)
            if gap is None:
                complete.append((line, cells))
            elif self.missing == "refuse":
                raise GanzooError(
                    f"{self.path}, line {line}: the column {names[gap]!r} has no value. Fill it "
                    "in, leave out the column with --set dataset.leave_out=[NAME], or leave out "
                    "such rows with --set dataset.missing=drop"
                )
        if len(complete) < 2:
            raise GanzooError(f"{self.path} has fewer than two rows without a missing value.")
        dropped = len(rows) - len(complete)
        note = f"{dropped:,} of {len(rows):,} rows have a missing value and are left out."
        return complete, (note,) if dropped else ()

    def _column(self, name: str, texts: Sequence[str]) -> tuple[Column, Tensor]:
        """A column, and its values or the numbers of its categories, float64 (N,)."""
        numbers = None if name in self.discrete else _numbers(texts)
        if name in self.continuous and numbers is None:
            raise GanzooError(f"{self.path}: the column {name!r} has values that are no numbers.")
        different = sorted(set(texts))
        whole = all("." not in text and "e" not in text.casefold() for text in different)
        few = len(different) <= FEW and whole and name not in self.continuous
        if numbers is not None and not few:
            digits = max(len(text.strip("+-").replace(".", "").lstrip("0")) for text in texts)
            decimals = _decimals(texts)
            if digits > DIGITS and whole:
                raise GanzooError(
                    f"{self.path}: the column {name!r} has numbers of {digits} digits, of which "
                    f"{DIGITS} can be kept. If they are codes: --set dataset.discrete=[{name}]; "
                    f"if they only count the rows: --set dataset.leave_out=[{name}]"
                )
            return Column(name, decimals=decimals), torch.tensor(numbers, dtype=torch.float64)
        if len(different) > MOST:
            raise GanzooError(
                f"{self.path}: the column {name!r} has {len(different):,} different texts, and a "
                f"discrete column has {MOST} categories at most. Leave it out: "
                f"--set dataset.leave_out=[{name}]"
            )
        if numbers is not None:
            different.sort(key=float)
        place = {text: number for number, text in enumerate(different)}
        values = torch.tensor([place[text] for text in texts], dtype=torch.float64)
        return Column(name, tuple(different)), values


def _numbers(texts: Sequence[str]) -> list[float] | None:
    """The texts as numbers; None if one of them is no finite number."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def _decimals(texts: Sequence[str]) -> int:
    """The most digits after the point."""
    if any("e" in text.casefold() for text in texts):
        return MAX_DECIMALS
    return min(MAX_DECIMALS, max(len(text.partition(".")[2]) for text in texts))
