"""A comparison as the text of a file: CSV, Markdown or LaTeX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable

from ganzoo.evaluation.report import tables
from ganzoo.evaluation.report.compare import Comparison

SUFFIXES = {".csv": "csv", ".md": "md", ".tex": "latex"}


def export(comparison: Comparison, format: str) -> str:
    """The text of a table, with a newline at its end. format: csv, md or latex."""
    return FORMATS[format](comparison)


def as_csv(comparison: Comparison) -> str:
    """A line for each run, with all digits: its settings that differ, then each number with its
    standard error over sets of fakes, and with its step if any run's is not of its last step."""
    settings = [name for name in comparison.settings if name != "steps"]
    early = {
        column.key
        for column in comparison.columns
        for row in comparison.rows
        if column.key in row.results
        and row.step not in (None, row.results[column.key].protocol.step)
    }
    heads = ["run", "recipe", "dataset", "seed", "steps", "seconds", *settings]
    for column in comparison.columns:
        heads += [column.label, f"{column.label} stderr"]
        heads += [f"{column.label} step"] if column.key in early else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    for row in comparison.rows:
        cells = [row.name, row.recipe, row.dataset, row.seed, row.step, row.seconds]
        cells += [row.differs.get(name) for name in settings]
        for column in comparison.columns:
            found = row.results.get(column.key)
            cells += [found.value, found.stderr] if found else [None, None]
            if column.key in early:
                cells.append(found.protocol.step if found else None)
        writer.writerow(cells)
    return text.getvalue()


def as_markdown(comparison: Comparison) -> str:
    """A table with a row for each setting; the best numbers are bold."""

    def bold(cell: str) -> str:
        return f"**{cell.removesuffix(tables.STAR).strip()}**" if _starred(cell) else cell

    heads, rows = tables.of_groups(comparison)
    count = len(tables.attributes(comparison))
    lines = [heads, ["---"] * count + ["---:"] * (len(heads) - count)]
    lines += [[bold(cell) for cell in row] for row in rows]
    escaped = ([re.sub(r"([|\\<>`])", r"\\\1", cell) for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def as_latex(comparison: Comparison) -> str:
    """A table for the package booktabs, with a row for each setting; the best numbers are bold."""
    count = len(tables.attributes(comparison))
    heads, rows = tables.of_groups(comparison)
    lines = [_line(heads), r"\midrule", *(_line(map(_bold, row), escape=str) for row in rows)]
    body = "\n".join([r"\toprule", *lines, r"\bottomrule"])
    columns = "l" * count + "r" * (len(heads) - count)
    opening = f"% needs \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{columns}}}"
    return f"{opening}\n{body}\n\\end{{tabular}}\n"


def _starred(cell: str) -> bool:
    return cell.endswith(f" {tables.STAR}")


def _bold(cell: str) -> str:
    if _starred(cell):
        return rf"\textbf{{{latex(cell.removesuffix(tables.STAR).strip())}}}"
    return latex(cell)


def _line(cells: Iterable[str], escape: Callable[[str], str] | None = None) -> str:
    return " & ".join(map(escape or latex, cells)) + r" \\"


# A character or a command of LaTeX for each character with a meaning of its own.
_LATEX = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "±": r"$\pm$",
    "↓": r"$\downarrow$",
    "↑": r"$\uparrow$",
}


def latex(text: str) -> str:
    """The text without characters that have a meaning in LaTeX. A negative number gets a minus
    sign."""
    if re.match(r"-\d", text):
        return "$-$" + latex(text[1:])
    return "".join(_LATEX.get(character, character) for character in text)


FORMATS: dict[str, Callable[[Comparison], str]] = {
    "csv": as_csv,
    "md": as_markdown,
    "latex": as_latex,
}
