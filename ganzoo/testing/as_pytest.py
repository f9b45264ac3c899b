"""The suite as a pytest test, for a plugin's own tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ganzoo.registry import Registry
from ganzoo.testing.findings import Rule, perform
from ganzoo.testing.subject import Subject
from ganzoo.testing.suite import plan


def conformance(*names: str, registry: Registry | None = None) -> Callable[..., Any]:
    """A test function with a case for each component of a plugin and each rule for its kind.

    An author's whole test file::

        import ganzoo.testing

        test_conformance = ganzoo.testing.conformance("my-plugin")

    ``names``: of installed plugins, or paths of one-file plugins; none means all that are
    installed. Raises UsageError for one that there is not.
    """
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
