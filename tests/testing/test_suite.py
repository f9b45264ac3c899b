"""How findings are told, and what is asked for by name."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from ganzoo import Data, DataUnavailable, Metric, Part, Spec, UsageError, View, hookimpl
from ganzoo.testing import check_component, check_plugin, check_recipe, checks, rules
from ganzoo.testing.findings import UNEXPECTED, Fault, Moot, Rule, Skipped, perform, rule
from ganzoo.testing.inspection import same
from ganzoo.testing.offline import load_here, no_network
from ganzoo.testing.suite import plan

from ..toy import TOY, ToyPlugin, registry_of
from .broken import BROKEN, FineData, Unsquashed


@pytest.fixture
def toy():
    return registry_of(toy=ToyPlugin())


def test_every_rule_says_what_it_asks_and_how_to_mend_it() -> None:
    for each in rules():
        assert each.kinds
        for sentence in (each.asks, each.mend):
            assert sentence.endswith("."), each
            assert "  " not in sentence, each


def test_the_rules_for_a_kind_are_named_once() -> None:
    for kind in {kind for each in rules() for kind in each.kinds}:
        names = [each.id for each in rules(kind)]
        assert len(names) == len(set(names))


def test_two_rules_of_one_name_for_one_kind_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two rules 'finite'"):
        rule("finite", "loss", asks="It is.", mend="Be.")(lambda subject: iter(()))
    assert len(rules("loss")) == len({each.id for each in rules("loss")})


def test_a_finding_says_which_rule_where_what_and_how_to_mend_it() -> None:
    (broken,) = [each for each in BROKEN if each.target is Unsquashed]
    finding, *_ = check_component("generator", "broken", broken.registry())
    line = Path(__file__).with_name("broken.py").read_text().splitlines()
    place, number = finding.place.rsplit(":", 1)
    assert place.endswith("broken.py")
    assert "Unsquashed" in "".join(line[int(number) - 1 : int(number) + 1])
    assert str(finding) == (
        f"generator/broken ({finding.place}), samples: {finding.case}: {finding.seen}\n"
        f"  {finding.mend}"
    )
    assert finding.case.startswith("gray 28x28 with 10 labels, and ")
    assert "outside [-1, 1]" in finding.seen
    assert finding.plain() == dataclasses.asdict(finding)
    assert finding.plugin == "broken"


def test_a_plugin_that_is_not_there_is_named_with_the_near_matches(toy) -> None:
    with pytest.raises(UsageError, match="Did you mean 'toy'"):
        check_plugin("toi", toy)
    with pytest.raises(UsageError):
        check_component("loss", "toi", toy)


def test_a_plugin_is_checked_whole(toy) -> None:
    seen = {(check.kind, check.name, check.rule.id) for check in checks("toy", registry=toy)}
    assert seen == {
        (kind, name, each.id)
        for kind, name in [
            ("plugin", "toy"),
            *((entry.kind, entry.name) for entry in toy.entries() if entry.plugin == "toy"),
        ]
        for each in rules(kind)
    }


def test_all_plugins_are_checked_where_none_is_named(toy) -> None:
    assert {subject.entry.plugin for subject, _ in plan(registry=toy)} == {"ganzoo", "toy"}


def test_a_recipe_is_checked_by_name_and_as_it_is(toy) -> None:
    assert check_recipe("toy", toy) == []
    assert check_recipe(TOY, toy) == []
    assert check_recipe(TOY.replace(name="another"), toy) == []
    (finding,) = check_recipe(TOY.replace(name="another", loss=Part("no-such-loss")), toy)
    assert (finding.rule, finding.plugin) == ("plays", "unregistered")
    assert "no loss 'no-such-loss'" in finding.seen


@pytest.mark.parametrize(
    ("path", "value", "seen"),
    [("loss", "no-such-loss", "no loss 'no-such-loss'"), ("generator.widht", 8, "'widht'")],
)
def test_the_settings_of_a_recipe_for_other_data_are_checked(toy, path, value, seen) -> None:
    recipe = TOY.replace(name="another", tuned_for=("toy",), elsewhere={path: value})
    (finding,) = check_recipe(recipe, toy)
    assert finding.rule == "plays"
    assert seen in finding.seen


def test_the_code_under_examination_never_raises_out_of_a_check(toy) -> None:
    subject, _ = plan("toy", registry=toy)[0]

    def fails(subject) -> Iterator[Fault]:
        yield Fault("something")
        raise KeyError("else")

    check = perform(Rule("fails", ("plugin",), "It is.", "Be.", fails), subject)
    first, second = check.findings
    assert first.seen == "something"
    assert second.seen.startswith("KeyError: 'else' [tests/testing/test_suite.py:")


def test_an_exception_of_the_suite_itself_has_no_remedy_for_the_component(toy) -> None:
    subject, _ = plan("toy", registry=toy)[0]

    def fails(subject) -> Iterator[Fault]:
        yield Fault("something")
        same(None, None)  # type: ignore[arg-type]

    first, second = perform(Rule("fails", ("plugin",), "It is.", "Be.", fails), subject).findings
    assert (first.mend, second.mend) == ("Be.", UNEXPECTED)


def test_what_differs_only_in_numbers_and_the_case_is_one_finding(toy) -> None:
    subject, _ = plan("toy", registry=toy)[0]

    def thrice(subject) -> Iterator[Fault]:
        yield Fault("x is 3", case="one")
        yield Fault("x is -1.5e+07", case="another")
        yield Fault("y is 3", case="one")

    check = perform(Rule("thrice", ("plugin",), "It is.", "Be.", thrice), subject)
    assert [(finding.case, finding.seen) for finding in check.findings] == [
        ("one, and 1 more", "x is 3"),
        ("one", "y is 3"),
    ]


@pytest.mark.parametrize(("reason", "moot"), [(Skipped, False), (Moot, True)])
def test_what_cannot_be_checked_says_why(toy, reason: type[Exception], moot: bool) -> None:
    subject, _ = plan("toy", registry=toy)[0]

    def unable(subject) -> Iterator[Fault]:
        raise reason("because")
        yield

    check = perform(Rule("unable", ("plugin",), "It is.", "Be.", unable), subject)
    assert (check.findings, check.skipped, check.moot) == ((), "because", moot)


def test_checks_leave_the_random_generators_alone(toy) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    check_component("generator", "toy", toy)
    check_recipe("toy", toy)
    assert torch.equal(torch.get_rng_state(), before)


def test_an_accelerator_is_tried_as_the_cpu_is(toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the CPU stands in for one, since most machines that run the tests have none."""
    tried: list[str] = []

    def accelerators() -> tuple[str, ...]:
        tried.append("cpu")
        return ("cpu",)

    monkeypatch.setattr("ganzoo.testing.kinds.playing.accelerators", accelerators)
    assert check_component("discriminator", "toy", toy) == []
    assert check_component("prior", "toy", toy) == []
    assert tried


