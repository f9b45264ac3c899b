"""A constructor's signature is its configuration schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest

from ganzoo import Loss, UsageError
from ganzoo.assembly.signature import REQUIRED, check_options, options_of
from ganzoo.assembly.types_in_words import choices, in_a_sentence


class Thing:
    def __init__(
        self,
        spec: object,
        width: int,
        hidden: tuple[int, ...] = (1, 2),
        slope: float | None = None,
        *,
        mode: Literal["a", "b"] = "a",
        on: bool = False,
        where: Path = Path(),
        share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5,
        anything: Any = None,
        untyped=None,
    ) -> None: ...


class Child(Thing):
    def __init__(self, extra: int = 1, width: int = 9, **kwargs: Any) -> None: ...


class Plain(Thing):
    pass


class Odd:
    def __init__(self, callback: Sequence[NoSuchName] = ()) -> None: ...  # noqa: F821


def checked(options: dict[str, Any], kind: str = "generator") -> dict[str, Any]:
    return check_options(Thing, kind, "thing", {"width": 1, **options})


def test_the_arguments_are_the_options_except_those_that_ganzoo_hands_over() -> None:
    assert [*options_of(Thing, "generator")] == [
        *("width", "hidden", "slope", "mode", "on", "where", "share", "anything", "untyped")
    ]
    assert "spec" in options_of(Thing, "loss")


def test_defaults_and_types_are_the_constructors() -> None:
    options = options_of(Thing, "generator")
    assert options["width"].default is REQUIRED
    assert options["hidden"].default == (1, 2)
    assert options["width"].shown() == "int"
    assert options["slope"].shown() == "float | None"
    assert options["mode"].shown() == "Literal['a', 'b']"


def test_a_constructor_with_kwargs_has_its_parents_options_too() -> None:
    options = options_of(Child, "generator")
    assert options["extra"].default == 1
    assert options["width"].default == 9
    assert options["mode"].default == "a"


def test_an_inherited_constructor_counts() -> None:
    assert options_of(Plain, "generator") == options_of(Thing, "generator")


def test_a_class_without_constructor_has_no_options() -> None:
    assert options_of(Loss, "loss") == {}


def test_a_function_may_stand_for_a_class() -> None:
    def make(spec: object, width: int = 3) -> Thing: ...

    assert [*options_of(make, "generator")] == ["width"]


@pytest.mark.parametrize(
    ("option", "given", "value"),
    [
        ("width", "5", 5),
        ("width", 5.0, 5),
        ("hidden", [3, 4], (3, 4)),
        ("hidden", [], ()),
        ("slope", 1, 1.0),
        ("slope", None, None),
        ("mode", "b", "b"),
        ("on", "true", True),
        ("on", False, False),
        ("where", "a/b", Path("a/b")),
        ("share", 1, 1.0),
        ("anything", {"a": [1]}, {"a": [1]}),
        ("untyped", [1], [1]),
    ],
)
def test_a_value_is_read_as_its_type(option: str, given: Any, value: Any) -> None:
    read = checked({option: given})[option]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("option", "given", "message"),
    [
        ("width", "wide", "generator.width of 'thing' takes a whole number, not 'wide'"),
        ("width", 1.5, "takes a whole number, not 1.5"),
        ("width", None, "takes a whole number, not None"),
        ("width", [1], "takes a whole number, not"),
        ("width", True, "takes a whole number, not True"),
        ("hidden", 512, r"takes a list, each a whole number, not 512"),
        ("hidden", ["a"], "not \\['a'\\]"),
        ("slope", "steep", "takes a number or null, not 'steep'"),
        ("mode", "c", "takes a or b, not 'c'"),
        ("on", "perhaps", "takes true or false, not"),
        ("share", 1.5, "<= 1"),
    ],
)
def test_a_value_of_the_wrong_type_is_wrong_usage(option: str, given: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        checked({option: given})


def test_an_unknown_option_fails_with_the_near_matches() -> None:
    with pytest.raises(UsageError, match=r"'thing' has no option 'widht'\. Did you mean 'width'\?"):
        checked({"widht": 3})


def test_an_argument_that_ganzoo_hands_over_is_no_option() -> None:
    with pytest.raises(UsageError, match="no option 'spec'"):
        checked({"spec": 3})


def test_a_missing_option_is_asked_for_with_the_setting_that_gives_it() -> None:
    with pytest.raises(UsageError, match=r"needs a value for 'width': --set generator\.width="):
        check_options(Thing, "generator", "thing", {})


def test_only_the_options_given_are_handed_on() -> None:
    assert checked({"on": True}) == {"width": 1, "on": True}


def test_an_annotation_that_cannot_be_read_is_the_constructors_business() -> None:
    assert check_options(Odd, "loss", "odd", {"callback": [1]}) == {"callback": [1]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_an_option_is_a_finite_number(value: float) -> None:
    def component(scale: float = 1.0) -> None: ...

    with pytest.raises(UsageError, match=r"loss\.scale of 'toy' must be a finite number"):
        check_options(component, "loss", "toy", {"scale": value})


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (int | None, "a whole number or null"),
        (
            Annotated[int, msgspec.Meta(ge=1)] | str | None,
            "a whole number of at least 1, text, or null",
        ),
        (
            Annotated[float, msgspec.Meta(gt=0, lt=1)] | bool,
            "a number greater than 0 and less than 1, or true or false",
        ),
        (Annotated[int, msgspec.Meta(ge=1)], "a whole number >= 1"),
    ],
)
def test_the_forms_of_an_option_in_a_sentence(hint: Any, words: str) -> None:
    assert in_a_sentence(hint) == words


@pytest.mark.parametrize(
    ("hint", "values"),
    [
        (bool, ["true", "false"]),
        (Literal["a", "b"] | None, ["a", "b"]),
        (Annotated[Literal["a", "b"], msgspec.Meta()], ["a", "b"]),
        (int, []),
        (list[Literal["a"]], []),
    ],
)
def test_the_choices_of_a_type(hint: Any, values: list[str]) -> None:
    assert choices(hint) == values
