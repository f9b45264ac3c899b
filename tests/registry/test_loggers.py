"""Loggers: which of them a run has, and what happens to a run whose logger cannot start."""

from __future__ import annotations

import sys

import pytest

import ganzoo
from ganzoo import UsageError, hookimpl
from ganzoo.registry import loggers

from ..toy import ToyPlugin, registry_of


class Diary:
    """A logger that notes the steps at which it was called."""

    def __init__(self, needs: str = "json", default: bool = False, error: str = "") -> None:
        self.needs, self.default, self.error = needs, default, error
        self.steps: list[int] = []

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.logger(needs=self.needs, install=f"ganzoo[{self.needs}]", default=self.default)

    @hookimpl
    def ganzoo_run_started(self, step: int) -> None:
        if self.error:
            raise RuntimeError(self.error)

    @hookimpl
    def ganzoo_logged(self, step: int) -> None:
        self.steps.append(step)


def zoo(**named: object):
    return registry_of(toy=ToyPlugin(), **named)


REGISTRY = {
    "usual": Diary(default=True),
    "asked": Diary(),
    "absent": Diary(needs="no_such_package"),
    "absent-usual": Diary(needs="no_such_package", default=True),
}


@pytest.mark.parametrize(
    ("asked", "recorded", "variable", "chosen"),
    [
        (None, None, "", ["usual"]),
        (["asked"], None, "", ["asked"]),
        ("asked", None, "", ["asked"]),
        (["asked", "usual", "asked"], None, "", ["asked", "usual"]),
        (["none"], None, "asked", []),
        ([], None, "asked", []),
        (None, None, "asked, usual", ["asked", "usual"]),
        (None, None, "none", []),
        (None, ["asked"], "usual", ["asked"]),
        (None, [], "usual", []),
        (["usual"], ["asked"], "asked", ["usual"]),
    ],
)
def test_the_loggers_of_a_run(asked, recorded, variable, chosen, monkeypatch) -> None:
    monkeypatch.setenv("GANZOO_LOG", variable)
    assert loggers.choose(zoo(**REGISTRY), asked, recorded) == chosen


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["usul"], "There is no logger 'usul'. Did you mean 'usual'"),
        (["toy"], "There is no logger 'toy'"),
        (["absent"], r"needs the package no_such_package: run `pip install 'ganzoo\[no_such"),
        (["none", "asked"], "'none' leaves out every logger"),
    ],
)
def test_a_logger_that_cannot_be_had(names, told, monkeypatch) -> None:
    with pytest.raises(UsageError, match=told):
        loggers.choose(zoo(**REGISTRY), names)
    monkeypatch.setenv("GANZOO_LOG", ",".join(names))
    with pytest.raises(UsageError, match=f"^GANZOO_LOG: .*{told}"):
        loggers.choose(zoo(**REGISTRY), None)


def test_a_recorded_logger_that_is_gone_is_left_out_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="goes on without the logger 'absent'.*pip install"):
        assert loggers.choose(zoo(**REGISTRY), None, ["absent", "asked"]) == ["asked"]
    with pytest.warns(UserWarning, match="There is no logger 'gone' any more"):
        assert loggers.choose(zoo(**REGISTRY), None, ["gone"]) == []
    with pytest.warns(UserWarning, match="There is no logger"):
        assert loggers.choose(zoo(**REGISTRY), None, [{"of": "a damaged file"}]) == []


def test_only_the_loggers_asked_for_are_called_and_a_resumed_run_has_them_again(train) -> None:
    usual, asked = Diary(default=True), Diary()
    registry = zoo(usual=usual, asked=asked)
    run = train(registry=registry, log="asked")
    assert (usual.steps, asked.steps) == ([], [2, 4, 6])
    ganzoo.resume(run, steps=8, registry=registry)
    assert (usual.steps, asked.steps) == ([], [2, 4, 6, 8])
    ganzoo.resume(run, steps=10, registry=registry, log="usual")
    assert (usual.steps, asked.steps[-1]) == ([10], 8)
    train(registry=registry)
    assert usual.steps == [10, 2, 4, 6]


def test_an_observer_that_is_no_logger_is_always_called(train) -> None:
    class Plain(Diary):
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            pass

    plain = Plain()
    train(registry=zoo(plain=plain), log="none")
    assert plain.steps == [2, 4, 6]


def test_a_run_whose_logger_cannot_start_ends_before_its_first_step(train, tmp_path) -> None:
    broken = Diary(error="no server answers.")
    told = "The logger 'broken' cannot start: no server answers. Mend this, or train without"
    with pytest.raises(ganzoo.GanzooError, match=told):
        train(registry=zoo(broken=broken), log="broken")
    assert list(tmp_path.iterdir()) == []


def test_a_default_logger_that_cannot_start_is_dropped(train) -> None:
    registry = zoo(broken=Diary(default=True, error="the disk is full"))
    with pytest.warns(UserWarning, match="'broken' was dropped from this run.*the disk is full"):
        assert train(registry=registry).metrics()


@pytest.mark.parametrize(
    ("declared", "told"),
    [({"needs": "a b", "install": "x"}, "must name a package"), ({"needs": "a"}, "install")],
)
def test_a_declaration_that_is_no_use_breaks_the_plugin(declared, told) -> None:
    class Plugin:
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            registry.logger(**declared)

    plugin = zoo(wrong=Plugin()).plugin("wrong")
    assert plugin.state == "broken"
    assert told in plugin.reason


def test_no_logger_is_imported_before_a_run_needs_it() -> None:
    libraries = {"wandb", "mlflow", "tensorboard"} & {*sys.modules}
    ganzoo.Registry.discover()
    assert {"wandb", "mlflow", "tensorboard"} & {*sys.modules} == libraries
