"""``ganzoo list``, ``show`` and ``plugins``: what is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganzoo import Registry
from ganzoo.registry.kinds import KINDS

from .conftest import Ganzoo
from .test_swaps import PLUGIN
from .tools import recipe_called


def test_list_shows_every_component_with_its_kind_and_plugin(ganzoo: Ganzoo) -> None:
    lines = ganzoo("list").stdout.splitlines()
    assert lines[0].split() == ["kind", "name", "summary", "paper", "plugin"]
    entries = Registry.discover().entries()
    assert len(lines) == 1 + len(entries)
    for line, entry in zip(lines[1:], entries, strict=True):
        assert line.split()[:2] == [entry.kind, entry.name]
        assert entry.summary in line
        assert line.rstrip().endswith(entry.plugin)


def test_list_json_holds_what_the_registry_does(ganzoo: Ganzoo) -> None:
    listed = json.loads(ganzoo("list", "--json").stdout)
    assert [(e["kind"], e["name"], e["plugin"]) for e in listed] == [
        (entry.kind, entry.name, entry.plugin) for entry in Registry.discover().entries()
    ]
    minimax = next(each for each in listed if each["name"] == "minimax")
    assert minimax["kind"] == "loss"
    assert minimax["plugin"] == "vanilla-mlp"
    assert minimax["paper"].startswith("arXiv:1406.2661")
    assert minimax["summary"]


@pytest.mark.parametrize("kind", ["recipe", "dataset", "loss"])
def test_list_shows_one_kind(ganzoo: Ganzoo, kind: str) -> None:
    listed = json.loads(ganzoo("list", kind, "--json").stdout)
    assert {each["kind"] for each in listed} == {kind}
    assert [each["name"] for each in listed] == [e.name for e in Registry.discover().entries(kind)]


@pytest.mark.parametrize(
    ("plural", "kind"), [("recipes", "recipe"), ("losses", "loss"), ("penalties", "penalty")]
)
def test_list_takes_the_plural_of_a_kind(ganzoo: Ganzoo, plural: str, kind: str) -> None:
    assert ganzoo("list", plural).stdout == ganzoo("list", kind).stdout


def test_list_shows_a_one_file_plugin(ganzoo: Ganzoo) -> None:
    Path("mine.py").write_text(PLUGIN)
    listed = json.loads(ganzoo("list", "loss", "--json", "--plugin=mine.py").stdout)
    assert ("hinge-here", "mine") in [(each["name"], each["plugin"]) for each in listed]


def test_without_a_recipe_it_says_so(ganzoo: Ganzoo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The core runs with no plugin that has one."""
    having = {entry.plugin for entry in Registry.discover().entries("recipe")}
    monkeypatch.setenv("GANZOO_DISABLE", ",".join(having))
    assert "No recipe is installed" in ganzoo("list").stdout
    assert json.loads(ganzoo("list", "recipe", "--json").stdout) == []
    assert "No recipe is installed" in ganzoo("train", "vanilla-mlp", code=2).stderr
    assert "no recipe is installed" in ganzoo("doctor", code=1).stdout


# -- show -----------------------------------------------------------------------------------------


def test_show_tells_a_components_knobs_with_types_and_defaults(ganzoo: Ganzoo) -> None:
    shown = json.loads(ganzoo("show", "generator/mlp", "--json").stdout)
    options = {option["name"]: (option["type"], option["default"]) for option in shown["options"]}
    assert options["hidden"][0] == "tuple[int, ...]"
    assert options["batch_norm"] == ("bool", "false")
    assert "spec" not in options  # which the engine gives it
    assert shown["doc"].startswith("z through hidden layers to x")


def test_show_prints_what_its_json_holds(ganzoo: Ganzoo) -> None:
    shown = json.loads(ganzoo("show", "generator/mlp", "--json").stdout)
    text = ganzoo("show", "generator/mlp").stdout
    rows = [line for line in text.splitlines() if line.startswith("generator.")]
    assert len(rows) == len(shown["options"])
    for row, option in zip(rows, shown["options"], strict=True):
        assert row.split()[0] == f"generator.{option['name']}"
        assert option["words"] in row
        assert row.rstrip().endswith(option["default"])


