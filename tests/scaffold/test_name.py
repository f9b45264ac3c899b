"""What a new plugin may be called, and what is said of a name that it may not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganzoo import Registry, UsageError
from ganzoo.scaffold.name import LONGEST, check_name, distribution_of, package_of

from ..toy import ToyPlugin, registry_of


class Unusable:
    """A plugin that registers nothing, because it breaks."""

    GANZOO_API = 99


@pytest.fixture
def registry() -> Registry:
    return registry_of(toy=ToyPlugin(), broken=Unusable())


@pytest.mark.parametrize("name", ["x", "my-loss", "r3", "a-2-b", "x" * LONGEST, "match"])
def test_names_that_can_be_had(name: str, registry: Registry) -> None:
    check_name(name, registry)
    assert package_of(name).isidentifier()


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("My_Loss", "my-loss"),
        ("MyLoss", "my-loss"),
        ("my loss", "my-loss"),
        ("my.loss", "my-loss"),
        ("-loss-", "loss"),
        ("a--b", "a-b"),
        ("3d-gan", "d-gan"),
        ("../../etc", "etc"),
        ("loss\n", "loss"),
        ("", "my-loss"),
        ("42", "my-loss"),
        ("ü", "my-loss"),
        ("x" * (LONGEST + 1), "x" * LONGEST),
    ],
)
def test_names_of_another_form(name: str, suggested: str, registry: Registry) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name, registry)
    assert "lower-case words joined by hyphens" in str(caught.value)
    assert str(caught.value).endswith(f"such as {suggested!r}.")
    check_name(suggested, registry)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("lambda", "it is a word of the Python language"),
        ("random", "it is a module of Python's standard library"),
        ("broken", "a plugin with this name is installed"),
        ("toy", "a plugin with this name is installed"),
        ("mnist-5k", "plugin 'ganzoo' has a dataset with this name"),
        ("standard", "plugin 'ganzoo' has a game with this name"),
        ("tests", "the plugin itself has a folder with this name"),
        ("torch", "a package 'torch' is installed"),
        ("ganzoo-vanilla-mlp", "a package 'ganzoo_vanilla_mlp' is installed"),
    ],
)
def test_names_that_are_taken(name: str, reason: str, registry: Registry) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name, registry)
    message = f"{name!r} is taken: {reason}. Choose another name, such as 'my-{name}'."
    assert str(caught.value) == message
    check_name(f"my-{name}", registry)


def test_a_bare_folder_is_not_a_package(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bare").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    check_name("bare", registry)


@pytest.mark.parametrize(
    ("name", "distribution"), [("my-loss", "ganzoo-my-loss"), ("ganzoo-loss", "ganzoo-loss")]
)
def test_the_distribution_of_a_plugin_is_found_by_the_word_ganzoo(
    name: str, distribution: str
) -> None:
    assert distribution_of(name) == distribution
