"""Plugins are found, loaded whole or not at all, and told apart."""

from __future__ import annotations

import hashlib
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from ganzoo import GanzooError, Registry, UsageError, hookimpl
from ganzoo.registry.entries import API_VERSION, Registrar
from ganzoo.registry.kinds import KINDS

from ..toy import ToyLoss, ToyPlugin, registry_of


class Losses:
    """A plugin that registers a loss under each of the names given."""

    def __init__(self, *names: str) -> None:
        self.names = names

    @hookimpl
    def ganzoo_register(self, registry: Registrar) -> None:
        for name in self.names:
            registry.loss(name, ToyLoss)


class HalfWay:
    @hookimpl
    def ganzoo_register(self, registry: Registrar) -> None:
        registry.loss("half", ToyLoss)
        raise RuntimeError("out of\npaper")

    @hookimpl
    def ganzoo_logged(self, step: int) -> None:
        raise AssertionError("a broken plugin observes nothing")


class Misspelt:
    @hookimpl
    def ganzoo_register(self, registry: Registrar) -> None:
        registry.loss("half", ToyLoss)

    @hookimpl
    def ganzoo_loged(self, step: int) -> None: ...


class WrongArgument:
    @hookimpl
    def ganzoo_register(self, registry: Registrar) -> None:
        registry.loss("half", ToyLoss)

    @hookimpl
    def ganzoo_logged(self, round_number: int) -> None: ...


def raiser(error: BaseException):
    def importer() -> None:
        raise error

    return importer


BROKEN = {
    "raises-on-import": (raiser(ImportError("no such thing")), "ImportError: no such thing"),
    "exits-on-import": (raiser(SystemExit(3)), "SystemExit: 3"),
    "raises-half-way": (HalfWay, "RuntimeError: out of paper"),
    "misspelt-hook": (Misspelt, "ganzoo_loged"),
    "wrong-argument": (WrongArgument, "round_number"),
    "registers-twice": (lambda: Losses("twice", "twice"), "'twice' is registered twice"),
    "bad-name": (lambda: Losses("good", "Not Good"), "lower-case words"),
}