# -- data ------------------------------------------------------------------------------------------


class Elsewhere(FineData):
    """Would have to be downloaded."""

    def changed(self, data: Data) -> Data:
        socket.create_connection(("example.org", 80), timeout=1)
        return data


class Missing(FineData):
    """Is not there."""

    def changed(self, data: Data) -> Data:
        raise DataUnavailable("no such luck.")


class KnowsItIsNot(Elsewhere):
    """Says so without being asked to load."""

    @classmethod
    def is_available(cls, root: Path) -> bool:
        return False


@pytest.mark.parametrize("dataset", [Elsewhere, Missing, KnowsItIsNot])
def test_data_that_is_not_here_is_skipped_and_never_fetched(dataset) -> None:
    with pytest.raises(Skipped):
        load_here(dataset(), "train")


def test_without_a_network_every_connection_is_refused_and_noted() -> None:
    with no_network() as asked:
        with pytest.raises(OSError, match="no network"):
            socket.create_connection(("127.0.0.1", 9), timeout=1)
        assert asked
    assert socket.getaddrinfo("127.0.0.1", 9)


def test_a_dataset_that_needs_a_path_is_not_checked_and_says_so() -> None:
    everything = plan("ganzoo", registry=registry_of())
    checked = [perform(rule, it) for it, rule in everything if it.entry.name == "folder"]
    assert {check.skipped for check in checked if check.rule.id == "loads"} == {
        "it needs a value for 'path'"
    }
    assert not [finding for check in checked for finding in check.findings]


class Series(FineData):
    """Two series of numbers, a shape that no data of the suite has."""

    splits = ("train", "validation")

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"no split {split!r}.")
        return Data(torch.randn(100, 2, 5, generator=torch.Generator().manual_seed(0)))


class Gap(Metric):
    """Of the means of two series; the name of its result is not in lower_is_better."""

    def check(self, real: Data) -> None:
        if real.x.dim() != 3:
            raise UsageError("It is for series.")

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        assert not torch.equal(real.x, fake.x)
        return {"gap": float((real.x.mean() - fake.x.mean()).abs())}


class Drawing(View):
    """Refuses all but series, and gives no picture of them."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        if len(spec.shape) != 2 or spec.shape[0] != 2:
            raise UsageError("It is for series.")

    def show(self, samples, *, data=None, columns=None):
        return samples


class SeriesPlugin:
    """A dataset, and a metric and a view that are wrong for it."""

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.dataset("series", Series, summary="Series")
        registry.metric("gap", Gap, summary="Of means")
        registry.view("drawing", Drawing, summary="Of series")


@pytest.mark.parametrize(
    ("kind", "name", "seen"),
    [("metric", "gap", "no entry for 'gap'"), ("view", "drawing", "show() gives a Tensor")],
)
def test_metrics_and_views_are_tried_on_the_datasets_of_their_plugin(kind, name, seen) -> None:
    (finding,) = check_component(kind, name, registry_of(series=SeriesPlugin()))
    assert finding.case.startswith("data of series")
    assert seen in finding.seen
