"""Every rule is broken by a component that breaks no other; right components break none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganzoo.registry.kinds import KINDS
from ganzoo.testing import Check, check_component, checks, rules
from ganzoo.testing.findings import Rule

from ..isolation.place import Dist, Place
from ..toy import registry_of
from .broken import BROKEN, Broken
from .hard import COMPONENTS, RECIPES, HardPlugin


@pytest.mark.parametrize(
    "broken",
    BROKEN,
    ids=lambda b: f"{b.kind}-{b.rule}-{getattr(b.target, '__name__', b.name)}",
)
def test_a_component_that_is_wrong_in_one_way_breaks_one_rule(broken: Broken) -> None:
    findings = check_component(broken.kind, broken.name, broken.registry())
    shown = "\n".join(map(str, findings))
    assert {finding.rule for finding in findings} == {broken.rule}, shown
    assert broken.seen in shown


# -- plugins as a whole ----------------------------------------------------------------------------

GOOD = """
from ganzoo import hookimpl

@hookimpl
def ganzoo_register(registry):
    registry.schedule("steady", "ganzoo.schedules:Constant", summary="A constant number")
"""
OBSERVER = """
@hookimpl
def ganzoo_logged(scalars):
    scalars["no-such-scalar"]
"""
# rule -> (code, words that the finding has)
PLUGINS = {
    "loads": (f"{GOOD}raise RuntimeError('out of paper')\n", "RuntimeError: out of paper"),
    "light": (f"import torch\n{GOOD}", "it imports torch as it loads"),
    "observes": (f"{GOOD}{OBSERVER}", "KeyError"),
}


def test_a_file_that_registers_nothing_breaks_a_rule(tmp_path: Path) -> None:
    (tmp_path / "nothing.py").write_text("import ganzoo\n\nclass Mine(ganzoo.Loss):\n    pass\n")
    place = Place(tmp_path, Dist("throwaway", GOOD))
    done = place.ganzoo("check", str(tmp_path / "nothing.py"))
    assert done.code == 1, done.err
    assert "it registers no component, and has no hook" in done.out


@pytest.mark.parametrize("broken", PLUGINS)
def test_a_plugin_that_is_wrong_in_one_way_breaks_one_rule(broken: str, tmp_path: Path) -> None:
    code, seen = PLUGINS[broken]
    place = Place(tmp_path, Dist("throwaway", code), Dist("beside", f"import torch\n{GOOD}"))
    done = place.ganzoo("check", "throwaway")
    assert done.code == 1, done.err
    assert f"plugin/throwaway, {broken}: " in done.out
    assert seen in done.out
    assert ", 1 finding\n" in done.out


def test_a_good_plugin_beside_a_bad_one_breaks_no_rule(tmp_path: Path) -> None:
    place = Place(tmp_path, Dist("throwaway", GOOD), Dist("beside", f"import torch\n{GOOD}"))
    done = place.ganzoo("check", "throwaway")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("checks, 0 findings\n")


def test_every_rule_is_broken_by_some_component() -> None:
    broken = {id(rule_of(b.rule, b.kind)) for b in BROKEN}
    broken |= {id(rule_of(name, "plugin")) for name in PLUGINS}
    assert [f"{rule.id} of {rule.kinds}" for rule in rules() if id(rule) not in broken] == []


def test_every_kind_has_rules_of_its_own() -> None:
    common = {id(rule) for rule in rules() if {*KINDS} - {"recipe"} <= {*rule.kinds}}
    for kind in KINDS:
        assert [rule for rule in rules(kind) if id(rule) not in common], kind


def rule_of(name: str, kind: str) -> Rule:
    (found,) = [rule for rule in rules(kind) if rule.id == name]
    return found


# -- hard, and right -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_the_hard() -> list[Check]:
    registry = registry_of(hard=HardPlugin())
    assert [plugin.reason for plugin in registry.plugins] == ["", ""]
    return list(checks("hard", registry=registry))


def test_what_is_hard_and_right_breaks_no_rule(of_the_hard: list[Check]) -> None:
    findings = [finding for check in of_the_hard for finding in check.findings]
    assert findings == [], "\n".join(map(str, findings))


def test_the_hard_ones_are_really_tried(of_the_hard: list[Check]) -> None:
    skipped = {(c.kind, c.name, c.rule.id) for c in of_the_hard if c.skipped and c.kind != "plugin"}
    assert skipped == {
        ("discriminator", "batch-statistic", "joint-batch"),
        ("penalty", "clip", "term"),
    }
    tried = {(check.kind, check.name) for check in of_the_hard}
    named = {(kind, name) for kind, several in COMPONENTS.items() for name in several}
    assert tried == named | {("recipe", recipe.name) for recipe in RECIPES} | {("plugin", "hard")}