@pytest.mark.parametrize(("importer", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_leaves_nothing_behind_and_harms_nobody(importer, reason: str) -> None:
    registry = registry_of(before=Losses("one"))
    broken = registry.load("broken", importer)
    registry.load("after", lambda: Losses("two"))
    assert broken.state == "broken"
    assert reason in broken.reason
    assert "\n" not in broken.reason
    assert [entry.name for entry in registry.entries("loss")] == ["one", "two"]
    assert [name for name, _ in registry.observers()] == ["ganzoo", "before", "after"]


@pytest.mark.parametrize(("importer", "reason"), BROKEN.values(), ids=BROKEN)
def test_strict_raises_instead(importer, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANZOO_STRICT", "1")
    with pytest.raises(GanzooError) as caught:
        Registry().load("broken", importer)
    assert "'broken'" in str(caught.value)
    assert reason in str(caught.value)


def test_ctrl_c_while_plugins_load_is_not_a_broken_plugin() -> None:
    with pytest.raises(KeyboardInterrupt):
        Registry().load("slow", raiser(KeyboardInterrupt()))


def test_a_plugin_for_another_api_is_reported_and_never_half_loaded() -> None:
    registry = Registry()
    plugin = Losses("new")
    plugin.GANZOO_API = API_VERSION + 1
    about = registry.load("future", lambda: plugin)
    assert about.state == "incompatible"
    assert f"API {API_VERSION + 1}" in about.reason
    assert not registry.entries()
    assert not registry.observers()


def test_a_plugin_for_this_api_loads() -> None:
    plugin = Losses("new")
    plugin.GANZOO_API = API_VERSION
    assert Registry().load("present", lambda: plugin).state == "loaded"


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_nobody_wins_a_collision(order: tuple[str, str]) -> None:
    registry = Registry()
    for name in order:
        registry.load(name, lambda: Losses("hinge"))
    with pytest.raises(UsageError, match=r"Say which: a:hinge or b:hinge\."):
        registry.get("loss", "hinge")
    assert registry.get("loss", "a:hinge").plugin == "a"
    assert registry.get("loss", "b:hinge").plugin == "b"


def test_one_name_may_be_of_several_kinds(registry: Registry) -> None:
    assert registry.get("loss", "toy").target is not registry.get("prior", "toy").target


def test_a_second_plugin_of_the_same_name_is_refused_and_the_first_stays_whole() -> None:
    first = Losses("one")
    registry = registry_of(twin=first)
    about = registry.load("twin", lambda: Losses("two"))
    assert about.state == "broken"
    assert "already called 'twin'" in about.reason
    assert [entry.name for entry in registry.entries("loss")] == ["one"]
    assert ("twin", first) in registry.observers()


def test_a_listing_does_not_import_what_it_lists_and_get_does_not_either() -> None:
    class Absent:
        @hookimpl
        def ganzoo_register(self, registry: Registrar) -> None:
            registry.loss("absent", "no_such_module:Loss", summary="Not there")
            registry.loss("renamed", "ganzoo.engine.game:NoSuchThing")

    registry = registry_of(absent=Absent())
    assert [entry.summary for entry in registry.entries("loss")] == ["Not there", ""]
    for name, reason in (("absent", "ModuleNotFoundError"), ("renamed", "NoSuchThing")):
        entry = registry.get("loss", name)
        with pytest.raises(GanzooError, match=f"'{name}' of plugin 'absent'.*{reason}"):
            entry.load()


def test_prints_of_a_plugin_do_not_reach_standard_output(capsys: pytest.CaptureFixture) -> None:
    class Chatty(Losses):
        @hookimpl
        def ganzoo_register(self, registry: Registrar) -> None:
            print("registering")

    def importer() -> Chatty:
        print("importing")
        return Chatty()

    assert Registry().load("chatty", importer).state == "loaded"
    print("done")
    assert capsys.readouterr().out == "done\n"


def installed(monkeypatch: pytest.MonkeyPatch, *entry_points: EntryPoint) -> None:
    """Make these the entry points of all that is installed."""
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: [*entry_points])


def test_discover_finds_entry_points_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, EntryPoint("found", "ganzoo_vanilla_mlp", "ganzoo"))
    registry = Registry.discover()
    assert [plugin.name for plugin in registry.plugins] == ["ganzoo", "found"]
    assert registry.get("recipe", "vanilla-mlp").plugin == "found"


def test_vanilla_mlp_is_installed_by_its_entry_point() -> None:
    plugin = Registry.discover().plugin("vanilla-mlp")
    assert (plugin.state, plugin.distribution, plugin.reason) == ("loaded", "ganzoo", "")
    assert plugin.version


def test_a_disabled_plugin_is_never_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(
        monkeypatch,
        EntryPoint("a", "no_such_module", "ganzoo"),
        EntryPoint("b", "no_such_module", "ganzoo"),
        EntryPoint("c", "no_such_module", "ganzoo"),
    )
    monkeypatch.setenv("GANZOO_DISABLE", "a, b")
    registry = Registry.discover()
    states = {plugin.name: plugin.state for plugin in registry.plugins}
    assert states == {"ganzoo": "loaded", "a": "disabled", "b": "disabled", "c": "broken"}


def test_with_no_plugin_it_says_that_no_recipe_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch)
    registry = Registry.discover()
    with pytest.raises(UsageError, match=r"No recipe is installed\. Install a plugin"):
        registry.get("recipe", "vanilla-mlp")
    assert {entry.kind for entry in registry.entries()} == {
        *("dataset", "features", "game", "optimizer", "schedule", "view")
    }


