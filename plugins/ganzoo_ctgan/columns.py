"""The columns of a table, which the view ``table-rows`` of the data names."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from ganzoo import Part, Spec, UsageError


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of a table. In an array of rows, a discrete column has the number of the category,
    and a continuous column has its value.

    categories: the texts of a discrete column; empty for a continuous column. decimals: the digits
    after the point in the texts of a continuous column; -1 for multiples of 10, -2 of 100.
    """

    name: str
    categories: tuple[str, ...] = ()
    decimals: int = 0


def view_of_rows(columns: Sequence[Column]) -> Part:
    """The view of rows with these columns, for ``Data.view``."""
    return Part("table-rows", {"columns": [msgspec.to_builtins(column) for column in columns]})


def columns_of(view: Part | None, user: str) -> tuple[Column, ...]:
    """The columns that a view has. Raises UsageError if the data is no table; ``user``: the
    component that needs a table."""
    if view is None or view.bare != "table-rows":
        raise UsageError(
            f"The {user} is for tables: choose --dataset people, or --dataset table:FILE.csv"
        )
    return msgspec.convert(view.options["columns"], tuple[Column, ...])


def spec_columns(spec: Spec, user: str) -> tuple[Column, ...]:
    """The columns of the table that a spec describes. Raises UsageError for another shape."""
    columns = columns_of(spec.view, user)
    if spec.shape != (len(columns),):
        raise UsageError(f"The {user} is for rows of {len(columns)} columns, not of {spec.shape}.")
    return columns


def text(column: Column, value: float) -> str:
    """A value of the column as it is written in a CSV file."""
    if not column.categories and column.decimals < 0:  # no digits that are not kept: 1200, not 1203
        return f"{Decimal(repr(round(value, column.decimals))):f}"
    if not column.categories:
        written = f"{value:.{column.decimals}f}"
        return written[1:] if float(written) == 0 and written.startswith("-") else written
    last = len(column.categories) - 1
    return column.categories[min(max(round(value), 0), last)]
