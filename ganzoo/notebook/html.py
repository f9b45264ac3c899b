"""Parts of HTML pages. All text is escaped; no part needs a network or a script."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from markupsafe import Markup

SMALL = 400  # pixels: a picture of a smaller width is enlarged without smoothing


def heading(text: str, note: str = "") -> Markup:
    """A line in bold, and a note after it."""
    return Markup('<p style="margin:0.3em 0"><b>{}</b>{}</p>').format(
        text, Markup(' <span style="opacity:0.7">{}</span>').format(note) if note else ""
    )


def paragraph(text: str) -> Markup:
    return Markup('<p style="margin:0.3em 0">{}</p>').format(text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Markup:
    """A table. The first ``words`` columns hold words, and are aligned to the left; the others hold
    numbers."""

    def cells(tag: str, row: Sequence[str]) -> Markup:
        sides = ["left" if number < words else "right" for number in range(len(row))]
        cell = Markup(f'<{tag} style="text-align:{{}};vertical-align:top">{{}}</{tag}>')
        return Markup("").join(cell.format(*each) for each in zip(sides, row, strict=True))

    line = Markup("<tr>{}</tr>")
    body = Markup("").join(line.format(cells("td", row)) for row in rows)
    head = line.format(cells("th", heads))
    return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(head, body)


def picture(png: bytes, alt: str) -> Markup:
    """A PNG inside the page, no wider than the page."""
    width = int.from_bytes(png[16:20])  # in pixels, from the header of the file
    style = "max-width:100%"
    if 0 < width < SMALL:
        style += f";width:{width * (SMALL // width)}px;image-rendering:pixelated"
    return Markup('<img alt="{}" style="{}" src="data:image/png;base64,{}">').format(
        alt, style, base64.b64encode(png).decode()
    )


def bar(share: float) -> Markup:
    """A bar, filled to a share in [0, 1]."""
    return Markup('<progress max="1" value="{}" style="width:60%"></progress>').format(
        f"{min(max(share, 0.0), 1.0):.4f}"
    )


def page(*parts: Markup | str) -> str:
    """The parts below each other."""
    return str(Markup("<div>{}</div>").format(Markup("\n").join(parts)))
