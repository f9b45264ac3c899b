"""The types of options in words: ``number >= 0``, ``list of 2``; and msgspec's errors in the same
words."""

from __future__ import annotations

import re
import types
import typing
from typing import Any, Literal, Union

import msgspec

WORDS = {
    float: "number",
    int: "whole number",
    str: "text",
    bool: "true or false",
    type(None): "null",
    Any: "anything",
}
SIGNS = {
    "ge": ">=",
    "gt": ">",
    "le": "<=",
    "lt": "<",
    "min_length": "length >=",
    "max_length": "length <=",
}
MEANINGS = {
    "length >=": "of a length of at least",
    "length <=": "of a length of at most",
    ">=": "of at least",
    ">": "greater than",
    "<=": "of at most",
    "<": "less than",
}
# msgspec's names of types, which are those of JSON
JSON = {"int": int, "float": float, "str": str, "bool": bool, "null": type(None)}
OF_JSON = {**{name: WORDS[kind] for name, kind in JSON.items()}, "array": "list", "object": "table"}


def in_words(hint: Any) -> str:
    """A type with its range, in words."""
    if hasattr(hint, "__metadata__"):
        bounds = [bound for meta in hint.__metadata__ for bound in _bounds(meta)]
        return " ".join([in_words(hint.__origin__), " and ".join(dict.fromkeys(bounds))]).strip()
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if _several_types(hint):
        return " or ".join(map(in_words, inner))
    if origin is Literal:
        *first, last = map(str, inner)
        return f"{', '.join(first)} or {last}" if first else last
    if origin in (tuple, list):
        return _several(inner)
    if origin is dict:
        return f"table, each value a {in_words(inner[1])}"
    return WORDS.get(hint, getattr(hint, "__name__", str(hint)))


def choices(hint: Any) -> list[str]:
    """The values of a type that has few, as they are typed: those of a Literal, true and false."""
    if hint is bool:
        return ["true", "false"]
    if typing.get_origin(hint) is Literal:
        return [*map(str, typing.get_args(hint))]
    inner = typing.get_args(hint) if _several_types(hint) or hasattr(hint, "__metadata__") else ()
    return [value for each in inner for value in choices(each)]


def _several_types(hint: Any) -> bool:
    return typing.get_origin(hint) in (Union, types.UnionType)


def in_a_sentence(hint: Any) -> str:
    """A type as in a sentence. Of several types, each form in words: "a whole number of at least 1,
    text, or null"."""
    if not _several_types(hint):
        return with_article(in_words(hint))
    *first, last = forms = [_form(each) for each in typing.get_args(hint)]
    comma = "," if len(forms) > 2 or any(" or " in form for form in forms) else ""
    return f"{', '.join(first)}{comma} or {last}"


def _form(hint: Any) -> str:
    words = with_article(in_words(hint))
    for sign, meaning in MEANINGS.items():
        words = words.replace(f" {sign} ", f" {meaning} ")
    return words


def with_article(words: str) -> str:
    """A type in words, as in a sentence: "a number >= 0", but "true or false"."""
    counted = words.startswith(("number", "whole number", "list", "table"))
    return f"a {words}" if counted else words


def reason(error: Exception) -> str:
    """An error of msgspec in words, without its notation of places: "expected a whole number, got
    text". Another error is returned as it is."""
    text, place, _ = str(error).partition(" - at `$")
    if not place:
        return text

    def in_sentence(found: re.Match[str]) -> str:
        names = [OF_JSON.get(name, name) for name in found[1].split(" | ")]
        return with_article(" or ".join(names))

    return re.sub(r"`([^`]+)`", in_sentence, text[:1].lower() + text[1:])


def may_change(hint: Any) -> bool:
    """Whether a schedule may replace the number, or one of the numbers."""
    metas = getattr(hint, "__metadata__", ())
    if any(isinstance(m, msgspec.Meta) and (m.extra or {}).get("scheduled") for m in metas):
        return True
    return any(may_change(inner) for inner in typing.get_args(hint) if inner is not Ellipsis)


def _several(inner: tuple[Any, ...]) -> str:
    items = [item for item in inner if item is not Ellipsis]
    if len(items) == len(inner) > 1 and len(set(map(in_words, items))) == 1:
        return f"list of {len(items)}, each a {in_words(items[0])}"
    return "list, each a " + " or ".join(dict.fromkeys(map(in_words, items)))


def _bounds(meta: Any) -> list[str]:
    if not isinstance(meta, msgspec.Meta):
        return []
    bounds = {key: getattr(meta, key) for key in SIGNS}
    return [f"{SIGNS[key]} {bound:g}" for key, bound in bounds.items() if bound is not None]
