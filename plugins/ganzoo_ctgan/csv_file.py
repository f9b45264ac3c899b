"""A CSV file as lines of cells."""

import csv
import io
import json
import shlex
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from ganzoo import GanzooError, UsageError
from ganzoo_ctgan import numerals

MARKS = ";\t|,"  # that stand between the cells of most files
Lines = list[tuple[int, list[str]]]  # the cells of each line, with its number in the file


def content_of(path: Path) -> bytes:
    if path.is_dir():
        raise GanzooError(f"{path} is a folder; a table is one CSV file.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise GanzooError(f"{path} cannot be read: {error.strerror or error}.") from None


def cells_of(path: Path, content: bytes, delimiter: str) -> tuple[list[str], Lines]:
    """The names of the columns, and the rows. Raises GanzooError for a file that is no table."""
    if delimiter in ('"', "\n", "\r"):
        raise UsageError(f"dataset.delimiter cannot be {delimiter!r}. Give ',', ';' or a tab.")
    text = _text(path, content)
    with suppress(csv.Error, ValueError):  # ``_lines`` says it
        # Quotes that are strange may be those of names between other marks.
        (_, names), (_, first) = islice(_rows(text, delimiter, strict=False), 2)
        _check_names(path, names, first, delimiter)
    lines = _lines(path, text, delimiter)
    if len(lines) < 3:
        raise GanzooError(
            f"{path} has {counted(len(lines), 'line')}: a table has a line with the names of its "
            "columns, and two rows at least."
        )
    (_, names), *rows = lines
    for line, cells in rows:
        if len(cells) != len(names):
            last = line == rows[-1][0]
            raise _uneven(path, line, cells, names, delimiter, last)
    return names, rows


def _text(path: Path, content: bytes) -> str:
    advice = "Save it as UTF-8; in Excel, as 'CSV UTF-8'."
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise GanzooError(f"{path}, line {line}: the text is not in UTF-8. {advice}") from None
    if "\0" in text:  # UTF-16 without a mark at its start has one in every other place
        line = text[: text.index("\0")].count("\n") + 1
        raise GanzooError(
            f"{path}, line {line}: there is a NUL character, so that this is no text in UTF-8. "
            f"{advice}"
        )
    return text


def _lines(path: Path, text: str, delimiter: str) -> Lines:
    lines: Lines = []
    try:
        # strict: a quote that is not closed is an error, and does not swallow the lines after it.
        for line in _rows(text, delimiter, strict=True):
            lines.append(line)
    except csv.Error as error:
        last = lines[-1][0] if lines else 0
        raise GanzooError(
            f"{path}: the row after line {last} is no row of a CSV file ({error}). A cell in "
            "quotes ends with a quote, with no blanks after it; a quote inside of it is written "
            "twice."
        ) from None
    return lines


def _rows(text: str, delimiter: str, *, strict: bool) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    for row in reader:
        if row:
            yield reader.line_num, [cell.strip() for cell in row]


def _check_names(path: Path, names: list[str], first: list[str], delimiter: str) -> None:
    """Raises GanzooError for names of columns that are missing, equal, or not separated."""
    mark = other_mark(" ".join(names), delimiter)
    if len(names) == 1 and mark and any(mark in cell for cell in first):
        raise GanzooError(
            f"{path}, line 1: there is no {delimiter!r} between the names of the columns, but "
            f"{mark!r}. Choose it: {setting('delimiter', mark)}"
        )
    for place, name in enumerate(names, start=1):
        if not name:
            raise GanzooError(
                f"{path}, line 1: column {place} has no name. Write one; or, if the column is the "
                "index that pandas writes, save the table with to_csv(index=False)."
            )
        if names.count(name) > 1:
            raise GanzooError(
                f"{path}, line 1: two columns have the name {name!r}. Give each a name of its own."
            )


def other_mark(text: str, delimiter: str) -> str:
    """The mark, other than the delimiter, that a line has most often; empty if it has none."""
    mark = max((mark for mark in MARKS if mark != delimiter), key=text.count)
    return mark if mark in text else ""


def _uneven(
    path: Path, line: int, cells: list[str], names: list[str], delimiter: str, last: bool
) -> GanzooError:
    """The error of a line with more or fewer cells than there are names."""
    problem = (
        f"{path}, line {line}: {counted(len(cells), 'cell')}, where the first line names "
        f"{counted(len(names), 'column')}."
    )
    mark = other_mark(" ".join(names), delimiter)
    if mark and mark in " ".join(cells):
        advice = (
            f"Mend the line; for another character than {delimiter!r} between the cells: "
            f"{setting('delimiter', mark)}"
        )
    elif last and len(cells) < len(names):
        advice = "It is the last line: the file may be incomplete. Get all of it, or mend the line."
    elif len(names) == 1:
        advice = (
            "If the first line is a title, remove it: the first line has the names of the columns."
        )
    else:
        advice = "Mend the line."
    return GanzooError(f"{problem} {advice}")


def headless(names: list[str]) -> tuple[str, ...]:
    """A note, if the first line looks like a row."""
    number = next((name for name in names if numerals.NUMERAL.fullmatch(name)), None)
    if number is None:
        return ()
    return (
        f"The first line has the names of the columns, and {number!r} is a number. If this line is "
        "a row, the names are missing: write them above it.",
    )


def broken(rows: Lines) -> tuple[str, ...]:
    """A note, if a cell goes over several lines: its quote may end in another row."""
    for line, cells in rows:
        if any("\n" in cell for cell in cells):
            return (
                f"The row that ends in line {line} has a cell of several lines. If this is a "
                "mistake, a quote before it is not closed, and the cell holds whole rows: mend it.",
            )
    return ()


def setting(option: str, value: Any) -> str:
    """The setting as it is typed in a shell."""
    text = json.dumps(value, ensure_ascii=False)
    return f"--set {shlex.quote(f'dataset.{option}={text}')}"


def counted(count: int, noun: str) -> str:
    """1 line, 2 lines."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
