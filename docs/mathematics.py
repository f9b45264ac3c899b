"""Renders the formulas of the pages when the site is built, as MathML: a reader's browser runs no
script for them and loads nothing, and the text does not move.

The extension arithmatex finds the formulas, $...$ within a line and $$...$$ between empty lines.
"""

from __future__ import annotations

import html
import re
from typing import Any

from math_core import LatexError, LatexToMathML
from mkdocs.exceptions import PluginError

# A formula, and the punctuation that must not begin the next line.
FORMULA = re.compile(
    r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>([.,;:?!)]*)', re.DOTALL
)
# Shorthands of the pages: the data's density and the generator's.
MACROS = {"pdata": r"p_\text{data}", "E": r"\mathbb{E}", "JSD": r"\operatorname{JSD}"}

_converter = LatexToMathML(macros=MACROS, fancy_error=False)


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Replace the formulas of a page; mkdocs calls it for each page."""

    def rendered(found: re.Match[str]) -> str:
        tag, latex = found[1], html.unescape(found[2]).strip()
        try:
            mathml = _converter.convert_with_local_state(latex, displaystyle=tag == "div")
        except LatexError as error:
            raise PluginError(f"{page.file.src_uri}: the formula {latex!r}: {error}") from error
        return f'<{tag} class="arithmatex">{mathml}{found[3]}</{tag}>'

    return FORMULA.sub(rendered, content)
