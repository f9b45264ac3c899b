"""The suite as a pytest test, and fixtures for an author's tests. Every pytest session loads this
module, so slow imports are inside its functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ganzoo import Data, Registry, Spec
    from ganzoo.testing.findings import Rule
    from ganzoo.testing.subject import Subject


def conformance(*names: str, registry: Registry | None = None) -> Callable[..., Any]:
    """A test function with a case for each component of a plugin and each rule for its kind.

    The whole test file of a plugin::

        import ganzoo.testing

        test_conformance = ganzoo.testing.conformance("my-plugin")

    ``names``: names of installed plugins, or paths of one-file plugins; without names, all
    installed plugins. Raises UsageError for an unknown plugin.
    """
    from ganzoo.testing.findings import perform
    from ganzoo.testing.suite import plan

    cases = [
        pytest.param(subject, rule, id=f"{subject.entry.kind}/{subject.entry.name}-{rule.id}")
        for subject, rule in plan(*names, registry=registry)
    ]

    @pytest.mark.parametrize(("subject", "rule"), cases)
    def test_conformance(subject: Subject, rule: Rule) -> None:
        check = perform(rule, subject)
        if check.findings:
            pytest.fail(f"{rule.asks}\n" + "\n".join(map(str, check.findings)), pytrace=False)
        if check.skipped:
            pytest.skip(check.skipped)

    return test_conformance


@pytest.fixture(scope="session")
def ganzoo_registry() -> Registry:
    """The registry of all installed plugins: ``ganzoo_registry.get("loss", "my-loss").load()``."""
    from ganzoo import Registry

    return Registry.discover()


@pytest.fixture
def gray_spec() -> Spec:
    """The spec of a network for MNIST: (1, 28, 28) in [-1, 1], 10 labels, z of length 16."""
    from ganzoo import Spec

    return Spec((1, 28, 28), classes=10, z_dim=16)


@pytest.fixture
def tiny_images(gray_spec: Spec) -> Data:
    """64 made-up gray images with labels, uint8 (64, 1, 28, 28)."""
    from ganzoo.testing.dummies import tiny

    return tiny(gray_spec)