def test_a_missing_component_is_looked_for_among_the_plugins_not_in_use() -> None:
    registry = registry_of()
    registry.load("lost", raiser(ImportError("gone")))
    with pytest.raises(UsageError, match=r"Not in use: lost; see `ganzoo plugins`"):
        registry.get("recipe", "vanilla-mlp")


def test_an_unknown_name_fails_with_the_near_matches() -> None:
    registry = registry_of(some=Losses("minimax", "non-saturating", "hinge"))
    with pytest.raises(UsageError, match=r"There is no loss 'minmax'\. Did you mean 'minimax'\?"):
        registry.get("loss", "minmax")
    with pytest.raises(UsageError, match="Known: hinge, minimax, non-saturating"):
        registry.get("loss", "zzz")
    with pytest.raises(UsageError, match=r"Did you mean 'some'\?"):
        registry.plugin("sone")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("los", "x", "m:a"), r"no kind 'los'.*Did you mean 'loss'"),
        (("loss", "Upper", "m:a"), "lower-case"),
        (("loss", "under_score", "m:a"), "lower-case"),
        (("loss", "a:b", "m:a"), "lower-case"),
        (("loss", "", "m:a"), "lower-case"),
        (("loss", "x", "module.attribute"), "not of the form 'module:attribute'"),
    ],
)
def test_a_component_that_could_never_be_used_is_refused(arguments, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Registrar("plugin").add(*arguments)


def test_the_summary_of_an_object_is_the_first_line_of_its_docstring(registry: Registry) -> None:
    assert registry.get("prior", "toy").summary == "Normal."
    assert registry.get("recipe", "toy").summary == "A toy"
    assert registry.get("recipe", "toy").paper == "arXiv:1406.2661"


def test_entries_come_by_kind_then_name() -> None:
    registry = registry_of(zoo=ToyPlugin(), more=Losses("a", "z"))
    kinds = [entry.kind for entry in registry.entries()]
    assert kinds == sorted(kinds, key=[*KINDS].index)
    assert [entry.name for entry in registry.entries("loss")] == ["a", "toy", "z"]


FILE = """
from __future__ import annotations

from ganzoo import Loss, hookimpl


class Mine(Loss):
    def __init__(self, scale: Factor = 1.0):
        super().__init__()


Factor = float


@hookimpl
def ganzoo_register(registry):
    registry.loss("mine", Mine)
"""


def test_a_file_is_a_plugin(tmp_path: Path) -> None:
    path = tmp_path / "My_Losses.py"
    path.write_text(FILE)
    registry = Registry()
    about = registry.load_file(path)
    assert about.name == "my-losses"
    assert about.path == str(path)
    assert about.sha256 == hashlib.sha256(FILE.encode()).hexdigest()
    assert registry.get("loss", "mine").load().__name__ == "Mine"


def test_a_plugin_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no plugin file .*absent\.py"):
        Registry().load_file(tmp_path / "absent.py")


@pytest.mark.parametrize(
    ("text", "reason"), [("import nonesuch_module", "nonesuch_module"), ("def (", "SyntaxError")]
)
def test_a_plugin_file_that_fails_is_an_error_since_it_was_asked_for(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(GanzooError, match=reason):
        Registry().load_file(path)


def test_registries_share_nothing() -> None:
    one, two = registry_of(x=Losses("one")), registry_of()
    assert one.entries("loss")
    assert not two.entries("loss")


def test_a_module_without_hooks_loads_and_has_no_components() -> None:
    about = Registry().load("empty", lambda: ModuleType("empty"))
    assert (about.state, about.entries) == ("loaded", ())


def test_a_hook_without_its_mark_is_an_error() -> None:
    def ganzoo_register(registry) -> None: ...

    registry = Registry()
    plugin = registry.load("plain", lambda: SimpleNamespace(ganzoo_register=ganzoo_register))
    assert plugin.state == "broken"
    assert "ganzoo_register is not marked with @ganzoo.hookimpl" in plugin.reason