def test_show_prints_a_recipe_whole(ganzoo: Ganzoo) -> None:
    shown = json.loads(ganzoo("show", "vanilla-mlp", "--json").stdout)
    assert shown["kind"] == "recipe"
    assert shown["recipe"] == recipe_called("vanilla-mlp")
    text = ganzoo("show", "recipe/vanilla-mlp").stdout
    assert json.loads(text[text.index("{") :]) == shown["recipe"]


def test_show_names_a_knob_as_set_takes_it(ganzoo: Ganzoo) -> None:
    assert "loss.d_scale" in ganzoo("show", "minimax").stdout


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("optimizer/adam", "optimizer.PLAYER.lr            number >= 0                       yes"),
        ("optimizer/adam", "optimizer.PLAYER.clip_norm     number > 0 or null"),
        ("penalty/r1", "penalties.r1.gamma  number >= 0  yes"),
        ("game/standard", "game.d_updates   whole number >= 0 and <= 10000  1"),
        ("schedule/cosine", "SETTING.until"),
        ("metric/kid", "kid.subsets"),
    ],
)
def test_show_prints_an_options_path_its_range_and_whether_it_can_be_scheduled(
    ganzoo: Ganzoo, name: str, row: str
) -> None:
    shown = [" ".join(line.split()) for line in ganzoo("show", name).stdout.splitlines()]
    assert any(line.startswith(" ".join(row.split())) for line in shown), shown


def test_list_names_every_kind(ganzoo: Ganzoo) -> None:
    told = " ".join(ganzoo("list", "--help").stdout.split())
    assert all(kind in told for kind in KINDS)


def test_every_component_can_be_shown(ganzoo: Ganzoo) -> None:
    for entry in Registry.discover().entries():
        text = ganzoo("show", f"{entry.kind}/{entry.name}").stdout
        assert entry.name in text
        assert ":class:" not in text, entry  # markup of a docstring that only Sphinx reads


def test_show_asks_which_where_several_have_the_name(ganzoo: Ganzoo) -> None:
    result = ganzoo("show", "mlp", code=2)
    assert "generator/mlp or discriminator/mlp" in result.stderr


# -- plugins --------------------------------------------------------------------------------------


def test_plugins_lists_them_with_their_state(ganzoo: Ganzoo) -> None:
    listed = {each["name"]: each for each in json.loads(ganzoo("plugins", "--json").stdout)}
    vanilla = listed["vanilla-mlp"]
    assert (vanilla["state"], vanilla["distribution"]) == ("loaded", "ganzoo")
    assert "recipe/vanilla-mlp" in vanilla["components"]
    text = ganzoo("plugins").stdout
    assert all(name in text for name in listed)


def test_plugins_says_why_one_is_not_in_use(
    ganzoo: Ganzoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANZOO_DISABLE", "vanilla-mlp")
    listed = {each["name"]: each for each in json.loads(ganzoo("plugins", "--json").stdout)}
    assert listed["vanilla-mlp"]["state"] == "disabled"
    assert "GANZOO_DISABLE" in listed["vanilla-mlp"]["reason"]
    assert listed["vanilla-mlp"]["components"] == []


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution is installed whose plugin raises as it is imported."""
    site = tmp_path / "site"
    info = site / "sick-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sick\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ganzoo]\nsick = sick_plugin\n")
    (site / "sick_plugin.py").write_text("raise RuntimeError('I feel unwell')\n")
    monkeypatch.syspath_prepend(site)


@pytest.mark.usefixtures("broken")
def test_a_broken_plugin_is_told_of_and_breaks_nothing_else(ganzoo: Ganzoo) -> None:
    listed = {each["name"]: each for each in json.loads(ganzoo("plugins", "--json").stdout)}
    assert listed["sick"]["state"] == "broken"
    assert listed["sick"]["version"] == "1.0"
    assert "I feel unwell" in listed["sick"]["reason"]
    assert listed["vanilla-mlp"]["state"] == "loaded"
    result = ganzoo("list")
    assert "vanilla-mlp" in result.stdout
    assert "I feel unwell" in result.stderr


@pytest.mark.usefixtures("broken")
def test_doctor_names_a_broken_plugin_and_exits_with_1(ganzoo: Ganzoo) -> None:
    assert "I feel unwell" in ganzoo("doctor", code=1).stdout
    told = json.loads(ganzoo("doctor", "--json", code=1).stdout)
    assert [fault for fault in told["faults"] if "sick" in fault]
