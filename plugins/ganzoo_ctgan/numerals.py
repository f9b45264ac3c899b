"""Numbers as texts, and how many of their decimals a table keeps."""

import math
import re
from collections.abc import Sequence

MAX_DECIMALS = 36  # of a column whose largest number is the smallest that is taken
SMALLEST, LARGEST = 1e-30, 1e30  # for the largest number of a column: within float32
NUMERAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+([.,]\d+)*", re.ASCII)
_PADDED = re.compile(r"[+-]?0\d+", re.ASCII)
_STEP = 2.0**-23  # of the spread of a column: an encoded float32 still gives the exact number


def numbers(texts: Sequence[str]) -> list[float] | None:
    """The texts as numbers; None if one of them is none. ``float`` would also take 2011_07 and
    infinity."""
    return [float(text) for text in texts] if all(map(NUMERAL.fullmatch, texts)) else None


def padded(text: str) -> bool:
    """Whether the text is a whole number with zeros before it, such as the month 03."""
    return bool(_PADDED.fullmatch(text))


def with_commas(texts: Sequence[str]) -> bool:
    """Whether the texts are numbers with commas: 0,5 for 0.5, or 1,200 for 1200."""
    return all(map(_COMMA.fullmatch, texts)) and any("," in text for text in texts)


def whole(text: str) -> bool:
    """Whether a number is written without a point and without an exponent."""
    return "." not in text and "e" not in text.casefold()


def digits(text: str) -> int:
    """The digits of a whole number."""
    return len(text.strip("+-").lstrip("0"))


def decimals(text: str) -> int:
    """The digits after the point of a number: 2 for 0.25, 4 for 1.5e-3."""
    mantissa, _, exponent = text.casefold().partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))


def kept_decimals(values: Sequence[float]) -> int:
    """The most decimals that these numbers keep as float32, also when they are encoded by their
    distance from one another: 4 for a column with 1234.5. Negative for large numbers: -1 for
    multiples of 10."""
    largest = max(map(abs, values))
    if not largest:
        return MAX_DECIMALS
    between = 2.0 ** (math.frexp(largest)[1] - 24)  # two float32 numbers of that size
    step = max(between, _STEP * (max(values) - min(values)))
    return min(MAX_DECIMALS, math.floor(-math.log10(step)))
