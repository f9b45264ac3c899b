"""Tables that are wider than the terminal, printed as blocks of columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2  # spaces between two columns
LONGEST = 24  # characters of a cell of text, if its words allow it

Column = Sequence[str]  # the cells of a column, the head first


def blocks(labels: Sequence[Column], columns: Sequence[Column], width: int) -> list[range]:
    """Which columns are in each block, if every block begins with the ``labels`` and is at most
    ``width`` wide. The blocks have equal numbers of columns, as far as possible. A column that does
    not fit is alone in its block."""
    room = width - sum(_width(label) + GAP for label in labels)
    widths = [_width(column) for column in columns]

    def fits(size: int) -> bool:
        starts = range(0, len(widths), size)
        return all(sum(widths[s : s + size]) + GAP * (size - 1) <= room for s in starts)

    most = next((size for size in range(len(widths), 1, -1) if fits(size)), 1)
    count = -(-len(widths) // most)
    size = -(-len(widths) // count) if count else 1
    return [range(start, min(start + size, len(widths))) for start in range(0, len(widths), size)]


def too_wide(labels: Sequence[Column], columns: Sequence[Column], width: int) -> bool:
    """Whether the labels leave too little room for one of the columns."""
    room = width - sum(_width(label) + GAP for label in labels)
    return any(_width(column) > room for column in columns)


def print_blocks(
    labels: Sequence[Column], columns: Sequence[Column], width: int, *, heads: int = 1
) -> None:
    """Print the blocks, with an empty line after each but the last. The first ``heads`` cells of a
    column are its head, which an empty line separates from the others if it has several."""
    console = Console(width=width, markup=False, emoji=False, highlight=False)
    parts = blocks(labels, columns, width)
    for number, part in enumerate(parts):
        console.print(_table([*labels, *(columns[index] for index in part)], heads))
        if number < len(parts) - 1:
            console.print()


def _table(columns: Sequence[Column], heads: int) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, GAP, 0, 0))
    for _ in columns:
        table.add_column(overflow="fold")
    for number, row in enumerate(zip(*columns, strict=True)):
        if number == heads > 1:
            table.add_row()
        table.add_row(*(Text(cell, style="bold" if number < heads else "") for cell in row))
    return table


def _width(column: Column) -> int:
    return max(cell_len(line) for cell in column for line in (cell.splitlines() or [""]))


def folded(cells: Sequence[str], longest: int = LONGEST) -> Iterator[str]:
    """Cells of text in lines of at most ``longest`` characters, broken at spaces and hyphens. A
    longer word stays whole."""
    for cell in cells:
        yield textwrap.fill(cell, longest, break_long_words=False) or cell
