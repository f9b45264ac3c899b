"""Any CSV file as a dataset."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Data, Dataset, GanzooError, UsageError
from ganzoo_ctgan import numerals
from ganzoo_ctgan.columns import Column, view_of_rows
from ganzoo_ctgan.csv_file import Lines, broken, cells_of, content_of, counted, headless, setting

Fraction = Annotated[float, Meta(ge=0, lt=1)]
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}
FEW = 10  # a column with at most so many different whole numbers is discrete
MOST = 500  # categories of a column
DIGITS = 7  # of a whole number: a float32 keeps them
NUMERALS = 0.8  # share of the texts of a column that are numbers, above which others are named


class Table(Dataset):
    """The rows of the CSV file ``path``, whose first line has the names of the columns: x float32
    (N, columns). A column is continuous if all of its values are numbers. It is discrete if a value
    is no number or begins with a zero as the code 03 does, or if the column has at most 10
    different values, all whole numbers. x has the values of the continuous columns, and the numbers
    of the categories of the discrete columns.

    ``train`` and ``test`` are random parts of the rows, the same every time. Numbers with a point
    are rounded to the decimals that float32 keeps; ``Data.notes`` names such columns.

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
        content = content_of(self.path)
        names, rows = cells_of(self.path, content, self.delimiter)
        for name in (*self.discrete, *self.continuous, *self.leave_out):
            if name not in names:
                known = ", ".join(names)
                raise UsageError(f"{self.path} has no column {name!r}. Its columns: {known}.")
            if name in self.discrete and name in self.continuous:
                raise UsageError(
                    f"The column {name!r} is in dataset.discrete and in dataset.continuous: take "
                    "it out of one of them."
                )
        kept = [place for place, name in enumerate(names) if name not in self.leave_out]
        rows, notes = self._complete(names, rows, kept)
        notes = headless(names) + broken(rows) + notes
        columns, values = [], []
        for place in kept:
            texts = [(line, cells[place]) for line, cells in rows]
            column, numbers, note = self._column(names[place], texts)
            columns.append(column)
            values.append(numbers)
            notes += note
        x = torch.stack(values, 1)
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
        tests = round(self.test * len(x))
        chosen = order[:tests] if split == "test" else order[tests:]
        if not len(chosen):
            raise UsageError(
                f"{self.path} has no rows for the split {split!r}: {len(x)} rows are too few for "
                f"dataset.test={self.test:g}."
            )
        return Data(
            x[chosen.sort().values].float(),
            source=str(self.path),
            checksum=hashlib.sha256(content).hexdigest(),
            notes=notes,
            view=view_of_rows(columns),
        )

    def _complete(
        self, names: list[str], rows: Lines, kept: list[int]
    ) -> tuple[Lines, tuple[str, ...]]:
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
                    f"in, leave out the column with {self._putting(names[gap], 'leave_out')}, or "
                    "leave out such rows with --set dataset.missing=drop"
                )
        if len(complete) < 2:
            raise GanzooError(f"{self.path} has fewer than two rows without a missing value.")
        dropped = len(rows) - len(complete)
        note = f"{dropped:,} of {len(rows):,} rows have a missing value and are left out."
        return complete, (note,) if dropped else ()

    def _column(
        self, name: str, cells: Sequence[tuple[int, str]]
    ) -> tuple[Column, Tensor, tuple[str, ...]]:
        """A column, its values or the numbers of its categories, float64 (N,), and notes. Each cell
        comes with the number of its line."""
        texts = [text for _, text in cells]
        different = sorted(set(texts))
        numbers = None if name in self.discrete else numerals.numbers(texts)
        if name in self.continuous and numbers is None:
            raise GanzooError(f"{self.path}: the column {name!r} has values that are no numbers.")
        few = len(different) <= FEW and all(map(numerals.whole, different))
        codes = any(map(numerals.padded, different))
        if numbers is not None and (name in self.continuous or not (few or codes)):
            return self._continuous(name, texts, numbers)
        if name not in self.discrete and numerals.with_commas(different):
            example = next(text for text in different if "," in text)
            raise GanzooError(
                f"{self.path}: the column {name!r} has numbers with a comma, such as {example!r}. "
                "Write them with a point, and without marks between thousands; if they are no "
                f"numbers: {self._putting(name, 'discrete')}"
            )
        exception = "" if name in self.discrete else _exception(cells, different)
        if len(different) > MOST:
            raise self._too_many(name, different, exception)
        if numerals.numbers(different):
            different.sort(key=float)
        place = {text: number for number, text in enumerate(different)}
        values = torch.tensor([place[text] for text in texts], dtype=torch.float64)
        notes = (self._mixed(name, exception),) if exception else ()
        return Column(name, tuple(different)), values, notes

    def _continuous(
        self, name: str, texts: Sequence[str], numbers: Sequence[float]
    ) -> tuple[Column, Tensor, tuple[str, ...]]:
        """A continuous column, as ``_column``."""
        whole = all(map(numerals.whole, texts))
        digits = max(map(numerals.digits, texts)) if whole else 0
        if digits > DIGITS:
            size = len(set(texts))
            codes = (
                f"If they are codes: {self._putting(name, 'discrete')}; if"
                if size <= MOST
                else f"They are too many for codes: {size:,} different ones, where a discrete "
                f"column has {MOST} categories at most. If"
            )
            raise GanzooError(
                f"{self.path}: the column {name!r} has numbers of {digits} digits, of which "
                f"{DIGITS} can be kept. {codes} they only count or name the rows: "
                f"{self._putting(name, 'leave_out')}; if they are amounts, write smaller numbers, "
                "such as thousands."
            )
        largest = max(map(abs, numbers))
        if largest and not numerals.SMALLEST <= largest <= numerals.LARGEST:
            raise GanzooError(
                f"{self.path}: the largest number of the column {name!r} has the size "
                f"{largest:.1e}, and has to be between {numerals.SMALLEST} and {numerals.LARGEST}. "
                f"Write the column in another unit, or leave it out: "
                f"{self._putting(name, 'leave_out')}"
            )
        written = max(map(numerals.decimals, texts))
        decimals = 0 if whole else min(written, numerals.kept_decimals(numbers))
        values = torch.tensor(numbers, dtype=torch.float64)
        kept = values.round(decimals=decimals)
        lost = bool(((kept - values).abs() > 1e-3 * 10.0**-decimals).any())
        notes = (_rounded(name, written, decimals),) if lost else ()
        return Column(name, decimals=decimals), kept, notes

    def _mixed(self, name: str, exception: str) -> str:
        """The note on a column of numbers that has become discrete by a few other texts."""
        return (
            f"The column {name!r} has numbers, but not only: {exception}. So its values are taken "
            "as categories. To take them as numbers, mend such cells, or empty them and leave out "
            "their rows with --set dataset.missing=drop; if they are categories: "
            f"{self._putting(name, 'discrete')}"
        )

    def _too_many(self, name: str, different: Sequence[str], exception: str) -> GanzooError:
        """The error of a discrete column with too many categories, with what can be done.
        ``exception``: the cell by which a column of numbers is discrete; empty for another."""
        numbers = numerals.numbers(different)
        small = numbers is not None and not (
            all(map(numerals.whole, different)) and max(map(numerals.digits, different)) > DIGITS
        )
        instead = f"take it as numbers: {self._putting(name, 'continuous')}; or " if small else ""
        if exception:
            instead = (
                f"mend the cells that are no numbers ({exception}), or empty them and leave out "
                "their rows with --set dataset.missing=drop; or "
            )
        return GanzooError(
            f"{self.path}: the column {name!r} has {len(different):,} different texts, and a "
            f"discrete column has {MOST} categories at most. What can be done: {instead}leave it "
            f"out: {self._putting(name, 'leave_out')}"
        )

    def _putting(self, name: str, option: str) -> str:
        """The settings that put a column into one of the lists, and take it out of the others."""
        settings = []
        for each in ("discrete", "continuous", "leave_out"):
            before = [*getattr(self, each)]
            after = [other for other in before if other != name]
            after += [name] if each == option else []
            settings += [setting(each, after)] if after != before else []
        return " ".join(settings)


def _exception(cells: Sequence[tuple[int, str]], different: Sequence[str]) -> str:
    """The first cell that is no number, with its line, of a column whose texts are nearly all
    numbers; else empty."""
    numbers = sum(1 for text in different if numerals.NUMERAL.fullmatch(text))
    if not NUMERALS * len(different) < numbers < len(different):
        return ""
    line, text = next((n, text) for n, text in cells if not numerals.NUMERAL.fullmatch(text))
    return f"line {line} has {text!r}"


def _rounded(name: str, written: int, kept: int) -> str:
    """The note on a column that loses decimals."""
    how = f"to {counted(kept, 'decimal')}" if kept >= 0 else f"to multiples of {10**-kept:,}"
    return (
        f"The numbers of the column {name!r} have {counted(written, 'decimal')} and are rounded "
        f"{how}, which float32 keeps. To keep more, subtract a constant, or take the logarithm."
    )
