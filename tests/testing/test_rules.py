"""Every rule is broken by something that breaks no other; what is right breaks none."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from ganzoo.testing import Check, check_component, check_plugin, checks, rules
from ganzoo.testing.findings import Rule

from ..toy import registry_of
from .broken import BROKEN, Broken
from .hard import HardPlugin
from .plugins import BROKEN_PLUGINS, GOOD


@pytest.mark.parametrize(
    "broken",
    BROKEN,
    ids=lambda b: f"{b.kind}-{b.rule}-{getattr(b.target, '__name__', b.name)}",
)
def test_what_is_wrong_in_one_way_breaks_one_rule(broken: Broken) -> None:
    findings = check_component(broken.kind, broken.name, broken.registry())
    told = "\n".join(map(str, findings))
    assert {finding.rule for finding in findings} == {broken.rule}, told
    assert broken.seen in told


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A registry with a plugin made of the code given, on the import path."""

    def install(code: str):
        (tmp_path / "throwaway").mkdir()
        (tmp_path / "throwaway" / "__init__.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        registry = registry_of()
        registry.load("throwaway", lambda: importlib.import_module("throwaway"))
        return registry

    yield install
    sys.modules.pop("throwaway", None)


@pytest.mark.parametrize("broken", BROKEN_PLUGINS)
def test_a_plugin_that_is_wrong_in_one_way_breaks_one_rule(broken: str, install) -> None:
    code, seen = BROKEN_PLUGINS[broken]
    findings = check_plugin("throwaway", install(code))
    assert {finding.rule for finding in findings} == {broken}
    assert seen in "\n".join(map(str, findings))


def test_a_good_plugin_breaks_no_rule(install) -> None:
    assert check_plugin("throwaway", install(GOOD)) == []


def test_every_rule_is_broken_by_something() -> None:
    broken = {id(rule_of(b.rule, b.kind)) for b in BROKEN}
    broken |= {id(rule_of(name, "plugin")) for name in BROKEN_PLUGINS}
    assert [f"{rule.id} of {rule.kinds}" for rule in rules() if id(rule) not in broken] == []


def rule_of(name: str, kind: str) -> Rule:
    (found,) = [rule for rule in rules(kind) if rule.id == name]
    return found


@pytest.fixture(scope="module")
def of_the_hard() -> list[Check]:
    registry = registry_of(hard=HardPlugin())
    assert [plugin.reason for plugin in registry.plugins] == ["", ""]
    return list(checks("hard", registry=registry))


def test_what_is_hard_and_right_breaks_no_rule(of_the_hard: list[Check]) -> None:
    findings = [finding for check in of_the_hard for finding in check.findings]
    assert findings == [], "\n".join(map(str, findings))


def test_the_hard_ones_are_really_tried(of_the_hard: list[Check]) -> None:
    untold = {"light-import", "silent-import", "observes"}  # it is not installed, and observes not
    skipped = {
        (check.kind, check.name, check.rule.id)
        for check in of_the_hard
        if check.skipped and check.rule.id not in untold
    }
    assert skipped == {
        ("discriminator", "batch-statistic", "one-pass"),
        ("loss", "relativistic", "needs-real"),
        ("penalty", "clip", "gradients"),
    }
